"""Before a message of the chat API is recorded: for which outlet, in which session, and whether it comes too fast."""

from __future__ import annotations

from sqlalchemy import Connection, text

from bot.errors import BadInputError, TooFastError, UnknownSessionError
from jobs.access.binding import bind, contact_of

CHANNEL = "api"
MAX_ASKED, MAX_ASKED_IN_S = 10, 10
"""Requests of one user within ten seconds; a program that is told to wait does, so this is less than a person is allowed."""

_MEANT = text("""
SELECT id FROM outlets WHERE is_active AND code = :outlet
UNION SELECT b.outlet_id FROM contacts k JOIN contact_outlets b ON b.contact_id = k.id
WHERE k.channel = 'whatsapp' AND k.address = :user_id AND CAST(:outlet AS text) IS NULL
""")
_SESSION = text("""
SELECT 1 FROM conversations c JOIN contacts k ON k.id = c.contact_id
WHERE c.session_id = :session_id AND c.closed_at IS NULL AND k.channel = 'api' AND k.address = :user_id
""")
_TOO_FAST = text("""
SELECT :seconds - extract(epoch FROM now() - m.created_at)::float AS wait_s FROM conversation_messages m
JOIN conversations c ON c.id = m.conversation_id JOIN contacts k ON k.id = c.contact_id
WHERE k.channel = 'api' AND k.address = :user_id AND c.closed_at IS NULL AND m.direction = 'inbound'
  AND NOT EXISTS (SELECT 1 FROM conversation_messages WHERE channel = 'api' AND direction = 'inbound' AND provider_id = :provider_id)
ORDER BY m.id DESC OFFSET :most - 1 LIMIT 1
""")


def admit(
    connection: Connection, *, user_id: str, outlet: str | None, session_id: str | None, provider_id: str
) -> int | None:
    """Binds the user to the outlets meant; the id of the one that was named.

    Raises BadInputError for an outlet that is not ours, UnknownSessionError, and TooFastError; then nothing is recorded, so that
    the same request, with the same key, can be sent again.
    """
    if (
        session_id is not None
        and connection.execute(_SESSION, {"session_id": session_id, "user_id": user_id}).first() is None
    ):
        raise UnknownSessionError(
            "This session is not an open one of this user. Leave session_id out to begin another."
        )
    found = list(connection.execute(_MEANT, {"user_id": user_id, "outlet": outlet}).scalars())
    if outlet is not None and not found:
        raise BadInputError("outlet_id is not an outlet of ours", code="outlet")
    _refuse_floods(connection, user_id, provider_id)
    bind(connection, contact_of(connection, CHANNEL, user_id), found, by=CHANNEL, actor=CHANNEL)
    return int(found[0]) if outlet is not None else None


def _refuse_floods(connection: Connection, user_id: str, provider_id: str) -> None:
    values = {"user_id": user_id, "provider_id": provider_id, "seconds": MAX_ASKED_IN_S, "most": MAX_ASKED}
    wait_s = connection.execute(_TOO_FAST, values).scalar()
    if wait_s is not None and wait_s > 0:
        raise TooFastError(
            f"More than {MAX_ASKED} messages of one user in {MAX_ASKED_IN_S} seconds; this one was not taken.",
            code="flood",
            retry_after_s=wait_s,
        )
