"""Whether a reading leaves a gap that a language model may fill: words nobody knows, or an unsure intent."""

from __future__ import annotations

from bot.understanding.intent import Intent, IntentKind, QuestionReason

UNSURE = 0.5
"""Below this the intent itself is in doubt; chosen on the calibration curve (docs/understanding.md)."""


def needs_llm(intent: Intent) -> bool:
    """True for unknown goods and for an intent the rules and the classifier are unsure of."""
    if any(question.reason is QuestionReason.UNKNOWN for question in intent.questions):
        return True
    return intent.confidence < UNSURE and intent.kind is not IntentKind.OTHER
