"""What the webhook doors share: record the message, ring when it is due, count what happened."""

from __future__ import annotations

from flask import g, has_app_context

from bot import failpoints
from bot.channels.base import Incoming
from bot.language.short_answers import says_over
from bot.runtime import Runtime
from bot.telemetry import get_logger, metrics, tracing
from jobs.intake.record import MAX_INBOUND, Recorded, record_once
from jobs.queues import Bell, ring

log = get_logger(__name__)


def take(runtime: Runtime, incoming: Incoming, fingerprint: str) -> Recorded:
    """Commit first, ring after: once this returns the provider may be told 200. Raises when it could not commit."""
    with tracing.span("receive", first=True, channel=incoming.channel):
        return _take(runtime, incoming, fingerprint)


def _take(runtime: Runtime, incoming: Incoming, fingerprint: str) -> Recorded:
    window_ms = 0 if says_over(incoming.text) else runtime.settings.burst_window_ms
    recorded = record_once(runtime.engine, incoming, fingerprint=fingerprint, window_ms=window_ms)
    tracing.of([recorded.message_id])
    if has_app_context():
        g.message_ids = {"message_id": recorded.message_id, "conversation_id": recorded.conversation_id}
    if recorded.due:
        failpoints.hit("web.before_ring")
        ring(runtime, Bell.PROCESS, recorded.conversation_id)
    if recorded.flooding:
        metrics.rate_limited_total.labels(incoming.channel).inc()
        log.warning("sender too fast", conversation_id=recorded.conversation_id, limit=MAX_INBOUND)
    metrics.inbound_total.labels(incoming.channel, _outcome(incoming, recorded)).inc()
    failpoints.hit("web.before_answer")
    if recorded.altered:
        log.error("same id with another body, the first is kept", conversation_id=recorded.conversation_id)
    return recorded


def _outcome(incoming: Incoming, recorded: Recorded) -> str:
    if recorded.message_id is None:
        return "altered" if recorded.altered else "duplicate"
    return "ignored" if incoming.ignored or recorded.flooding else "recorded"
