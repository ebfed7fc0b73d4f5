"""The write beat: a Decision becomes rows in one transaction, fenced by the lease, or nothing is written at all."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from bot import failpoints
from bot.channels.registry import spec_of
from bot.channels.text import length, parts_of
from bot.decision import Decision, OrderWrite, Reply
from bot.errors import Fenced
from bot.identity.phones import to_e164
from bot.replies import render
from bot.replies.render import Rendered, Voice
from bot.settings import Settings
from bot.situation import Said, Situation
from bot.understanding.gaps import GapRecord
from bot.understanding.intent import Intent
from jobs.access import join_requests
from jobs.access.binding import bind, shared_by
from jobs.handoff import alias_proposals
from jobs.handoff.escalate import escalate
from jobs.invoices import intent as invoice_intent
from jobs.lease import Lease, release_statement
from jobs.outbox import whatsapp_window
from jobs.outbox import write as outbox
from jobs.outbox.write import Outbound
from jobs.turn.write_order import write_events, write_order
from models.order import OPEN_DRAFT
from models.prepared import Prepared

# `due_at` apart from `lease_until` is the mark of a message that came meanwhile (record.RECORD): the subquery alone would not
# see one committed while this statement waited for the row.
# A draft or question is reminded of once: with `expire_at` set, no `remind_at` means that this is done.
RELEASE = Prepared(
    "release_conversation",
    release_statement(
        due_at="""CASE WHEN c.due_at IS DISTINCT FROM c.lease_until THEN c.due_at
                  WHEN EXISTS (SELECT 1 FROM conversation_messages m WHERE m.conversation_id = c.id
                               AND m.state = 'received' AND m.id <> ALL(:done)) THEN now()
                  WHEN :person THEN now() + :handover * interval '1 minute'
                  WHEN c.owner = 'bot' OR :called THEN LEAST(alarm.remind_at, alarm.expire_at) ELSE c.owner_until END""",
        also="""attempts = 0, question = CAST(:question AS jsonb),
    outlet_id = COALESCE(:outlet_id, c.outlet_id), language = COALESCE(:language, c.language),
    owner = CASE WHEN :person THEN 'person' WHEN :called THEN 'bot' ELSE c.owner END,
    owner_until = CASE WHEN :person THEN now() + :handover * interval '1 minute' WHEN NOT :called THEN c.owner_until END,
    remind_at = alarm.remind_at, expire_at = alarm.expire_at""",
        joined="""(SELECT CASE WHEN :waits AND NOT :by_alarm AND (remind_at IS NOT NULL OR expire_at IS NULL)
                  THEN now() + :remind * interval '1 minute' END AS remind_at,
             CASE WHEN :waits AND NOT :by_alarm THEN now() + :expire * interval '1 minute' WHEN :waits THEN expire_at END AS expire_at
      FROM conversations WHERE id = :id) alarm""",
    ),
    person="boolean",
    called="boolean",
    handover="double precision",
    waits="boolean",
    by_alarm="boolean",
    remind="double precision",
    expire="double precision",
)
FINISH_INBOUND = text("""
UPDATE conversation_messages SET state = CASE WHEN id = :last THEN :outcome ELSE 'merged' END, reason = :reason, finished_at = now(),
    attempts = :attempts, language = :language, intent = :intent, confidence = :confidence,
    context = CASE WHEN id = :last THEN CAST(:context AS jsonb) END
