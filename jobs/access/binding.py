"""Who may order for which outlet: binding and unbinding contacts by hand or by code, audited. (Forgetting a person and the synthetic order have rows of their own.)"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from bot.errors import BadInputError
from bot.identity.addresses import spellings
from jobs.access.close_conversation import close_all
from jobs.audit import audit

_CONTACT = text(
    "INSERT INTO contacts (channel, address) VALUES (:channel, :address)"
    " ON CONFLICT (channel, address) DO UPDATE SET address = excluded.address RETURNING id"
)
_BIND = text("""
INSERT INTO contact_outlets AS b (contact_id, outlet_id, bound_by, is_manager)
SELECT :contact_id, o.id, :by, :manager FROM outlets o WHERE o.id = ANY(:outlet_ids)
ON CONFLICT (contact_id, outlet_id) DO UPDATE SET is_manager = b.is_manager OR excluded.is_manager
    WHERE excluded.is_manager AND NOT b.is_manager
RETURNING outlet_id
""")
_SAME = text("""
SELECT id FROM contacts WHERE channel = ANY(:channels) AND address = ANY(:addresses) ORDER BY id FOR UPDATE
""")
_UNBIND = text("""
DELETE FROM contact_outlets b USING outlets o
WHERE (b.contact_id = ANY(:contact_ids) OR b.bound_by = ANY(:lent))
  AND o.id = b.outlet_id AND (CAST(:code AS text) IS NULL OR o.code = :code)
RETURNING b.contact_id, b.outlet_id, b.bound_by
""")
_LEFT = text("SELECT count(*) FROM contact_outlets WHERE contact_id = ANY(:contact_ids)")
_FORGET = text("""
UPDATE contacts SET display_name = NULL, language = NULL, opted_out_at = NULL, unreachable_at = NULL,
    last_inbound_at = NULL, codes_failed = 0, codes_locked_until = NULL
WHERE id = ANY(:contact_ids)
""")
_DECLINE = text("""
UPDATE binding_requests SET state = 'declined', decided_at = now(), decided_by = :actor
WHERE contact_id = ANY(:contact_ids) AND state = 'pending'
""")


_JOINED = text("""
UPDATE binding_requests SET state = 'approved', decided_at = now(), decided_by = :actor
WHERE contact_id = :contact_id AND state = 'pending'
""")


def contact_of(connection: Connection, channel: str, address: str) -> int:
    """The contact's row, made when there is none."""
    return int(connection.execute(_CONTACT, {"channel": channel, "address": address}).scalar_one())


def outlet_of(connection: Connection, code: str) -> int:
    """The outlet with exactly this code. Raises BadInputError; no part of a code and no pattern finds one."""
    found = connection.execute(text("SELECT id FROM outlets WHERE code = :code AND is_active"), {"code": code}).scalar()
    if found is None:
        raise BadInputError(f"there is no outlet {code[:40]!r}; `flask contacts list` shows the outlets in use")
    return int(found)


def bind(
    connection: Connection, contact_id: int, outlet_ids: Sequence[int], *, by: str, actor: str, manager: bool = False
) -> tuple[int, ...]:
    """Let the contact order for these outlets; returns those it could not order for (or not manage) before.

    Whoever is let in any way has nothing left to ask for: their request is settled with it.
    """
    values = {"contact_id": contact_id, "outlet_ids": list(outlet_ids), "by": by, "manager": manager}
    new = tuple(connection.execute(_BIND, values).scalars())
    for outlet_id in new:
        audit(connection, actor, "bind", f"contact:{contact_id}", {"outlet": outlet_id, "by": by, "manager": manager})
    if new:
        connection.execute(_JOINED, {"contact_id": contact_id, "actor": actor})
    return new


def unbind(connection: Connection, channel: str, address: str, outlet_code: str | None, *, actor: str) -> int:
    """End the right to order, for one outlet or all; returns how many bindings went. Every spelling of the number counts.

    When no outlet is left, nothing of the old owner stays for whoever has the number next: their conversation is
    closed, drafts and requests with it, and name, language, consent and the open window are forgotten.
    """
    channels = [channel, "api"] if channel == "whatsapp" else [channel]  # the chat API orders in a phone's name
    found = {"channels": channels, "addresses": list(spellings(address))}
    contact_ids = list(connection.execute(_SAME, found).scalars())
    lent = [_lent_by(contact_id) for contact_id in contact_ids]
    gone = connection.execute(_UNBIND, {"contact_ids": contact_ids, "lent": lent, "code": outlet_code}).all()
    for row in gone:
        audit(connection, actor, "unbind", f"contact:{row.contact_id}", {"outlet": row.outlet_id, "by": row.bound_by})
    if gone:
        chats = {int(row.contact_id) for row in gone} - set(contact_ids)
        _leave_nothing(connection, contact_ids, actor)
        for chat in sorted(chats):
            _leave_nothing(connection, [chat], actor)
    return len(gone)


def shared_by(connection: Connection, phone: str) -> str:
    """What binds a chat that shared this phone, as its `bound_by`: unbinding the phone ends the chat's right too."""
    found = {"channels": ["whatsapp"], "addresses": list(spellings(phone))}
    return _lent_by(next(iter(connection.execute(_SAME, found).scalars()), 0))


def _lent_by(contact_id: int) -> str:
    return f"shared_contact:{contact_id}"


def _leave_nothing(connection: Connection, contact_ids: Sequence[int], actor: str) -> None:
    """Ends the conversations of these spellings of one address; when no outlet is left to them, forgets their owner too."""
    for contact_id in contact_ids:
        close_all(connection, contact_id, reason="contact_unbound")
    if not connection.execute(_LEFT, {"contact_ids": list(contact_ids)}).scalar_one():
        connection.execute(_FORGET, {"contact_ids": list(contact_ids)})
        connection.execute(_DECLINE, {"contact_ids": list(contact_ids), "actor": actor})
