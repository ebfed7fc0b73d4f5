"""Traces to an OpenTelemetry collector, only when ENABLE_OTEL_METRICS is on: one trace a message, from the webhook to the sent reply.

No context travels between processes: the ids of a trace and of its first span follow from the message's id, so that whoever
works on the message adds to the same trace. Spans carry our ids and the channel's name, never words or persons.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.settings import Settings

if TYPE_CHECKING:  # the library loads slowly, and most run without it
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.id_generator import IdGenerator
    from opentelemetry.trace import SpanContext, Tracer

EXPORT_TIMEOUT_S = 3
PATH = "/v1/traces"


@dataclass
class _Open:
    """A span that has begun, and the messages that it turned out to be of."""

    began_ns: int
    message_ids: tuple[int, ...] = ()
    failed: bool = False


_tracer: Tracer | None = None
_open: ContextVar[_Open | None] = ContextVar("open_span", default=None)
_installation = ""


def init_tracing(settings: Settings) -> TracerProvider | None:
    """Start telling; None, and nothing happens, unless it is on. The library hands over what is left when the process ends."""
    global _tracer, _installation
    if not settings.enable_otel_metrics:
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    to = settings.otel_exporter_otlp_endpoint.rstrip("/") + PATH
    provider = TracerProvider(
        resource=Resource.create({"service.name": settings.otel_service_name}), id_generator=_derived_ids()
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=to, timeout=EXPORT_TIMEOUT_S)))
    _tracer, _installation = provider.get_tracer("tria"), settings.public_url
    return provider


def stop_tracing() -> None:
    """Nothing is told from now on."""
    global _tracer
    _tracer = None


@contextmanager
def span(name: str, *, first: bool = False, channel: str = "") -> Iterator[None]:
    """What happens inside takes so long; `of` says there of which messages it is, and without that nothing is told.

    `first` is the span that every other of the message hangs below.
    """
    if _tracer is None:
        yield
        return
    opened = _Open(time.time_ns())
    before = _open.set(opened)
    try:
        yield
    except BaseException:
        opened.failed = True
        raise
    finally:
        _open.reset(before)
        if opened.message_ids:
            _tell(_tracer, name, opened, first=first, channel=channel)


def of(message_ids: Sequence[int | None]) -> None:
    """The span that is open here is of these messages; it stands in the trace of the last, with a link to each other."""
    if (opened := _open.get()) is not None:
        opened.message_ids = tuple(each for each in message_ids if each is not None)


def _tell(tracer: Tracer, name: str, opened: _Open, *, first: bool, channel: str) -> None:
    from opentelemetry.trace import Link, NonRecordingSpan, Status, StatusCode, set_span_in_context

    *others, own = opened.message_ids
    above = None if first else set_span_in_context(NonRecordingSpan(_context_of(own)))
    _wanted.set(_context_of(own) if first else None)
    told = tracer.start_span(
        name, above, start_time=opened.began_ns, links=[Link(_context_of(other)) for other in others],
        attributes={"tria.message_id": own} | ({"tria.channel": channel} if channel else {}),
    )  # fmt: skip
    _wanted.set(None)
    if opened.failed:
        told.set_status(Status(StatusCode.ERROR))
    told.end()


def _context_of(message_id: int) -> SpanContext:
    """The trace of a message and its first span: the same in every process of an installation, and in no other installation."""
    from opentelemetry.trace import SpanContext, TraceFlags

    digest = hashlib.sha256(f"{_installation}:{message_id}".encode()).digest()
    trace_id, span_id = int.from_bytes(digest[:16]), int.from_bytes(digest[16:24])
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))


_wanted: ContextVar[SpanContext | None] = ContextVar("wanted_ids", default=None)
"""What the next span is to be called by."""


def _derived_ids() -> IdGenerator:
    """The library's generator, but for a message's first span."""
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class DerivedIds(RandomIdGenerator):
        def generate_trace_id(self) -> int:
            wanted = _wanted.get()
            return wanted.trace_id if wanted else super().generate_trace_id()

        def generate_span_id(self) -> int:
            wanted = _wanted.get()
            return wanted.span_id if wanted else super().generate_span_id()

    return DerivedIds()
