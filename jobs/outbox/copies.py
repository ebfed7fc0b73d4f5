"""How often a reply may be sent while nobody knows what became of the sends before.

Where the provider cannot be asked what it took: twice when answers are lost, and once more for each worker that is killed over it,
four times in all. Where it can be asked, it is asked first, and this is only a ceiling. A send is counted before it is made, and
taken back when the provider said that it did not happen: what anything in between leaves behind is a number too high, never too
low.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import Channel
from bot.errors import Fenced, PermanentError, TemporaryError
from bot.runtime import Runtime
from bot.telemetry import metrics
from models.database import autocommit
from models.sqlstate import is_temporary

MOST, MOST_WHERE_ASKED = 4, 11
"""Counted sends. Where the provider can be asked, a reply's first send is not counted, which makes twelve."""
LOST = 1
"""One whose answer was lost counts twice: it most likely arrived, while a killed worker's may not have left at all."""
LATE_S = 3.0
"""Longer than any look-up takes, shorter than the hold on the row: whoever was stopped in between asks whether it is still theirs."""

COUNT = text("""
UPDATE conversation_messages SET unconfirmed = unconfirmed + 1
WHERE id = :id AND attempt_id = :attempt AND state = 'sending' RETURNING unconfirmed
""")


@dataclass(frozen=True, slots=True)
class Try:
    """One claimed reply: its row as it was found, the try that holds it, and since when on the monotonic clock."""

    row: Any
    attempt: str
    since: float


def given_up(channel: Channel, unconfirmed: int) -> bool:
    """Whether as many sends as may be made on this channel have been counted."""
    return unconfirmed >= (MOST_WHERE_ASKED if channel.can_look_up else MOST)


def weight(channel: Channel) -> int:
    """What a lost answer adds to its counted send."""
    return 0 if channel.can_look_up else LOST


def refusal(channel: Channel, row: Any) -> PermanentError:
    """Why a reply is not sent once more; counted, so that somebody hears of it."""
    if channel.can_look_up:
        metrics.replies_ceiling_total.labels(row.channel).inc()
        return PermanentError("sent too often, whatever became of it", code="ceiling")
    metrics.replies_unconfirmed_total.labels(row.channel).inc()
    return PermanentError("sent more than once, and never confirmed", code="unconfirmed")


def count(runtime: Runtime, held: Try, channel: Channel) -> bool:
    """Counts the send that is about to be made, where it has to be; whether it was counted.

    Raises Fenced when the row is no longer this try's, TemporaryError when PostgreSQL could not be told: nothing may be sent then.
    """
    again, late = held.row.was == "sending", time.monotonic() - held.since >= LATE_S
    if channel.can_look_up and not (again or late):
        return False
    try:
        with autocommit(runtime.engine) as connection:
            found = connection.execute(COUNT, {"id": held.row.id, "attempt": held.attempt}).scalar()
    except SQLAlchemyError as error:
        if not is_temporary(error):
            raise
        raise TemporaryError("PostgreSQL was away before the send", code="database") from error
    if found is None:
        raise Fenced("the reply is in the hands of another try")
    return True
