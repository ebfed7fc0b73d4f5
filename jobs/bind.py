"""Who may order for which outlet: the only place that binds and unbinds contacts. Every change is audited with it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from bot.errors import BadInputError
from bot.identity.addresses import spellings
from jobs.audit import audit
from jobs.reopen_conversation import close_all

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
WHERE b.contact_id = ANY(:contact_ids) AND o.id = b.outlet_id AND (CAST(:code AS text) IS NULL OR o.code = :code)
RETURNING b.contact_id, b.outlet_id, b.bound_by
""")
_FORGET = text("""
UPDATE contacts SET display_name = NULL, language = NULL, opted_out_at = NULL, unreachable_at = NULL,
    last_inbound_at = NULL, codes_failed = 0, codes_locked_until = NULL
WHERE id = ANY(:contact_ids)
""")
_DECLINE = text("""
UPDATE binding_requests SET state = 'declined', decided_at = now(), decided_by = :actor
WHERE contact_id = ANY(:contact_ids) AND state = 'pending'
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
    """Let the contact order for these outlets; returns those it could not order for (or not manage) before."""
    values = {"contact_id": contact_id, "outlet_ids": list(outlet_ids), "by": by, "manager": manager}
    new = tuple(connection.execute(_BIND, values).scalars())
    for outlet_id in new:
        audit(connection, actor, "bind", f"contact:{contact_id}", {"outlet": outlet_id, "by": by, "manager": manager})
    return new


def unbind(connection: Connection, channel: str, address: str, outlet_code: str | None, *, actor: str) -> int:
    """End the right to order, for one outlet or all; returns how many bindings went. Every spelling of the number counts.

    When no outlet is left, nothing of the old owner stays for whoever has the number next: their conversation is
    closed, drafts and requests with it, and name, language, consent and the open window are forgotten.
    """
    channels = [channel, "api"] if channel == "whatsapp" else [channel]  # the chat API orders in a phone's name
    found = {"channels": channels, "addresses": list(spellings(address))}
    contact_ids = list(connection.execute(_SAME, found).scalars())
    gone = connection.execute(_UNBIND, {"contact_ids": contact_ids, "code": outlet_code}).all()
    for row in gone:
        audit(connection, actor, "unbind", f"contact:{row.contact_id}", {"outlet": row.outlet_id, "by": row.bound_by})
    left = connection.execute(
        text("SELECT count(*) FROM contact_outlets WHERE contact_id = ANY(:ids)"), {"ids": contact_ids}
    ).scalar_one()
    for contact_id in contact_ids if gone else ():
        close_all(connection, contact_id, reason="contact_unbound")
    if gone and not left:
        connection.execute(_FORGET, {"contact_ids": contact_ids})
        connection.execute(_DECLINE, {"contact_ids": contact_ids, "actor": actor})
    return len(gone)
