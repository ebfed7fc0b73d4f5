"""Users as people are: one message at a time, the next one some seconds after the answer, or after a minute without one."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from chaos.customers import Customers, SentOrder
from chaos.house import House

THINKS_S = (2.0, 6.0)
PATIENCE_S = 60.0
LOOK_EVERY_S = 0.25
ANSWERED = (
    "SELECT m.provider_id FROM conversation_messages m WHERE m.direction = 'inbound' AND m.provider_id = ANY(:ids)"
    " AND (m.state IN ('merged', 'ignored', 'parked', 'handed_over') OR EXISTS ("
    "  SELECT 1 FROM conversation_messages r WHERE r.in_reply_to = m.id AND (r.state = 'sent' OR r.reason = 'unconfirmed')))"
)
"""Of these messages, those that have their answer; what was sent twice without a word from the provider has arrived."""


@dataclass
class Users:
    """Each of `addresses` is one user; `keep` says how many of them are at it."""

    house: House
    customers: Customers
    addresses: list[str]
    seed: int
    _waiting: dict[str, float] = field(default_factory=dict)
    """What each user's last message is known by, and when its patience ends."""
    _free_at: dict[str, float] = field(default_factory=dict)
    """When each user that waits for nothing writes again."""
    _last: dict[str, SentOrder] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def keep(self, count: int, seconds: float, over: threading.Event | None = None) -> None:
        """So many users for so long. Those that were more end with their last answer."""
        until = time.monotonic() + seconds
        active = self.addresses[:count]
        for address in active:
            self._free_at.setdefault(address, time.monotonic() + self._random.uniform(0, THINKS_S[0]))
        while time.monotonic() < until and not (over is not None and over.is_set()):
            self._answered()
            for address in active:
                if address not in self._last and time.monotonic() >= self._free_at[address]:
                    said = self.customers.order(address)
                    self._last[address], self._waiting[said.sid] = said, time.monotonic() + PATIENCE_S
            time.sleep(LOOK_EVERY_S)

    def _answered(self) -> None:
        """Frees those whose answer is there or whose patience has ended."""
        now, done = time.monotonic(), self._done()
        for address, said in list(self._last.items()):
            if said.sid in done or now > self._waiting[said.sid]:
                del self._last[address], self._waiting[said.sid]
                self._free_at[address] = now + self._random.uniform(*THINKS_S)

    def _done(self) -> set[str]:
        if not self._waiting:
            return set()
        with contextlib.suppress(SQLAlchemyError):  # the database is away for a moment: nobody has an answer then
            return {str(sid) for (sid,) in self.house.rows(ANSWERED, ids=list(self._waiting))}
        return set()
