"""On Telegram the buttons of a question go once it is answered, whichever way; those of an open one stay."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from simulator.faults import Fault, FaultKind
from simulator.server import Running
from tests.conftest import Shop
from tests.people import TelegramChat, World

CHAT = 7001


@dataclass
class Chatter:
    chat: TelegramChat
    simulator: Running

    def asked(self, words: str) -> int:
        """Says something that is asked about; the id of the message with the buttons."""
        self.chat.say(words)
        assert "inline_keyboard" in self.chat.keyboard
        return int(self.chat.messages[-1].effect or 0)

    def buttons_under(self, message_id: int) -> bool:
        message = self.simulator.simulator.telegram.message(CHAT, message_id)
        assert message is not None
        return "reply_markup" in message


@pytest.fixture
def tester(world: World, simulator: Running) -> Chatter:
    """Bound beforehand: one message fewer of the three that may be sent to a chat in three seconds."""
    world.bind(str(CHAT), "CP-PR", "telegram")
    return Chatter(TelegramChat(simulator, world.shop, CHAT), simulator)


@pytest.mark.parametrize("how", ["pressed", "white", "no", "2"])
def test_the_buttons_go_with_the_answer_by_button_word_number_or_no(tester: Chatter, how: str) -> None:
    message_id = tester.asked("3 ctn 12 inch box")
    assert tester.buttons_under(message_id)
    if how == "pressed":
        tester.chat.press(1)
    else:
        tester.chat.say(how)
    assert not tester.buttons_under(message_id)


def test_the_buttons_of_a_question_that_stays_open_stay(tester: Chatter) -> None:
    message_id = tester.asked("3 ctn 12 inch box")
    tester.chat.say("what is your cutoff")
    assert tester.buttons_under(message_id)
    tester.chat.press(1)
    assert not tester.buttons_under(message_id)


def test_asked_again_only_the_last_buttons_stay(tester: Chatter) -> None:
    first = tester.asked("3 ctn 12 inch box")
    second = tester.asked("also 2 ctn foil")
    assert [tester.buttons_under(message_id) for message_id in (first, second)] == [False, True]


def test_a_provider_that_does_not_take_them_away_delays_no_order(tester: Chatter, shop: Shop) -> None:
    message_id = tester.asked("3 ctn 12 inch box")
    tester.simulator.faults.add(Fault(FaultKind.ERROR, operation="editMessageReplyMarkup", status=500))
    assert "is placed" in tester.chat.say("white")[0]
    assert tester.buttons_under(message_id)
    assert shop.one("SELECT count(*) FROM failures") == 0
    assert "closed already" in tester.chat.press(1)[0]
