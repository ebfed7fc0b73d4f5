"""The figures of a group of judged messages: shares of its messages, and counts of what must not happen."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.evaluation.scoring import Judgement

COUNTED = (
    "danger", "wrongly_cancelled", "wrongly_ignored", "unsure_wrong", "danger_strict", "silent_drop", "false_order", "false_act",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of a group of messages. `placed`, `needless_yes` and `needless_questions` are shares of `to_place`."""

    messages: int
    exact: float
    exact_low: float
    exact_high: float
    intent: float
    line_f1: float | None
    date: float | None
    to_place: int
    placed: float | None
    needless_yes: float | None
    needless_questions: float | None
    danger: int
    wrongly_cancelled: int
    wrongly_ignored: int
    unsure_wrong: int
    danger_strict: int
    silent_drop: int
    false_order: int
    false_act: int

    def as_json(self) -> dict[str, Any]:
        """Rounded for a file; the 95 % interval of `exact` as a pair."""
        shares = ("exact", "intent", "line_f1", "date", "placed", "needless_yes", "needless_questions")
        return {
            "messages": self.messages,
            "to_place": self.to_place,
            "exact_95": [round(self.exact_low, 4), round(self.exact_high, 4)],
            **{key: _rounded(getattr(self, key)) for key in shares},
            **{key: getattr(self, key) for key in COUNTED},
        }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def summarise(judgements: Sequence[Judgement]) -> Score:
    """The figures of a group."""
    count = len(judgements)
    exact = sum(j.exact for j in judgements)
    low, high = wilson(exact, count)
    dated = [j for j in judgements if j.date_at_stake]
    orders = [j for j in judgements if j.to_place]
    named = sum(j.lines_predicted + j.lines_gold for j in judgements)
    return Score(
        messages=count,
        exact=exact / max(1, count),
        exact_low=low,
        exact_high=high,
        intent=sum(j.intent_ok for j in judgements) / max(1, count),
        line_f1=_share(2 * sum(j.lines_right for j in judgements), named),
        date=_share(sum(j.date_ok for j in dated), len(dated)),
        to_place=len(orders),
        placed=_share(sum(j.placed_right for j in orders), len(orders)),
        needless_yes=_share(sum(j.needless_yes for j in orders), len(orders)),
        needless_questions=_share(sum(j.needless_question for j in orders), len(orders)),
        **{key: sum(getattr(j, key) for j in judgements) for key in COUNTED},
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def macro_f1(judgements: Iterable[Judgement]) -> float:
    """Mean F1 over the intents that are labelled; an accepted alternative counts as the label."""
    pairs = [(j.gold_kind, j.gold_kind if j.intent_ok else j.kind) for j in judgements]
    kinds = {gold for gold, _ in pairs}
    scores = []
    for kind in kinds:
        right = sum(gold == said == kind for gold, said in pairs)
        named = sum((gold == kind) + (said == kind) for gold, said in pairs)
        scores.append(2 * right / named if named else 0.0)
    return sum(scores) / max(1, len(scores))


def confusion(judgements: Iterable[Judgement]) -> dict[tuple[str, str], int]:
    """How often each labelled intent was read as each other; right readings on the diagonal."""
    table: dict[tuple[str, str], int] = {}
    for judgement in judgements:
        pair = (judgement.gold_kind, judgement.gold_kind if judgement.intent_ok else judgement.kind)
        table[pair] = table.get(pair, 0) + 1
    return table


def wilson(right: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson)."""
    if not count:
        return 0.0, 0.0
    share = right / count
    whole = 1 + z * z / count
    middle = (share + z * z / (2 * count)) / whole
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / whole
    return middle - half, middle + half
