"""Conversations as threads: the list with last message, unread count, who has it and since when the customer waits.

The list is two statements however many threads there are. Unread is shared by the team: what one has read, all have.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, TextClause, text

from bot.errors import BadInputError

MOST = 200
LONGEST_SEARCH = 200


class View(StrEnum):
    """Which threads: those that wait for a person, those of one operator, unread ones, the bot's, all."""

    WAITING = "waiting"
    MINE = "mine"
    UNREAD = "unread"
    BOT = "bot"
    ALL = "all"


_UNREAD = """EXISTS (SELECT 1 FROM conversation_messages u WHERE u.conversation_id = c.id AND u.direction = 'inbound'
                     AND u.id > COALESCE(r.message_id, 0))"""
_WHICH = {
    View.WAITING: """c.id IN (SELECT w.conversation_id FROM escalations w WHERE w.closed_at IS NULL
                          UNION ALL SELECT h.id FROM conversations h WHERE h.owner = 'person')""",
    View.MINE: "c.id IN (SELECT w.conversation_id FROM escalations w WHERE w.closed_at IS NULL AND lower(w.assignee) = :me)",
    View.UNREAD: _UNREAD,
    View.BOT: "e.id IS NULL AND c.owner = 'bot'",
    View.ALL: "TRUE",
}
_URGENT_FIRST = "CASE e.priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 ELSE 2 END, e.due_at NULLS LAST, last.id"
_NEWEST_FIRST = "last.id DESC"
_ORDER = {View.WAITING: _URGENT_FIRST, View.MINE: _URGENT_FIRST}
_FROM = """
FROM conversations c JOIN contacts k ON k.id = c.contact_id
LEFT JOIN escalations e ON e.conversation_id = c.id AND e.closed_at IS NULL
LEFT JOIN read_marks r ON r.conversation_id = c.id
"""
# Nothing is matched as a pattern: what is searched for may hold any character.
_LIST = """
WITH page AS MATERIALIZED (
    SELECT c.id, c.contact_id, c.outlet_id, c.channel, c.owner, c.owner_until, c.closed_at, c.language, k.address, k.display_name,
           e.id AS escalation_id, e.reason, e.priority, e.due_at, e.due_at < now() AS overdue, e.assignee, e.message_id AS about,
           COALESCE(r.message_id, 0) AS read_to, last.id AS last_id, last.created_at AS last_at, last.role AS last_role,
           last.kind AS last_kind, left(last.content, 200) AS last_words, row_number() OVER (ORDER BY {order}) AS place
    {from_}
    JOIN LATERAL (SELECT m.id, m.created_at, m.role, m.kind, m.content FROM conversation_messages m
                  WHERE m.conversation_id = c.id ORDER BY m.id DESC LIMIT 1) last ON last.kind <> 'notice'
    WHERE NOT k.is_synthetic AND {which} AND {found}
      AND (CAST(:only AS bigint) IS NULL OR c.id = :only)
      AND (CAST(:channel AS text) IS NULL OR c.channel = :channel)
      AND (CAST(:outlet AS text) IS NULL OR EXISTS (
           SELECT 1 FROM contact_outlets b JOIN outlets o ON o.id = b.outlet_id WHERE b.contact_id = k.id AND o.code = :outlet))
    ORDER BY {order} LIMIT :most OFFSET :skip
)
SELECT p.*, outlets.names AS outlet_names, outlets.codes AS outlet_codes,
       (SELECT count(*) FROM conversation_messages u
         WHERE u.conversation_id = p.id AND u.id > p.read_to AND u.direction = 'inbound') AS unread,
       CASE WHEN p.escalation_id IS NOT NULL OR p.owner = 'person' THEN (
           SELECT min(w.created_at) FROM conversation_messages w
           WHERE w.conversation_id = p.id AND w.direction = 'inbound' AND w.id >= COALESCE(p.about, 0) AND w.id > COALESCE((
               SELECT max(a.id) FROM conversation_messages a WHERE a.conversation_id = p.id AND a.role = 'person'), 0))
       END AS waiting_since
FROM page p LEFT JOIN LATERAL (
    SELECT string_agg(o.name, ', ' ORDER BY o.name) AS names, array_agg(o.code ORDER BY o.name) AS codes
    FROM (SELECT p.outlet_id AS id UNION ALL
          SELECT b.outlet_id FROM contact_outlets b WHERE p.outlet_id IS NULL AND b.contact_id = p.contact_id) theirs
    JOIN outlets o ON o.id = theirs.id) outlets ON TRUE
ORDER BY p.place
"""
_ANYTHING = "TRUE"
_LIKE = "c.id = ANY(CAST(:like AS bigint[]))"
_NEAREST_FIRST = "array_position(CAST(:like AS bigint[]), c.id)"
_FOUND = """(position(:words IN lower(concat_ws(' ', k.display_name, k.address))) > 0
    OR EXISTS (SELECT 1 FROM contact_outlets b JOIN outlets o ON o.id = b.outlet_id
               WHERE b.contact_id = k.id AND position(:words IN lower(concat_ws(' ', o.code, o.name))) > 0)
    OR c.id IN (SELECT s.conversation_id FROM orders s WHERE s.number = upper(:words))
    OR (CAST(:digits AS text) <> '' AND position(:digits IN k.address) > 0)
    OR c.id IN (SELECT s.conversation_id FROM conversation_messages s WHERE position(:words IN lower(s.content)) > 0))"""
