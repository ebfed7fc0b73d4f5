"""RQ's entry for one reply. Its path stays: jobs already queued during a deploy rely on it. The work is jobs/outbox/."""

from __future__ import annotations

from bot.runtime import get_runtime
from jobs import entry
from jobs.outbox.senders import answer_ring


def deliver(message_id: int) -> None:
    """Send the reply in this outbox row, and what waits behind it in the same conversation."""
    with entry.kept_from_rq("deliver"):
        answer_ring(get_runtime(), message_id)
