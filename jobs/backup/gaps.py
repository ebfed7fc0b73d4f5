"""After a restore: what the provider remembers of the time since the backup and the ledger does not hold.

A missing message of a customer is an order that may never have been taken; a missing reply of ours told somebody about an
order that is no longer on record. Both are a person's work: the report names who to speak to, and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from bot.channels.twilio_history import Remembered

CLOCKS_APART = timedelta(minutes=2)
ORDER_NUMBER = re.compile(r"\bSO-\d+\b")
_KNOWN = text("SELECT provider_id FROM conversation_messages WHERE channel = 'whatsapp' AND provider_id = ANY(:ids)")
_ORDERS = text("SELECT number FROM orders WHERE number = ANY(:numbers)")


@dataclass(frozen=True, slots=True)
class Missing:
    """`orders` are the numbers a reply named that stand in no row of ours."""

    sid: str
    at: datetime
    address: str
    orders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gaps:
    since: datetime
    listed: int
    inbound: tuple[Missing, ...]
    outbound: tuple[Missing, ...]

    @property
    def ok(self) -> bool:
        return not self.inbound and not self.outbound

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"since": self.since.isoformat(), "ok": self.ok}


def gaps(connection: Connection, since: datetime, remembered: Iterable[Remembered]) -> Gaps:
    """`since` is the moment of the backup; what the provider lists from shortly before it is compared by its ids."""
    listed = list(remembered)
    known = set(connection.execute(_KNOWN, {"ids": [each.sid for each in listed]}).scalars())
    unknown = [each for each in listed if each.sid not in known]
    lost = _without_row(connection, unknown)
    return Gaps(
        since,
        len(listed),
        tuple(Missing(each.sid, each.at, each.address) for each in unknown if each.inbound),
        tuple(
            Missing(each.sid, each.at, each.address, tuple(n for n in _numbers(each) if n in lost))
            for each in unknown
            if not each.inbound
        ),
    )


def asked_from(since: datetime) -> datetime:
    """The provider's clock and ours are not one."""
    return since - CLOCKS_APART


def _numbers(message: Remembered) -> list[str]:
    return list(dict.fromkeys(ORDER_NUMBER.findall(message.body)))


def _without_row(connection: Connection, messages: Iterable[Remembered]) -> set[str]:
    named = {number for each in messages for number in _numbers(each)}
    return named - set(connection.execute(_ORDERS, {"numbers": sorted(named)}).scalars())
