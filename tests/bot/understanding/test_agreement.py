"""Two readings of one message: only what both say is placed without a YES, and nothing becomes surer by the second."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.understanding.agreement import agreed
from bot.understanding.intent import Intent, IntentKind, Line, Question, QuestionReason

FOIL = Line("FL-30", Decimal(24), "carton", Decimal(2), "foil")
FILM = Line("CW-30", Decimal(6), None, Decimal(6), "film")
ORDER = Intent(IntentKind.ORDER_CREATE, 0.98, (FOIL,))
UNKNOWN = Question("for the van job", QuestionReason.UNKNOWN, (), Decimal(2014))


def test_two_readings_with_one_effect_are_as_sure_as_the_first() -> None:
    assert agreed(ORDER, replace(ORDER, confidence=0.5)) is ORDER


@pytest.mark.parametrize(
    "other",
    [
        replace(ORDER, lines=(replace(FOIL, quantity=Decimal(2)),)),
        replace(ORDER, lines=(FOIL, FILM)),
        replace(ORDER, lines=()),
        replace(ORDER, kind=IntentKind.COMPLAINT, lines=()),
        replace(ORDER, questions=(Question("film", QuestionReason.UNIT, ("CW-30",), Decimal(3), "case"),)),
    ],
    ids=["another amount", "another line", "no line", "no order", "a further amount"],
)
def test_another_effect_makes_a_tick_a_yes_and_keeps_the_lines(other: Intent) -> None:
    weighed = agreed(ORDER, other)
    assert weighed.lines == ORDER.lines
    assert not weighed.sure


def test_the_words_that_are_read_in_two_ways_are_quoted() -> None:
    assert agreed(ORDER, replace(ORDER, lines=(FOIL, FILM))).doubts == ("film",)


def test_a_question_becomes_a_draft_where_the_other_reading_has_nothing_to_ask() -> None:
    weighed = agreed(replace(ORDER, questions=(UNKNOWN,)), ORDER)
    assert weighed.lines == ORDER.lines
    assert weighed.questions == ()
    assert not weighed.sure
    assert weighed.doubts == ("for the van job",)


@pytest.mark.parametrize(
    "question",
    [
        Question("foil", QuestionReason.AMBIGUOUS, ("FL-30", "FL-45"), Decimal(2), "carton"),
        Question("film", QuestionReason.QUANTITY, ("CW-30",), Decimal(3), None),
        Question("plastic fork", QuestionReason.INACTIVE, ("FK-P",), Decimal(3), None),
    ],
    ids=["several products", "an amount that cannot be", "not sold any more"],
)
def test_a_question_about_goods_that_were_meant_stays(question: Question) -> None:
    asking = replace(ORDER, questions=(question,))
    assert agreed(asking, ORDER) is asking


def test_a_question_stays_where_the_other_reading_lacks_a_clear_line() -> None:
    asking = replace(ORDER, lines=(FOIL, FILM), questions=(UNKNOWN,))
    assert agreed(asking, ORDER).questions == (UNKNOWN,)
