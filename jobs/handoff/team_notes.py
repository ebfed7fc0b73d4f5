"""What people do in a conversation beside answering: read it, write notes about it, give its task to a colleague."""

from __future__ import annotations

from sqlalchemy import Connection, text

from bot.errors import BadInputError
from jobs.audit import audit

LONGEST_NOTE = 4_000

_READ = text("""
INSERT INTO read_marks AS r (conversation_id, message_id, read_by)
SELECT c.id, COALESCE(CAST(:up_to AS bigint), (SELECT max(id) FROM conversation_messages m WHERE m.conversation_id = c.id), 0), :by
FROM conversations c WHERE c.id = :id
ON CONFLICT (conversation_id) DO UPDATE SET message_id = excluded.message_id, read_by = excluded.read_by, read_at = now()
    WHERE excluded.message_id > r.message_id
""")
_IS_THERE = text("SELECT 1 FROM conversations WHERE id = :id")
_NOTE = text("""
INSERT INTO notes (conversation_id, author, content) SELECT c.id, :by, :words FROM conversations c WHERE c.id = :id RETURNING id
""")
_ASSIGN = text("""
UPDATE escalations e SET assignee = :to WHERE e.conversation_id = :id AND e.closed_at IS NULL RETURNING e.id
""")
_MAY_ANSWER = text("SELECT name FROM users WHERE name = :name AND role <> 'viewer' AND disabled_at IS NULL")


def mark_read(connection: Connection, conversation_id: int, *, by: str, up_to: int | None = None) -> bool:
    """Read up to that message, or to the last. Doing it again changes nothing. False when there is no such conversation."""
    connection.execute(_READ, {"id": conversation_id, "by": by, "up_to": up_to})
    return connection.execute(_IS_THERE, {"id": conversation_id}).one_or_none() is not None


def write_note(connection: Connection, conversation_id: int, words: str, *, by: str) -> int:
    """Raises BadInputError for an empty or endless note, and for a conversation that is not there."""
    said = words.strip()
    if not said or len(said) > LONGEST_NOTE:
        raise BadInputError(f"a note has 1 to {LONGEST_NOTE} characters")
    note_id = connection.execute(_NOTE, {"id": conversation_id, "by": by, "words": said}).scalar()
    if note_id is None:
        raise BadInputError("there is no such conversation")
    audit(connection, by, "note", f"conversation:{conversation_id}", {"note": note_id})
    return int(note_id)


def assign(connection: Connection, conversation_id: int, to: str, *, by: str) -> None:
    """Give the conversation's open task to a colleague. Raises BadInputError when nothing is open or they cannot answer."""
    colleague = connection.execute(_MAY_ANSWER, {"name": to.strip().lower()}).scalar()
    if colleague is None:
        raise BadInputError(f"{to[:40]!r} is nobody who can answer customers")
    task = connection.execute(_ASSIGN, {"id": conversation_id, "to": colleague}).scalar()
    if task is None:
        raise BadInputError("nothing is open in this conversation: take it over first")
    audit(connection, by, "assign", f"escalation:{task}", {"to": colleague})
