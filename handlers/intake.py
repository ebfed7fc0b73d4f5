"""What the webhook doors share: record the message, ring when it is due, count what happened."""

from __future__ import annotations

from bot.channels.base import Incoming
from bot.runtime import Runtime
from bot.telemetry import get_logger, metrics
from jobs.queues import Bell, ring
from jobs.record import Recorded, record_once

log = get_logger(__name__)


def take(runtime: Runtime, incoming: Incoming, fingerprint: str) -> Recorded:
    """Commit first, ring after: once this returns the provider may be told 200. Raises when it could not commit."""
    recorded = record_once(
        runtime.engine, incoming, fingerprint=fingerprint, window_ms=runtime.settings.burst_window_ms
    )
    if recorded.due:
        ring(runtime, Bell.PROCESS, recorded.conversation_id)
    metrics.inbound_total.labels(incoming.channel, _outcome(incoming, recorded)).inc()
    if recorded.altered:
        log.error("same id with another body, the first is kept", conversation_id=recorded.conversation_id)
    return recorded


def _outcome(incoming: Incoming, recorded: Recorded) -> str:
    if recorded.message_id is None:
        return "altered" if recorded.altered else "duplicate"
    return "ignored" if incoming.ignored else "recorded"
