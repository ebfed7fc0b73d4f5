"""An Intent as `flask parse` writes it: one JSON object, in the format the corpus is scored by."""

from __future__ import annotations

from typing import Any

from bot.evaluation.labelled import number
from bot.understanding.intent import WRITES_ORDER, Intent, IntentKind, Line, Question


def prediction(message_id: str, intent: Intent) -> dict[str, Any]:
    """The prediction of one message; quantities in base units. Only what writes an order has lines and questions."""
    writes = intent.kind in WRITES_ORDER
    asks = writes or intent.kind is IntentKind.ORDER_CANCEL
    return {
        "id": message_id,
        "intent": intent.kind.value,
        "confidence": round(intent.confidence, 3),
        "lines": [_line(line) for line in intent.lines] if writes else [],
        "delivery_date": intent.delivery_date.isoformat() if writes and intent.delivery_date else None,
        "clarify": [_question(question) for question in intent.questions] if asks else [],
        "sure": intent.sure,
        **({"order_id": intent.order_id} if intent.order_id else {}),
        "language": intent.language,
    }


def _line(line: Line) -> dict[str, Any]:
    return {"sku": line.sku, "quantity_base_units": number(line.quantity)}


def _question(question: Question) -> dict[str, Any]:
    return {
        "text": question.text,
        "reason": question.reason.value,
        "candidates": list(question.candidates),
        "quantity_said": None if question.quantity_said is None else number(question.quantity_said),
        "unit_said": question.unit_said,
        **({"orders": list(question.orders)} if question.orders else {}),
    }
