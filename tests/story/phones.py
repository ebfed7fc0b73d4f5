"""The customers' side of a test: a WhatsApp phone and a Telegram chat that talk to the real doors and read what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from simulator import telegram, twilio
from simulator.ledger import Entry
from simulator.senders import Sent
from simulator.server import Running
from tests.conftest import Shop

PASIR_RIS = "+6580000101"
JEWEL = "+6580000150"
STRANGER = "+6580009999"


class Phone(Protocol):
    """What a test needs of either channel: say or press something, and the replies it led to."""

    def say(self, words: str) -> list[str]: ...

    def press(self, number: int) -> list[str]: ...


@dataclass
class WhatsAppPhone:
    simulator: Running
    shop: Shop
    number: str = PASIR_RIS

    def say(self, words: str) -> list[str]:
        return self.send(twilio.build_form(self.simulator.simulator.config, self.number, words))

    def press(self, number: int) -> list[str]:
        """WhatsApp shows numbered text, so pressing is typing the number."""
        return self.say(str(number))

    def send(self, form: dict[str, str], *, copies: int = 1, connections: int = 1) -> list[str]:
        def post() -> Sent:
            return self.simulator.simulator.from_whatsapp.send(form, copies=copies, connections=connections)

        return [str(e.sent["Body"]) for e in _exchange(self.simulator, self.shop, post, "twilio", "messages.create")]


@dataclass
class TelegramChat:
    simulator: Running
    shop: Shop
    user_id: int = 7001
    messages: list[Entry] = field(default_factory=list)

    def say(self, words: str) -> list[str]:
        return self.send(telegram.build_update(self.user_id, words))

    def press(self, number: int) -> list[str]:
        """Presses a button of the last message that has any."""
        with_buttons = [m for m in self.messages if "inline_keyboard" in _markup(m)]
        entry = with_buttons[-1]
        data = _markup(entry)["inline_keyboard"][number - 1][0]["callback_data"]
        return self.send(
            telegram.build_update(self.user_id, callback_data=data, pressed_message_id=int(entry.effect or 0))
        )

    def share_contact(self, phone: str, *, owner: int | None = None) -> list[str]:
        contact = {"phone_number": phone.lstrip("+"), "user_id": self.user_id if owner is None else owner}
        return self.send(telegram.build_update(self.user_id, contact=contact))

    def send(self, update: dict[str, Any]) -> list[str]:
        def post() -> Sent:
            return self.simulator.simulator.from_telegram.send(update)

        entries = _exchange(self.simulator, self.shop, post, "telegram", "sendMessage")
        self.messages += entries
        return [str(e.sent["text"]) for e in entries]

    @property
    def keyboard(self) -> dict[str, Any]:
        """The keyboard under the last message."""
        return _markup(self.messages[-1])


def _markup(entry: Entry) -> dict[str, Any]:
    markup = entry.sent.get("reply_markup") or {}
    return dict(markup)


def _exchange(simulator: Running, shop: Shop, post: Callable[[], Sent], provider: str, operation: str) -> list[Entry]:
    before = simulator.ledger.last_id
    sent = post()
    assert set(sent.statuses) == {200}, sent
    shop.work()
    return simulator.ledger.entries(after=before, provider=provider, operation=operation)