# Most threads are read to their end: only those that are not are looked through for a customer's message.
_COUNTS = text(f"""
SELECT count(*) FILTER (WHERE e.id IS NOT NULL OR c.owner = 'person') AS waiting,
       count(*) FILTER (WHERE lower(e.assignee) = :me) AS mine,
       count(*) FILTER (WHERE CASE WHEN (SELECT max(n.id) FROM conversation_messages n WHERE n.conversation_id = c.id) > COALESCE(r.message_id, 0)
                                  THEN {_UNREAD} ELSE FALSE END) AS unread
{_FROM}
WHERE NOT k.is_synthetic
""")
_UNREAD_TOTAL = text("""
SELECT count(*) AS messages, count(DISTINCT m.conversation_id) AS threads
FROM conversation_messages m JOIN conversations c ON c.id = m.conversation_id JOIN contacts k ON k.id = c.contact_id
LEFT JOIN read_marks r ON r.conversation_id = m.conversation_id
WHERE m.direction = 'inbound' AND m.id > COALESCE(r.message_id, 0) AND NOT k.is_synthetic
""")
_MESSAGES = text("""
SELECT * FROM (
    SELECT m.id, m.created_at AS at, m.direction, m.role, m.kind, m.content, m.state, m.reason, m.intent, m.confidence, m.language,
           m.payload -> 'buttons' AS buttons, m.context, m.in_reply_to, d.status AS delivery, d.error AS delivery_error
    FROM conversation_messages m
    LEFT JOIN delivery_receipts d ON d.channel = m.channel AND d.provider_id = m.provider_id AND m.direction = 'outbound'
    WHERE m.conversation_id = :id AND (CAST(:before AS bigint) IS NULL OR m.id < :before)
    ORDER BY m.id DESC LIMIT :most) newest
ORDER BY id
""")
_NOTES = text("""
SELECT id, created_at AS at, author, content FROM notes WHERE conversation_id = :id ORDER BY id DESC LIMIT 100
""")
_NEW = text("""
SELECT m.id, m.conversation_id AS thread_id, m.channel, m.kind, left(m.content, 200) AS content, m.created_at AS at,
       k.display_name AS person, c.owner
FROM conversation_messages m JOIN conversations c ON c.id = m.conversation_id JOIN contacts k ON k.id = c.contact_id
WHERE m.id > :after AND m.direction = 'inbound' AND NOT k.is_synthetic ORDER BY m.id LIMIT :most
""")
_NEWEST = text("SELECT COALESCE(max(id), 0) FROM conversation_messages")
_NAMES = text("SELECT sku, name FROM products WHERE sku = ANY(:skus)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which threads. `words` are looked for in names, phones, outlets, order numbers and messages; `me` is an operator's name.

    `like` are the conversations that have such words by their meaning, the nearest first; it stands in place of `words`.
    """

    view: View = View.ALL
    words: str = ""
    channel: str | None = None
    outlet: str | None = None
    me: str = ""
    only: int | None = None
    page: int = 1
    most: int = 50
    like: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    id: int
    contact_id: int
    outlet_id: int | None
    channel: str
    owner: str
    owner_until: datetime | None
    closed_at: datetime | None
    language: str | None
    address: str
    display_name: str | None
    escalation_id: int | None
    reason: str | None
    priority: str | None
    due_at: datetime | None
    overdue: bool | None
    assignee: str | None
    read_to: int
    last_id: int
    last_at: datetime
    last_role: str
    last_kind: str
    last_words: str
    outlet_names: str | None
    outlet_codes: tuple[str, ...]
    unread: int
    waiting_since: datetime | None

    @property
    def title(self) -> str:
        """Whom the team knows it by: the outlet, the person's name, the address."""
        return self.outlet_names or self.display_name or self.address


def threads(connection: Connection, wanted: Wanted) -> list[Thread]:
    """One statement. The most urgent first where threads wait, else the newest message first.

    Raises BadInputError for a page or a length that cannot be, and for words that nobody searches for.
    """
    if not 1 <= wanted.page <= 10_000 or not 1 <= wanted.most <= MOST:
        raise BadInputError(f"page counts from 1, and a page has at most {MOST} conversations")
    if len(wanted.words) > LONGEST_SEARCH:
        raise BadInputError(f"search for {LONGEST_SEARCH} characters at most")
    words = wanted.words.strip().lower()
    values: dict[str, Any] = {
        "me": wanted.me.lower(),
        "words": words,
        "digits": _digits(words),
        "channel": wanted.channel,
        "outlet": wanted.outlet,
        "only": wanted.only,
        "like": list(wanted.like or ()),
        "most": wanted.most,
        "skip": (wanted.page - 1) * wanted.most,
    }
    rows = connection.execute(_statement(wanted, searching=bool(words)), values).mappings()
    return [_thread(dict(row)) for row in rows]


def thread(connection: Connection, conversation_id: int) -> Thread | None:
    return next(iter(threads(connection, Wanted(only=conversation_id, most=1))), None)


def view_counts(connection: Connection, me: str) -> dict[str, int]:
    """How many threads wait, are mine, are unread."""
    return {k: int(v) for k, v in connection.execute(_COUNTS, {"me": me.lower()}).one()._mapping.items()}


def unread_total(connection: Connection) -> dict[str, int]:
    """`{messages, threads}` that nobody of the team has read."""
    return {name: int(count) for name, count in connection.execute(_UNREAD_TOTAL).one()._mapping.items()}


def messages(
    connection: Connection, conversation_id: int, *, before: int | None = None, most: int = 60
) -> list[dict[str, Any]]:
    """The last so many (before that id), the oldest of them first, each with how it was read (`understood`)."""
    rows = connection.execute(_MESSAGES, {"id": conversation_id, "before": before, "most": most}).mappings()
    return [{**row, "understood": _understood(row["context"])} for row in rows]


def notes(connection: Connection, conversation_id: int) -> list[dict[str, Any]]:
    """Colleagues' words about it, the oldest first."""
    return [dict(row) for row in connection.execute(_NOTES, {"id": conversation_id}).mappings()][::-1]


def names_of(connection: Connection, said: list[dict[str, Any]]) -> dict[str, str]:
    """The names of the products that these messages were read as."""
    skus = {line["sku"] for each in said for line in each["understood"]["lines"]}
    return {row.sku: row.name for row in connection.execute(_NAMES, {"skus": sorted(skus)})} if skus else {}


def new_messages(connection: Connection, after: int, most: int = 100) -> tuple[list[dict[str, Any]], int]:
    """What customers wrote after that message id, the oldest first, and the id to ask with next time."""
    rows = [dict(row) for row in connection.execute(_NEW, {"after": after, "most": most}).mappings()]
    newest = rows[-1]["id"] if len(rows) == most else int(connection.execute(_NEWEST).scalar_one())
    return rows, max(after, newest)


def _understood(context: dict[str, Any] | None) -> dict[str, Any]:
    """How the bot read a message: goods with amounts, what it asked, which words were left over."""
    kept = context or {}
    names = ("sku", "quantity", "unit", "text", "confidence", "sure")
    return {
        "lines": [dict(zip(names, line, strict=False)) for line in kept.get("lines", ())],
        "questions": [dict(zip(("text", "reason", "candidates"), each, strict=False)) for each in kept.get("questions", ())],
        "leftover": list(kept.get("leftover", ())),
        "llm": "llm" in kept,
    }  # fmt: skip


def _statement(wanted: Wanted, *, searching: bool) -> TextClause:
    order, found = _ORDER.get(wanted.view, _NEWEST_FIRST), _FOUND if searching else _ANYTHING
    if wanted.like is not None:
        order, found = _NEAREST_FIRST, _LIKE
    return text(_LIST.format(from_=_FROM, which=_WHICH[wanted.view], order=order, found=found))


def _thread(row: dict[str, Any]) -> Thread:
    row.pop("place")
    row.pop("about")
    return Thread(**row | {"outlet_codes": tuple(row["outlet_codes"] or ())})


def _digits(words: str) -> str:
    """A phone as it was typed, without its spaces; nothing when it is no phone."""
    plain = words.translate({ord(char): None for char in " -()"})
    return plain if len(plain) >= 4 and plain.lstrip("+").isdecimal() else ""
