"""An Intent as `flask parse` writes it: one JSON object, in the format the corpus is scored by."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bot.understanding.intent import Intent


def prediction(message_id: str, intent: Intent) -> dict[str, Any]:
    """The prediction of one message; quantities in base units."""
    return {
        "id": message_id,
        "intent": intent.kind.value,
        "confidence": round(intent.confidence, 3),
        "lines": [{"sku": line.sku, "quantity_base_units": number(line.quantity)} for line in intent.lines],
        "delivery_date": intent.delivery_date.isoformat() if intent.delivery_date else None,
        "clarify": [
            *(
                [{"text": "", "reason": "ambiguous", "candidates": [x.sku for x in intent.lines]}]
                if intent.doubtful
                else []
            ),
            *(
                {
                    "text": question.text,
                    "reason": question.reason.value,
                    "candidates": list(question.candidates),
                    "quantity_said": None if question.quantity_said is None else number(question.quantity_said),
                    "unit_said": question.unit_said,
                }
                for question in intent.questions
            ),
        ],
        "sure": intent.sure,
        "language": intent.language,
    }


def number(value: Decimal) -> int | float:
    """A JSON number: whole where the quantity is whole."""
    return int(value) if value == value.to_integral_value() else float(value)