WHERE id = ANY(:ids)
""")
FINISH_FLOOD = text("""
UPDATE conversation_messages SET state = 'ignored', finished_at = now()
WHERE conversation_id = :id AND state = 'received' AND reason = 'flood' AND id <= :last
""")
LANGUAGE = text("UPDATE contacts SET language = :language WHERE id = :contact_id")
OPT = text("UPDATE contacts SET opted_out_at = CASE WHEN :out THEN now() END WHERE id = :contact_id")


@dataclass(frozen=True, slots=True)
class Written:
    """`order_id` and `order_number` are those of the first order. `outbound` are the ids of the replies to deliver, in order."""

    order_id: int | None
    order_number: str
    outbound: tuple[int, ...]
    texts: tuple[str, ...]


def apply(
    connection: Connection, lease: Lease, said: Said, intent: Intent, situation: Situation, decision: Decision, *, language: str,
    settings: Settings, now: datetime, gap: GapRecord | None = None, thought_s: float = 0.0,
) -> Written:  # fmt: skip
    """Write the whole effect of one turn, decided `thought_s` seconds ago. Raises Fenced when the lease or the order's version
    was lost.

    The contact's row is locked before the conversation's, in the order the webhook takes them.
    """
    failpoints.hit("apply.begin")
    _write_contact(connection, lease, said, decision, settings)
    _release(connection, lease, said, situation, decision, language, settings)
    if said.last_id is not None:
        whatsapp_window.release(connection, lease.conversation_id)
    failpoints.hit("apply.after_release")
    written = [
        (order, *write_order(connection, lease, said, order, settings.currency, now)) for order in decision.orders
    ]
    failpoints.hit("apply.after_order")
    for order, order_id, _ in written:
        _note_invoice(connection, settings, situation, order, order_id)
    number = written[0][2] if written else ""
    today = now.astimezone(settings.zone).date()
    replies = _rendered(decision, situation, lease.channel, language, settings.currency, number, today)
    _finish_inbound(connection, lease, said, intent, decision, language, gap)
    if said.payload.get("too_many"):
        connection.execute(FINISH_FLOOD, {"id": lease.conversation_id, "last": said.last_id})
    failpoints.hit("apply.after_inbound")
    outbound = _write_outbound(
        connection, lease, said, replies, language, proactive=decision.proactive, closes=_closes(situation, decision)
    )
    failpoints.hit("apply.after_outbound")
    for order, order_id, _ in written:
        write_events(connection, said, order, order_id, thought_s=thought_s)
    failpoints.hit("apply.after_events")
    if decision.escalate:
        escalate(connection, lease.conversation_id, said.last_id, decision.escalate)
    if decision.learned and situation.outlet:
        alias_proposals.propose(connection, situation.outlet.id, decision.learned, said.message_ids)
    first = written[0][1] if written else None
    return Written(first, number, outbound, tuple(reply.text for reply in replies))


def _note_invoice(
    connection: Connection, settings: Settings, situation: Situation, order: OrderWrite, order_id: int
) -> None:
    outlet = next((each for each in situation.outlets if each.id == order.outlet_id), situation.outlet)
    invoice_intent.note(connection, settings, order_id, order.delivery_date, outlet.delivery if outlet else None)


def _write_contact(connection: Connection, lease: Lease, said: Said, decision: Decision, settings: Settings) -> None:
    if decision.bind_outlet_ids:
        by = shared_by(connection, to_e164(f"+{said.payload['contact']['phone_number'].lstrip('+')}"))
        bind(connection, lease.contact_id, decision.bind_outlet_ids, by=by, actor=f"contact:{lease.contact_id}")
    if decision.joining is not None:
        join_requests.write(connection, settings, lease.contact_id, decision.joining)
    if decision.language is not None:
        connection.execute(LANGUAGE, {"contact_id": lease.contact_id, "language": decision.language})
    if decision.opted_out is not None:
        connection.execute(OPT, {"contact_id": lease.contact_id, "out": decision.opted_out})


def _release(
    connection: Connection, lease: Lease, said: Said, situation: Situation, decision: Decision, language: str, settings: Settings,
) -> None:  # fmt: skip
    values = {
        "id": lease.conversation_id,
        "token": lease.token,
        "question": json.dumps(decision.question.to_json()) if decision.question else None,
        "outlet_id": decision.chosen_outlet_id,
        "language": language,
        "person": decision.escalate is not None and decision.escalate.takes_over,
        "called": decision.calls_bot,
        "handover": settings.handover_timeout_minutes,
        "waits": _waits(situation, decision),
        "by_alarm": said.last_id is None,
        "remind": settings.draft_reminder_minutes,
        "expire": settings.draft_expiry_minutes,
        "done": list(said.message_ids),
    }
    if RELEASE.on(connection, values).rowcount != 1:
        raise Fenced("the lease of this conversation was lost")


def _waits(situation: Situation, decision: Decision) -> bool:
    """Whether a draft or a question stays open after this turn."""
    draft, order = situation.draft, decision.order
    if decision.question is not None or (order is not None and order.status in OPEN_DRAFT):
        return True
    return draft is not None and (order is None or order.order_id != draft.id)


def _rendered(
    decision: Decision, situation: Situation, channel: str, language: str, currency: str, number: str, today: date
) -> list[Rendered]:
    outlet = situation.outlet
    voice = Voice(
        language,
        currency,
        outlet.name if outlet else "",
        outlet.delivery if outlet else None,
        situation.tax_rate,
        number,
        today,
    )
    limit = spec_of(channel).max_length
    return [part for reply in decision.replies for part in _parts(render(reply, voice), reply, limit)]


def _parts(rendered: Rendered, reply: Reply, limit: int | None) -> list[Rendered]:
    """As many messages as the channel's length asks for; an order stays in one. Buttons stand under the last."""
    if limit is None:
        return [rendered]
    room = limit - sum(length(button.label) + 5 for button in rendered.buttons)
    *first, last = parts_of(rendered.text, room, whole="order" in reply.values) or [""]
    return [*(Rendered(text, (), None) for text in first), replace(rendered, text=last)]


