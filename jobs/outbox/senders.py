"""Hands replies to whoever sends them: this worker's own lane for the channel when it has one, else a ring for any worker.

What a lane has no room for stays pending in PostgreSQL, and the sweeper rings for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import text

from bot.runtime import Runtime
from jobs import queues
from jobs.outbox.send import send
from models.database import autocommit

_CHANNEL = text("SELECT channel FROM conversation_messages WHERE id = :id AND due_at IS NOT NULL")


def queue_in_lane(runtime: Runtime, channel: str, message_id: int) -> bool:
    """Into this worker's lane for the channel; False where it has none, or no room."""
    if runtime.lanes is None:
        return False
    return runtime.lanes.take(channel, message_id, partial(send, runtime, message_id, runtime.channels))


def hand_over(runtime: Runtime, channel: str, message_ids: Sequence[int]) -> None:
    """The replies of one turn, in order: the first is enough, because whoever sends it goes on with the next."""
    if message_ids and not queue_in_lane(runtime, channel, message_ids[0]):
        queues.ring(runtime, queues.Bell.DELIVER, message_ids[0])


def answer_ring(runtime: Runtime, message_id: int) -> None:
    """A ring for a reply that is late costs this worker's loop one statement: the lane sends. Without lanes it is sent here."""
    if runtime.lanes is None:
        send(runtime, message_id, runtime.channels)
        return
    with autocommit(runtime.engine) as connection:
        channel = connection.execute(_CHANNEL, {"id": message_id}).scalar()
    if channel is not None:
        queue_in_lane(runtime, channel, message_id)
