"""How a try ended, written down: the invoice's row, the order's history, the failure or its end, and the word to the customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, text

from bot.decision import Reply
from bot.errors import PermanentError
from bot.runtime import Runtime
from bot.telemetry import get_logger, metrics
from jobs import failures, order_events
from jobs.invoices import rows
from jobs.invoices.rows import Claimed, Ended
from jobs.outbox.finish import PATIENTLY
from jobs.outbox.write import say_reply
from models.database import transaction
from models.failure_kind import FailureKind

log = get_logger(__name__)

FINAL_WORDS = {"sent": "the invoice was made", "gone": "the order was cancelled"}
_TOLD = text("""
SELECT 1 FROM order_events WHERE order_id = :order_id AND kind = 'invoice_told'
UNION ALL SELECT 1 FROM conversations c JOIN contacts k ON k.id = c.contact_id WHERE c.id = :conversation_id
    AND (c.closed_at IS NOT NULL OR k.opted_out_at IS NOT NULL OR k.is_synthetic) LIMIT 1
""")


def write_down(runtime: Runtime, attempt: str, claimed: Sequence[Claimed], ended: Mapping[int, Ended]) -> None:
    """Each in a transaction of its own, and patiently: what Xero said is known here and nowhere else."""
    for each in claimed:
        PATIENTLY(_one, runtime, attempt, each, ended[each.id])


def _one(runtime: Runtime, attempt: str, claimed: Claimed, ended: Ended) -> None:
    with transaction(runtime.engine) as connection:
        state = rows.finish(connection, attempt, claimed, ended)
        if state is None:
            return
        if ended.state in ("blocked", "failed"):
            failures.note(
                connection,
                FailureKind.INVOICE,
                claimed.number,
                PermanentError(ended.error or "", code=ended.reason or ""),
            )
        elif ended.state in FINAL_WORDS:
            failures.resolve_reference(connection, FailureKind.INVOICE, claimed.number, FINAL_WORDS[ended.state])
        if ended.state == "sent" and ended.xero_status == "AUTHORISED" and runtime.settings.invoice_notice:
            _tell(connection, runtime, claimed)
    _count(claimed, ended)


def _tell(connection: Connection, runtime: Runtime, claimed: Claimed) -> None:
    """Once an order, where the conversation still stands and its customer wants to hear of us."""
    values = {"order_id": claimed.order_id, "conversation_id": claimed.conversation_id}
    if connection.execute(_TOLD, values).first() is not None:
        return
    order_events.add(connection, claimed.order_id, "invoice_told")
    reply = Reply("invoice_sent", {"number": claimed.number})
    say_reply(connection, runtime.settings, claimed.conversation_id, reply)


def _count(claimed: Claimed, ended: Ended) -> None:
    if ended.state in ("sent", "gone", "blocked", "failed"):
        metrics.invoices_total.labels(ended.state).inc()
    elif ended.forgiven:
        metrics.invoices_total.labels("waiting").inc()
    if ended.error:
        log.warning("invoice not made", order=claimed.number, state=ended.state, error=ended.error)
    elif ended.state == "sent":
        log.info("invoice made", order=claimed.number, status=ended.xero_status)
