"""Rings for what was just written to customers; the sweeper does when nobody hears it."""

from __future__ import annotations

from handlers.current import current_runtime
from jobs.queues import Bell, ring_all


def send(*message_ids: int) -> None:
    ring_all(current_runtime(), Bell.DELIVER, list(message_ids))
