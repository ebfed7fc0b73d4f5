"""The team's own answers, kept for the next customer who asks the same: listed, written, changed, taken away. Each step is audited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from bot.errors import BadInputError
from jobs.audit import audit

LONGEST_TITLE = 60
LONGEST_CONTENT = 1_600
MOST = 200

_LIST = text("""
SELECT id, title, content, changed_by, changed_at FROM canned_answers ORDER BY lower(title), id LIMIT :most
""")
_ADD = text("""
INSERT INTO canned_answers (title, content, changed_by) VALUES (:title, :content, :by)
ON CONFLICT (title) DO NOTHING RETURNING id
""")
_CHANGE = text("""
UPDATE canned_answers SET title = :title, content = :content, changed_by = :by, changed_at = now() WHERE id = :id RETURNING id
""")
_REMOVE = text("DELETE FROM canned_answers WHERE id = :id RETURNING title")
_COUNT = text("SELECT count(*) FROM canned_answers")


@dataclass(frozen=True, slots=True)
class CannedAnswer:
    id: int
    title: str
    content: str
    changed_by: str
    changed_at: datetime


def canned_answers(connection: Connection) -> list[CannedAnswer]:
    """By title, which is also the order of the keys that insert them."""
    return [CannedAnswer(*row) for row in connection.execute(_LIST, {"most": MOST})]


def add(connection: Connection, title: str, content: str, *, actor: str) -> int:
    """Raises BadInputError for words that cannot be, a title that is taken, and one more than a list that people can use has."""
    values = _words(title, content)
    if connection.execute(_COUNT).scalar_one() >= MOST:
        raise BadInputError(f"there are {MOST} answers already: take one away first")
    found = connection.execute(_ADD, values | {"by": actor}).scalar()
    if found is None:
        raise BadInputError(f"there is an answer called {values['title']!r} already")
    _note(connection, actor, "added", int(found), values["title"])
    return int(found)


def change(connection: Connection, answer_id: int, title: str, content: str, *, actor: str) -> None:
    """Raises BadInputError as `add` does, and when it is not there any more."""
    values = _words(title, content)
    try:
        found = connection.execute(_CHANGE, values | {"id": answer_id, "by": actor}).scalar()
    except IntegrityError as error:
        raise BadInputError(f"there is an answer called {values['title']!r} already") from error
    if found is None:
        raise BadInputError("this answer is not there any more")
    _note(connection, actor, "changed", answer_id, values["title"])


def remove(connection: Connection, answer_id: int, *, actor: str) -> None:
    """Raises BadInputError when it is not there any more."""
    title = connection.execute(_REMOVE, {"id": answer_id}).scalar()
    if title is None:
        raise BadInputError("this answer is not there any more")
    _note(connection, actor, "removed", answer_id, str(title))


def _words(title: str, content: str) -> dict[str, str]:
    named, said = " ".join(title.split()), content.replace("\r\n", "\n").strip()
    if not named or len(named) > LONGEST_TITLE:
        raise BadInputError(f"a title has 1 to {LONGEST_TITLE} characters")
    if not said or len(said) > LONGEST_CONTENT:
        raise BadInputError(f"an answer has 1 to {LONGEST_CONTENT} characters")
    return {"title": named, "content": said}


def _note(connection: Connection, actor: str, what: str, answer_id: int, title: str) -> None:
    """The title only: an answer's text may name a person, and the audit is never rewritten."""
    audit(connection, actor, f"canned_answer_{what}", f"canned_answer:{answer_id}", {"title": title})
