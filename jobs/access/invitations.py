"""Makes a one-time invitation code for an outlet, finds the one that was written, and uses it up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from bot.errors import BadInputError, Fenced
from bot.identity.codes import LOCKED_MINUTES, MAX_WRONG, hashed, new_code
from jobs.access.binding import bind, outlet_of
from jobs.audit import audit

_MAKE = text("""
INSERT INTO invitations (code_hash, outlet_id, invited_by, expires_at)
VALUES (:hash, :outlet_id, :by, now() + :hours * interval '1 hour') RETURNING id, expires_at
""")
_OPEN = text("""
SELECT i.id, i.invited_by, i.created_at, i.expires_at, o.code AS outlet_id, o.name AS outlet_name
FROM invitations i JOIN outlets o ON o.id = i.outlet_id
WHERE i.used_at IS NULL AND i.expires_at > now() AND (CAST(:code AS text) IS NULL OR o.code = :code) ORDER BY i.expires_at, i.id LIMIT :most
""")
_WITHDRAW = text("""
UPDATE invitations SET expires_at = now() WHERE id = :id AND used_at IS NULL AND expires_at > now() RETURNING outlet_id
""")
MOST_OPEN = 200
_USE = text("""
UPDATE invitations SET used_at = now(), used_by = :contact_id
WHERE id = :id AND used_at IS NULL AND expires_at > now() RETURNING outlet_id
""")
_WRONG = text("""
UPDATE contacts SET codes_failed = CASE WHEN codes_failed + 1 >= :most THEN 0 ELSE codes_failed + 1 END,
    codes_locked_until = CASE WHEN codes_failed + 1 >= :most THEN now() + :pause * interval '1 minute' ELSE codes_locked_until END
WHERE id = :contact_id RETURNING codes_locked_until
""")
_RIGHT = text("UPDATE contacts SET codes_failed = 0, codes_locked_until = NULL WHERE id = :contact_id")


def invite(connection: Connection, outlet_code: str, *, hours: float, actor: str, secret: str) -> tuple[str, datetime]:
    """A code for one new contact of this outlet and when it ends. It is shown once: only its hash is kept."""
    outlet_id, code = outlet_of(connection, outlet_code), new_code()
    values = {"hash": hashed(code, secret), "outlet_id": outlet_id, "by": actor, "hours": hours}
    row = connection.execute(_MAKE, values).one()
    audit(connection, actor, "invite", f"invitation:{row.id}", {"outlet": outlet_id})
    return code, row.expires_at


def open_invitations(connection: Connection, outlet_code: str | None = None) -> list[dict[str, Any]]:
    """Codes that nobody has used and that still count, the next to end first; the codes themselves are not known."""
    return [dict(row) for row in connection.execute(_OPEN, {"code": outlet_code, "most": MOST_OPEN}).mappings()]


def withdraw(connection: Connection, invitation_id: int, *, actor: str) -> None:
    """From now on the code lets nobody in. Raises BadInputError when it was used, or has ended, before."""
    outlet_id = connection.execute(_WITHDRAW, {"id": invitation_id}).scalar()
    if outlet_id is None:
        raise BadInputError("this invitation was used meanwhile, or has ended")
    audit(connection, actor, "invitation_withdrawn", f"invitation:{invitation_id}", {"outlet": outlet_id})


def use(connection: Connection, invitation_id: int, contact_id: int) -> None:
    """Bind the contact by its code. Raises Fenced when another contact was faster; the message is then read again."""
    outlet_id = connection.execute(_USE, {"id": invitation_id, "contact_id": contact_id}).scalar()
    if outlet_id is None:
        raise Fenced("the invitation was used meanwhile")
    bind(connection, contact_id, [outlet_id], by="invitation", actor=f"invitation:{invitation_id}")
    connection.execute(_RIGHT, {"contact_id": contact_id})


def count_wrong(connection: Connection, contact_id: int) -> None:
    """One wrong code more; the last of a row locks the contact out of codes for a while."""
    values = {"contact_id": contact_id, "most": MAX_WRONG, "pause": LOCKED_MINUTES}
    locked = connection.execute(_WRONG, values).scalar()
    if locked is not None:
        audit(connection, f"contact:{contact_id}", "codes_locked", f"contact:{contact_id}")
