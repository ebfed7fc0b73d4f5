"""The answer to one message of the chat API, read back from the ledger: asking twice gives the same."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from bot.errors import TemporaryError

# A message that was read together with a later one is answered by the reply to that one: both were finished at one instant.
_ANSWER = text("""
WITH said AS (
    SELECT m.*, CASE WHEN m.state = 'merged' THEN COALESCE((
        SELECT max(l.id) FROM conversation_messages l WHERE l.conversation_id = m.conversation_id
        AND l.direction = 'inbound' AND l.finished_at = m.finished_at), m.id) ELSE m.id END AS turn
    FROM conversation_messages m WHERE m.channel = 'api' AND m.direction = 'inbound' AND m.provider_id = :provider_id
), replies AS (
    SELECT r.content, r.payload, r.sequence FROM conversation_messages r, said WHERE r.in_reply_to = said.turn
)
SELECT said.state, said.session_id, said.intent, said.confidence, said.language,
  (SELECT string_agg(content, E'\\n\\n' ORDER BY sequence) FROM replies) AS reply,
  (SELECT payload -> 'buttons' FROM replies WHERE payload -> 'buttons' IS NOT NULL ORDER BY sequence DESC LIMIT 1) AS buttons,
  (SELECT json_agg(json_build_object('event', e.kind, 'at', e.at) ORDER BY e.id) FROM order_events e WHERE e.message_id = said.turn) AS timeline,
  (SELECT json_build_object('number', o.number, 'status', o.status, 'currency', o.currency, 'subtotal', o.subtotal::text,
            'tax', o.tax::text, 'total', o.total::text, 'delivery_date', o.delivery_date,
            'lines', (SELECT json_agg(json_build_object('sku', l.sku, 'name', l.name, 'quantity', l.quantity::text, 'unit', l.unit,
                      'unit_price', l.unit_price::text, 'line_total', l.line_total::text) ORDER BY l.position)
                      FROM order_lines l WHERE l.order_id = o.id))
     FROM orders o WHERE o.id = (SELECT order_id FROM order_events WHERE message_id = said.turn ORDER BY id DESC LIMIT 1)) AS "order"
FROM said
""")
NAMES = ("session_id", "intent", "confidence", "language", "order")


def read_answer(connection: Connection, provider_id: str) -> dict[str, Any]:
    """`{state, reply, session_id, intent, confidence, language, order, timeline}`, and `choices` when the reply has any.

    `reply` is empty when the bot wrote none. Raises TemporaryError while another worker still has the conversation; asking
    again with the same key is safe.
    """
    row = connection.execute(_ANSWER, {"provider_id": provider_id}).one()
    if row.state == "received":
        raise TemporaryError("still being answered", retry_after_s=1)
    labels = [button[0] for button in row.buttons or ()]
    answer = {name: getattr(row, name) for name in NAMES}
    answer |= {"state": row.state, "reply": _with_choices(row.reply or "", labels), "timeline": row.timeline or []}
    if labels:
        answer["choices"] = [{"number": number, "label": label} for number, label in enumerate(labels, 1)]
    return answer


def _with_choices(reply: str, labels: list[str]) -> str:
    """As WhatsApp shows them: numbered below, to be answered by the number."""
    return "\n".join([reply, *(f"{number}. {label}" for number, label in enumerate(labels, 1))])
