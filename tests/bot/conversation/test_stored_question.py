"""What was asked is kept with the version of its form: an older row is read, a later one is refused, nothing is lost on the way."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.situation import VERSION, OpenQuestion, QuestionKind
from bot.understanding.intent import Change, ChangeOp, Question, QuestionReason

ASKED = OpenQuestion(
    QuestionKind.PRODUCT, 7, (Question("12 inch box", QuestionReason.AMBIGUOUS, ("PB12-K", "PB12-W"), Decimal(3), "carton", op=ChangeOp.SET, units=(("PB12-K", "carton"),)),),
    asked=2, doubtful=True, limit="quantity", order_id=4, changes=(Change(ChangeOp.ADD, "LN-PZ", Decimal(50)),), day=date(2026, 11, 27),
    doubt="confirm", notes="back door", cancels=True, passed_over=1,
)  # fmt: skip
FIRST = {
    "kind": "product", "serial": 7, "choices": [], "first_text": "", "asked": 1, "doubtful": False,
    "about": [{"text": "box", "reason": "ambiguous", "candidates": ["A", "B"], "quantity_said": "3", "unit_said": None}],
}  # fmt: skip


def kept(question: OpenQuestion) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(question.to_json()))
    return found


def test_every_field_comes_back_as_it_was() -> None:
    assert OpenQuestion.from_json(kept(ASKED)) == ASKED
    assert kept(ASKED)["version"] == VERSION


def test_a_row_of_the_first_version_is_read() -> None:
    question = OpenQuestion.from_json(FIRST)
    assert (question.kind, question.serial, question.passed_over) == (QuestionKind.PRODUCT, 7, 0)
    assert question.about[0].op is ChangeOp.ADD
    assert OpenQuestion.from_json(kept(question)) == question


def test_what_corrected_in_the_first_version_still_sets_the_line() -> None:
    assert OpenQuestion.from_json(FIRST | {"corrects": True}).about[0].op is ChangeOp.SET


@pytest.mark.parametrize("version", [0, VERSION + 1, "2", None])
def test_a_version_that_nobody_here_knows_is_refused(version: object) -> None:
    with pytest.raises(ValueError, match="not known here"):
        OpenQuestion.from_json(kept(ASKED) | {"version": version})


@pytest.mark.parametrize("field", sorted(set(ASKED.to_json()) - {"version"}))
def test_a_field_that_is_missing_from_this_version_is_no_question(field: str) -> None:
    raw = kept(ASKED)
    del raw[field]
    with pytest.raises(LookupError):
        OpenQuestion.from_json(raw)
