"""What a conversation must not stumble over: a question that cannot be read, a very long stretch of words nobody knows."""

from __future__ import annotations

import pytest

from bot.conversation.asking import MAX_QUOTED, quoted
from simulator.server import Running
from tests.conftest import Shop
from tests.jobs.ledger import change
from tests.people import WhatsAppPhone

ORDER = "100 x 10 inch pizza boxes"


@pytest.mark.parametrize(
    "stored", ['{"kind": "of a later version"}', '{"serial": 1}', '"confirm"', "[]", '{"kind": 7, "about": 3}']
)
def test_a_question_that_cannot_be_read_is_dropped_with_a_word_and_parks_nothing(
    shop: Shop, simulator: Running, whatsapp: WhatsAppPhone, stored: str
) -> None:
    whatsapp.say("hello")
    change(shop.runtime, "UPDATE conversations SET question = CAST(:stored AS jsonb)", stored=stored)
    answers = whatsapp.say(ORDER)
    assert "lost what I asked" in answers[0]
    assert shop.one("SELECT count(*) FROM orders WHERE status = 'placed'") == 1
    assert shop.one("SELECT count(*) FROM conversation_messages WHERE state = 'parked'") == 0
    assert "lost what I asked" not in " ".join(whatsapp.say("thanks"))


def test_a_very_long_stretch_of_unknown_words_is_not_quoted_back_whole(
    shop: Shop, simulator: Running, whatsapp: WhatsAppPhone
) -> None:
    answer = " ".join(whatsapp.say("5 ctn " + "wobblers grumbles " * 40))
    assert len(answer) < 500
    assert "wobblers grumbles" in answer


def test_words_are_cut_between_words_and_short_ones_not_at_all() -> None:
    assert quoted("two  wobblers\nplease") == "two wobblers please"
    assert quoted("word " * 40) == ("word " * (MAX_QUOTED // 5)).strip() + "…"
    assert quoted("x" * 200) == "x" * MAX_QUOTED + "…"
