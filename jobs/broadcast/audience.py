"""Who an announcement goes to: the contacts of the outlets that a filter names, each with why it may not be written to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, text

from bot.channels.registry import customer_channels
from bot.errors import BadInputError
from bot.settings import Settings
from jobs.outbox import whatsapp_window

EVERYBODY = "all"
KEYS = ("outlet", "customer", "channel", "language")
LONGEST_FILTER = 2_000
_VALUE = r'\s*"(?:[^"]|"")*"\s*|[^,;"]*'
_VALUES = re.compile(_VALUE)
_PART = re.compile(rf"\s*(?P<key>[a-z]+)\s*=(?P<values>(?:{_VALUE})(?:,(?:{_VALUE}))*)(?:;|$)")

_CONTACTS = text("""
SELECT k.id, k.channel, k.address, k.display_name, k.opted_out_at IS NOT NULL AS opted_out, k.unreachable_at IS NOT NULL AS unreachable,
       k.last_inbound_at, string_agg(o.name, ', ' ORDER BY o.name) AS outlets,
       (SELECT count(*) FROM conversation_messages m JOIN conversations c ON c.id = m.conversation_id
         WHERE c.contact_id = k.id AND m.payload ? 'proactive' AND m.created_at > now() - interval '24 hours') AS announced,
       EXISTS (SELECT 1 FROM broadcast_recipients r WHERE r.contact_id = k.id AND r.broadcast_id = :broadcast) AS has_it
FROM contacts k JOIN contact_outlets b ON b.contact_id = k.id JOIN outlets o ON o.id = b.outlet_id JOIN customers u ON u.id = o.customer_id
WHERE NOT k.is_synthetic AND o.is_active AND k.channel = ANY(:pushed)
  AND (CAST(:outlet AS text[]) IS NULL OR o.code = ANY(:outlet))
  AND (CAST(:customer AS text[]) IS NULL OR u.name = ANY(:customer))
  AND (CAST(:channel AS text[]) IS NULL OR k.channel = ANY(:channel))
  AND (CAST(:language AS text[]) IS NULL OR COALESCE(k.language, o.default_language) = ANY(:language))
GROUP BY k.id ORDER BY min(o.name), k.channel, k.address
""")


class Why(StrEnum):
    """Why a contact is passed over; none of these counts as a failure."""

    OPTED_OUT = "opted_out"
    UNREACHABLE = "unreachable"
    WINDOW_CLOSED = "window_closed"
    TOO_MANY = "too_many"
    NO_TEXT = "no_text"


@dataclass(frozen=True, slots=True)
class Words:
    """What is said: text where free text is allowed, the template on WhatsApp outside its window."""

    text: str = ""
    template: str | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """`by_template` says how it is written to, `why_not` that it is not."""

    contact_id: int
    channel: str
    address: str
    name: str
    outlets: str
    by_template: bool
    why_not: Why | None
    has_it: bool


def filter_of(written: str) -> dict[str, list[str]]:
    """`all`, or `outlet=CP-PR,AW-JWL; channel=whatsapp; customer="Tan, Lim & Co"`; quotes hold a comma or semicolon together,
    and two quotes are one. Raises BadInputError."""
    if len(written) > LONGEST_FILTER:
        raise BadInputError("this filter is too long")
    if written.strip() == EVERYBODY:
        return {}
    found: dict[str, list[str]] = {}
    at = 0
    while at < max(1, len(written.rstrip())):
        part = _PART.match(written, at)
        values = _values(part["values"]) if part else []
        if part is None or part["key"] not in KEYS or part["key"] in found or not values:
            raise BadInputError(
                f"{written[at:].strip()[:40]!r} is no filter: say all, or one of {', '.join(KEYS)}, each once, with = and values"
            )
        found[part["key"]] = values
        at = part.end()
    return found


def filter_written(chosen: Mapping[str, Sequence[str]]) -> str:
    """The filter that `filter_of` reads as this."""
    return "; ".join(f"{key}={','.join(map(_quoted, values))}" for key, values in chosen.items()) or EVERYBODY


def _values(written: str) -> list[str]:
    found = (
        each[1:-1].replace('""', '"') if each.startswith('"') else each
        for each in map(str.strip, _VALUES.findall(written))
    )
    return [each for each in found if each]


def _quoted(value: str) -> str:
    plain = value == value.strip() and not any(char in value for char in ',;"')
    return value if plain else '"' + value.replace('"', '""') + '"'


def recipients(
    connection: Connection, settings: Settings, words: Words, audience: str, now: datetime, broadcast_id: int | None = None
) -> list[Recipient]:  # fmt: skip
    """Every contact of the outlets that are meant; `has_it` when this broadcast reached it before."""
    chosen: Mapping[str, list[str]] = filter_of(audience)
    values = {key: chosen.get(key) for key in KEYS}
    pushed = [spec.name for spec in customer_channels()]
    rows = connection.execute(_CONTACTS, {**values, "pushed": pushed, "broadcast": broadcast_id or 0}).all()
    found = []
    for row in rows:
        is_open = whatsapp_window.is_open(row.channel, row.last_inbound_at, now)
        by_template = bool(words.template) and (not is_open or not words.text) and row.channel == "whatsapp"
        why_not = _why_not(
            row, words, settings.max_proactive_messages_per_day, is_open=is_open, by_template=by_template
        )
        name = row.display_name or row.address
        found.append(Recipient(row.id, row.channel, row.address, name, row.outlets, by_template, why_not, row.has_it))
    return found


def _why_not(row: object, words: Words, most: int, *, is_open: bool, by_template: bool) -> Why | None:
    """The first reason that applies."""
    reasons = {
        Why.OPTED_OUT: getattr(row, "opted_out", False),
        Why.UNREACHABLE: getattr(row, "unreachable", False),
        Why.TOO_MANY: getattr(row, "announced", 0) >= most,
        Why.WINDOW_CLOSED: not is_open and not by_template,
        Why.NO_TEXT: not words.text and not by_template,
    }
    return next((why for why, applies in reasons.items() if applies), None)
