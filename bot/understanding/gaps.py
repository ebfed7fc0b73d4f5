"""Whether a reading leaves a gap that a language model may fill (words nobody knows, an unsure intent), and what came of asking."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.understanding.intent import Intent, IntentKind, QuestionReason

UNSURE = 0.5
"""Below this the intent itself is in doubt; chosen on the calibration curve (docs/understanding.md)."""


def needs_llm(intent: Intent) -> bool:
    """True for unknown goods and for an intent the rules and the classifier are unsure of."""
    if any(question.reason is QuestionReason.UNKNOWN for question in intent.questions):
        return True
    return intent.confidence < UNSURE and intent.kind is not IntentKind.OTHER


class GapOutcome(StrEnum):
    """How asking ended; the label of tria_llm_calls_total."""

    OK = "ok"
    REFUSED = "refused"
    CUT = "cut"
    INVALID = "invalid"
    RATE_LIMIT = "rate_limit"
    TIMEOUT = "timeout"
    FAILED = "failed"
    CIRCUIT_OPEN = "circuit_open"
    OVER_BUDGET = "over_budget"
    BUSY = "busy"
    """No time was left when its turn came, or there were too many before it."""


@dataclass(frozen=True, slots=True)
class GapRecord:
    """What became of one gap; kept with the message. `raw` is the answer as it came, without phones and addresses."""

    outcome: GapOutcome
    model: str
    raw: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    latency_ms: int = 0
    filled: bool = False
    """Whether the reading is another one for it."""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "outcome": self.outcome.value, "cost_usd": str(self.cost_usd)}
