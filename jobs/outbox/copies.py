"""How often a reply may reach its customer where nobody can be asked what has left: twice, whatever happens.

Each such send is counted before it is made, and taken back when the provider said that it did not happen. So what a lost answer,
a worker killed in between, or a record refused for good leaves behind is a number too high by one, never too low.
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

MAX_UNCONFIRMED = 2
"""The first, and one more because it may have been lost. A third would rather annoy than inform: a person is told instead."""
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


def given_up(channel: Channel, sends: int) -> bool:
    """Whether so many sends of which nobody knows what became are as many as may be made on this channel."""
    return not channel.can_look_up and sends >= MAX_UNCONFIRMED


def unconfirmed(row: Any) -> PermanentError:
    """Why a reply is not sent a third time; counted, so that somebody hears of it."""
    metrics.replies_unconfirmed_total.labels(row.channel).inc()
    return PermanentError("sent twice, and neither was confirmed", code="unconfirmed")


def count(runtime: Runtime, held: Try, channel: Channel) -> bool:
    """Counts the send that is about to be made, where it has to be; whether it was counted.

    Raises Fenced when the row is no longer this try's, TemporaryError when PostgreSQL could not be told: nothing may be sent then.
    """
    if channel.can_look_up and time.monotonic() - held.since < LATE_S:
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