def _finish_inbound(
    connection: Connection, lease: Lease, said: Said, intent: Intent, decision: Decision, language: str, gap: GapRecord | None,
) -> None:  # fmt: skip
    if said.last_id is None:
        return
    context = {
        "lines": [
            [line.sku, str(line.quantity), line.unit_said, line.text, line.confidence, line.sure]
            for line in intent.lines
        ],
        "questions": [[q.text, q.reason, list(q.candidates)] for q in intent.questions],
        "leftover": list(intent.leftover),
    } | ({"llm": gap.to_json()} if gap else {})
    connection.execute(
        FINISH_INBOUND,
        {
            "ids": list(said.message_ids),
            "last": said.last_id,
            "outcome": decision.outcome.value,
            "reason": decision.reason,
            "attempts": lease.attempts,
            "language": language,
            "intent": intent.kind.value,
            "confidence": intent.confidence,
            "context": json.dumps(context),
        },
    )


def _write_outbound(
    connection: Connection, lease: Lease, said: Said, replies: list[Rendered], language: str, *, proactive: bool,
    closes: int | None,
) -> tuple[int, ...]:  # fmt: skip
    marks: list[dict[str, Any]] = [{"proactive": True} if proactive else {} for _ in replies]
    if marks and closes is not None:
        marks[0] = marks[0] | {"closes": closes}
    messages = [
        Outbound(reply.text, _payload(reply) | mark, sequence)
        for sequence, (reply, mark) in enumerate(zip(replies, marks, strict=True), 1)
    ]
    return outbox.write(
        connection, lease.conversation_id, messages, in_reply_to=said.last_id, language=language, handed_over=True
    )


def _closes(situation: Situation, decision: Decision) -> int | None:
    """The serial of the question that this turn ends: its buttons go (jobs/outbox/send.py)."""
    before, after = situation.question, decision.question
    return before.serial if before is not None and (after is None or after.serial != before.serial) else None


def _payload(reply: Rendered) -> dict[str, Any]:
    payload: dict[str, Any] = (
        {"buttons": [[button.label, button.data] for button in reply.buttons]} if reply.buttons else {}
    )
    return payload | ({"request_contact": reply.request_contact} if reply.request_contact else {})
