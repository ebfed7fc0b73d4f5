"""Strangers who want to order: their request waits, an operator or the outlet's manager approves or declines it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from bot.decision import Joining, Reply
from bot.errors import BadInputError, Fenced
from bot.settings import Settings
from bot.telemetry.masking import mask_phone
from jobs.access import invitations
from jobs.access.binding import bind
from jobs.audit import audit
from jobs.outbox.write import about, say_reply

QUIET_DAYS = 7
"""After a request was declined, the same contact makes no new one for so long."""

_ASK = text("""
INSERT INTO binding_requests (contact_id, outlet_id)
SELECT :contact_id, :outlet_id WHERE NOT EXISTS (
    SELECT 1 FROM binding_requests WHERE contact_id = :contact_id AND state = 'declined' AND decided_at > now() - :days * interval '1 day')
ON CONFLICT (contact_id) WHERE state = 'pending' DO UPDATE SET outlet_id = COALESCE(binding_requests.outlet_id, excluded.outlet_id)
RETURNING id, (xmax = 0) AS fresh
""")
_MANAGERS = text("""
SELECT c.id AS conversation_id FROM contact_outlets b JOIN conversations c ON c.contact_id = b.contact_id AND c.closed_at IS NULL
WHERE b.outlet_id = :outlet_id AND b.is_manager
""")
_DECIDE = text("""
UPDATE binding_requests SET state = :state, decided_at = now(), decided_by = :actor, outlet_id = COALESCE(:outlet_id, outlet_id)
WHERE id = :id AND state = 'pending' AND (:state = 'declined' OR COALESCE(:outlet_id, outlet_id) IS NOT NULL)
RETURNING contact_id, outlet_id
""")
_LIST = text("""
SELECT r.id, k.channel, k.address, k.display_name, o.code, o.name AS outlet_name, r.requested_at,
       (SELECT m.content FROM conversation_messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE c.contact_id = k.id AND m.direction = 'inbound' AND m.content <> '' ORDER BY m.id DESC LIMIT 1) AS last_words
FROM binding_requests r JOIN contacts k ON k.id = r.contact_id LEFT JOIN outlets o ON o.id = r.outlet_id
WHERE r.state = 'pending' ORDER BY r.id
""")
_CONVERSATION = text(
    "SELECT id FROM conversations WHERE contact_id = :contact_id AND closed_at IS NULL ORDER BY id DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Pending:
    """A request that waits. The outlet is what the stranger named, which proves nothing."""

    id: int
    channel: str
    address: str
    display_name: str | None
    outlet_code: str | None
    outlet_name: str | None
    requested_at: datetime
    last_words: str | None


def write(connection: Connection, settings: Settings, contact_id: int, joining: Joining) -> None:
    """What a message changes in who may order, in the write beat's transaction."""
    if joining.invitation_id is not None:
        invitations.use(connection, joining.invitation_id, contact_id)
    if joining.wrong_code:
        invitations.count_wrong(connection, contact_id)
    if joining.asks:
        ask(connection, settings, contact_id, joining.asks_outlet_id)
    if joining.decides is not None:
        request_id, approved = joining.decides
        _decide_by_chat(connection, settings, contact_id, request_id, approved)


def _decide_by_chat(
    connection: Connection, settings: Settings, contact_id: int, request_id: int, approved: bool
) -> None:
    """Raises Fenced when somebody else decided meanwhile: the message is then read again, as one about nothing open."""
    try:
        decide_request(connection, settings, request_id, approve=approved, actor=f"contact:{contact_id}")
    except BadInputError as error:
        raise Fenced("the request was decided meanwhile") from error


def ask(connection: Connection, settings: Settings, contact_id: int, outlet_id: int | None) -> None:
    """Leave the contact's one request, and tell the managers of the outlet that was named."""
    values = {"contact_id": contact_id, "outlet_id": outlet_id, "days": QUIET_DAYS}
    request = connection.execute(_ASK, values).one_or_none()
    if request is None:
        return
    if request.fresh:
        audit(connection, f"contact:{contact_id}", "ask_to_join", f"request:{request.id}", {"outlet": outlet_id})
    for row in connection.execute(_MANAGERS, {"outlet_id": outlet_id}).all() if request.fresh else ():
        _tell_manager(connection, settings, row.conversation_id, request.id, contact_id)


def pending(connection: Connection) -> list[Pending]:
    return [Pending(*row) for row in connection.execute(_LIST)]


def decide_request(
    connection: Connection, settings: Settings, request_id: int, *, approve: bool, actor: str, outlet_id: int | None = None
) -> tuple[int, ...]:  # fmt: skip
    """Approve (and bind, and tell the contact) or decline; the ids of the messages to send.

    One conditional UPDATE: of two who decide at once one is told that it is decided. Raises BadInputError then, and
    when an approval names no outlet although the request does not either.
    """
    state = "approved" if approve else "declined"
    values = {"id": request_id, "state": state, "actor": actor, "outlet_id": outlet_id if approve else None}
    row = connection.execute(_DECIDE, values).one_or_none()
    if row is None:
        raise BadInputError(f"request {request_id} is not pending, or names no outlet (give one with --outlet)")
    audit(connection, actor, state, f"request:{request_id}", {"contact": row.contact_id, "outlet": row.outlet_id})
    if not approve:
        return ()
    bind(connection, row.contact_id, [row.outlet_id], by=f"approved by {actor}", actor=actor)
    return _tell_contact(connection, settings, row.contact_id, row.outlet_id)


def _tell_contact(connection: Connection, settings: Settings, contact_id: int, outlet_id: int) -> tuple[int, ...]:
    conversation_id = connection.execute(_CONVERSATION, {"contact_id": contact_id}).scalar()
    if conversation_id is None:
        return ()
    name = connection.execute(text("SELECT name FROM outlets WHERE id = :id"), {"id": outlet_id}).scalar_one()
    return (say_reply(connection, settings, conversation_id, Reply("linked", {"outlets": name}), name),)


def _tell_manager(
    connection: Connection, settings: Settings, conversation_id: int, request_id: int, contact_id: int
) -> None:
    found = next(request for request in pending(connection) if request.id == request_id)
    who = f"{found.display_name or ''} {mask_phone(found.address)}".strip()
    values = {"who": who, "outlet": found.outlet_name, "request": request_id}
    reply = Reply("join_request", values)
    say_reply(connection, settings, conversation_id, reply, found.outlet_name or "", payload=about(contact_id))
