"""Tells the team of escalations, and of an end of all invoicing (ESCALATION_NOTIFY): rows in the outbox, so that they are retried
and end in a state like any reply.

Run by the sweeper. Every way of making a task is heard, because what was told stands beside the task itself: a new one, a
reason that joins an open one, and one that nobody has looked at in its time, again each hour. So it is with a login to the
accounting system that does not count any more, again each day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, text

from bot.channels.notices import Target, targets
from bot.runtime import Runtime
from bot.settings import Settings
from bot.telemetry import get_logger, metrics
from bot.telemetry.masking import mask_phone
from jobs.access.binding import contact_of
from jobs.invoices.connection import CONNECTION
from jobs.outbox.conversation import conversation_with
from jobs.outbox.write import Outbound, about, write
from models.database import transaction
from models.failure_kind import FailureKind

log = get_logger(__name__)

AGAIN_MINUTES = 60
"""How often an overdue task is told again."""
STOPPED_AGAIN_HOURS = 24
MOST_AT_ONCE = 20
WORDS_SHOWN = 300

_UNTOLD = text("""
UPDATE escalations e SET told = e.reason, told_at = now() WHERE e.id = ANY(ARRAY(
    SELECT x.id FROM escalations x JOIN conversations c ON c.id = x.conversation_id JOIN contacts k ON k.id = c.contact_id
    WHERE x.closed_at IS NULL AND NOT k.is_synthetic AND (x.told IS DISTINCT FROM x.reason
        OR (x.due_at < now() AND (x.told_at < x.due_at OR x.told_at < now() - :again * interval '1 minute')))
    ORDER BY x.id LIMIT :most FOR UPDATE OF x SKIP LOCKED))
RETURNING e.id, e.reason, e.priority, e.due_at < now() AS overdue, e.conversation_id
""")
_STOPPED = text("""
UPDATE failures SET told_at = now()
WHERE kind = :kind AND reference = :reference AND resolved_at IS NULL AND (told_at IS NULL OR told_at < now() - :again * interval '1 hour')
RETURNING id, error
""")
_WHO = text("""
SELECT k.id, k.channel, k.address, k.display_name,
       (SELECT string_agg(o.name, ', ' ORDER BY o.name) FROM outlets o JOIN contact_outlets b ON b.outlet_id = o.id
        WHERE b.contact_id = k.id) AS outlets,
       (SELECT content FROM conversation_messages m WHERE m.conversation_id = c.id AND m.direction = 'inbound' AND m.content <> ''
        ORDER BY m.id DESC LIMIT 1) AS words
FROM conversations c JOIN contacts k ON k.id = c.contact_id WHERE c.id = :id
""")


def tell(runtime: Runtime) -> int:
    """Writes what is to be told now; how many matters that were. Without ESCALATION_NOTIFY nothing is marked as told."""
    heard_by = targets(runtime.settings)
    if not heard_by:
        return 0
    with transaction(runtime.engine) as connection:
        tasks = connection.execute(_UNTOLD, {"again": AGAIN_MINUTES, "most": MOST_AT_ONCE}).all()
        for task in sorted(tasks):
            _tell_one(connection, runtime.settings, heard_by, task)
        stopped = _tell_of_the_end_of_invoicing(connection, runtime.settings, heard_by)
    for task in tasks:
        metrics.escalations_told_total.labels("overdue" if task.overdue else "new").inc()
        log.info("escalation told", escalation=task.id, overdue=bool(task.overdue), to=len(heard_by))
    return len(tasks) + stopped


def _tell_one(connection: Connection, settings: Settings, heard_by: tuple[Target, ...], task: Row[Any]) -> None:
    who = connection.execute(_WHO, {"id": task.conversation_id}).one()
    _write(connection, settings, heard_by, _words(task, who), {"escalation": task.id, **about(who.id)})


def _tell_of_the_end_of_invoicing(connection: Connection, settings: Settings, heard_by: tuple[Target, ...]) -> int:
    values = {"kind": FailureKind.INVOICE.value, "reference": CONNECTION, "again": STOPPED_AGAIN_HOURS}
    found = connection.execute(_STOPPED, values).all()
    for row in found:
        words = f"Nothing is invoiced: {row.error}\nOrders are taken all the same, and their invoices wait. Connect again: flask xero connect"
        _write(connection, settings, heard_by, words, {"failure": row.id})
        log.warning("the team is told that nothing is invoiced", failure=row.id, to=len(heard_by))
    return len(found)


def _write(
    connection: Connection, settings: Settings, heard_by: tuple[Target, ...], words: str, payload: Mapping[str, Any]
) -> None:
    notice = Outbound(words, payload, kind="notice")
    for target in heard_by:
        contact_id = contact_of(connection, target.channel, target.address)
        write(connection, conversation_with(connection, settings, contact_id, target.channel), [notice])


def _words(task: Row[Any], who: Row[Any]) -> str:
    """For the team, in English; the first line is an e-mail's subject."""
    begin = "OVERDUE escalation" if task.overdue else "Escalation"
    name = f"{who.display_name} " if who.display_name else ""
    lines = [f"{begin} {task.id} ({task.priority}): {task.reason}"]
    lines.append(f"{who.outlets or 'no outlet'}, {name}{who.channel} {mask_phone(who.address)}")
    if who.words:
        lines.append(f"Last words: “{who.words[:WORDS_SHOWN]}”")
    return "\n".join([*lines, f"Answer with: flask escalations reply {task.id} --text '...'"])
