"""What the read beat finds out about who writes: a code, an outlet's name, a manager's word on a request. Reads only."""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

from bot.identity.codes import code_in, hashed
from bot.identity.names import OutletNames
from bot.runtime import Runtime
from bot.situation import JoinRequest, Outlet, Said, Speaker
from jobs.access.join_requests import QUIET_DAYS
from jobs.lease import Lease
from jobs.order_rows import OUTLET_JSON, outlet_of

_NAMES = text("SELECT id, name FROM outlets WHERE is_active ORDER BY id")
_CONTACT = text("""
SELECT k.codes_locked_until > now() AS locked,
       EXISTS (SELECT 1 FROM binding_requests r WHERE r.contact_id = k.id
               AND (r.state = 'pending' OR (r.state = 'declined' AND r.decided_at > now() - :quiet_days * interval '1 day'))) AS asked
FROM contacts k WHERE k.id = :contact_id
""")
_INVITATION = text(f"""
SELECT i.id, {OUTLET_JSON} AS outlet FROM invitations i JOIN outlets o ON o.id = i.outlet_id AND o.is_active
WHERE i.code_hash = :hash AND i.used_at IS NULL AND i.expires_at > now()
""")
_REQUEST = text("""
SELECT r.id, o.name FROM binding_requests r JOIN outlets o ON o.id = r.outlet_id
JOIN contact_outlets b ON b.outlet_id = r.outlet_id AND b.contact_id = :contact_id AND b.is_manager
WHERE r.id = :id AND r.state = 'pending'
""")
_DECIDES = re.compile(r"\s*(approve|decline)\s+#?(\d{1,12})[\s.!]*", re.IGNORECASE)


def read_speaker(
    runtime: Runtime, connection: Connection, lease: Lease, said: Said, bound: tuple[Outlet, ...], version: int, waiting: str
) -> Speaker:  # fmt: skip
    """Costs no query for a known contact whose message is plainly an order. `waiting` are words that an answer lets count."""
    code = code_in(said.text)
    names = outlet_names(runtime, connection, version)
    ids = sorted(names.named_in(f"{waiting}\n{said.text}"))
    named = tuple((outlet_id, names.labels[outlet_id]) for outlet_id in ids)
    if bound and code is None:
        return Speaker(named, join_request=_join_request(connection, lease, said))
    row = connection.execute(_CONTACT, {"contact_id": lease.contact_id, "quiet_days": QUIET_DAYS}).one()
    found = None if code is None or row.locked else _invitation(runtime, connection, code)
    return Speaker(named, code is not None, bool(row.locked), found, bool(row.asked))


def outlet_names(runtime: Runtime, connection: Connection, version: int) -> OutletNames:
    """The names of all active outlets, from memory while the catalog's version stands (an import of outlets raises it)."""
    if runtime.outlet_names is None or runtime.outlet_names[0] != version:
        runtime.outlet_names = (version, OutletNames.of((row.id, row.name) for row in connection.execute(_NAMES)))
    return runtime.outlet_names[1]


def _invitation(runtime: Runtime, connection: Connection, code: str) -> tuple[int, Outlet] | None:
    secret = runtime.settings.secret_key.get_secret_value()
    row = connection.execute(_INVITATION, {"hash": hashed(code, secret)}).one_or_none()
    return (row.id, outlet_of(row.outlet, runtime.settings)) if row else None


def _join_request(connection: Connection, lease: Lease, said: Said) -> JoinRequest | None:
    """The pending request that this text decides, when this contact manages its outlet."""
    found = _DECIDES.fullmatch(said.text)
    if not found:
        return None
    row = connection.execute(_REQUEST, {"contact_id": lease.contact_id, "id": int(found[2])}).one_or_none()
    return JoinRequest(row.id, row.name, found[1].lower() == "approve") if row else None
