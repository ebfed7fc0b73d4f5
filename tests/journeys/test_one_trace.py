"""One message is one trace, from the webhook to the sent reply, told to a collector over HTTP; and nothing is told unless asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask, Response, request
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from werkzeug.serving import make_server

from bot.settings import Settings
from bot.telemetry import init_tracing, tracing
from embedded.ports import free_port
from simulator.server import Running
from tests.conftest import Shop
from tests.people import ORDER, WhatsAppPhone


@dataclass
class Collector:
    """Takes what the library's own exporter sends, as any collector does."""

    port: int
    spans: list[Any] = field(default_factory=list)
    services: set[str] = field(default_factory=set)

    def take(self) -> Response:
        for resource in ExportTraceServiceRequest.FromString(request.get_data()).resource_spans:
            named = {each.key: each.value.string_value for each in resource.resource.attributes}
            self.services.add(named["service.name"])
            self.spans += [span for scope in resource.scope_spans for span in scope.spans]
        return Response(content_type="application/x-protobuf")

    def named(self, name: str) -> list[Any]:
        return [span for span in self.spans if span.name == name]


@pytest.fixture
def collector() -> Iterator[Collector]:
    opened = Collector(free_port())
    app = Flask("collector")
    app.add_url_rule("/v1/traces", view_func=opened.take, methods=["POST"])
    server = make_server("127.0.0.1", opened.port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield opened
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def told(collector: Collector, settings: Settings) -> Iterator[TracerProvider]:
    to = f"http://127.0.0.1:{collector.port}"
    wanted = {"enable_otel_metrics": True, "otel_exporter_otlp_endpoint": to, "otel_service_name": "tria-test"}
    provider = init_tracing(settings.model_copy(update=wanted))
    assert provider is not None
    yield provider
    tracing.stop_tracing()
    provider.shutdown()


def test_a_message_is_one_trace_from_the_webhook_to_the_sent_reply(
    shop: Shop, simulator: Running, collector: Collector, told: TracerProvider
) -> None:
    WhatsAppPhone(simulator, shop).say(ORDER)
    told.force_flush()
    [receive], [answer], [deliver] = (collector.named(name) for name in ("receive", "answer", "deliver"))
    assert receive.trace_id == answer.trace_id == deliver.trace_id
    assert receive.parent_span_id == b""
    assert answer.parent_span_id == deliver.parent_span_id == receive.span_id
    assert receive.start_time_unix_nano < answer.start_time_unix_nano < deliver.start_time_unix_nano
    assert all(span.end_time_unix_nano > span.start_time_unix_nano for span in collector.spans)
    assert collector.services == {"tria-test"}


def test_two_messages_are_two_traces_and_say_no_word_or_person(
    shop: Shop, simulator: Running, collector: Collector, told: TracerProvider
) -> None:
    phone = WhatsAppPhone(simulator, shop)
    phone.say(ORDER)
    phone.say("make it 200")
    told.force_flush()
    assert len({span.trace_id for span in collector.spans}) == 2
    attributes = {each.key for span in collector.spans for each in span.attributes}
    assert attributes == {"tria.message_id", "tria.channel"}


def test_what_was_answered_together_is_linked(collector: Collector, told: TracerProvider) -> None:
    with tracing.span("answer", channel="whatsapp"):
        tracing.of([7, 8])
    with tracing.span("receive", first=True):
        tracing.of([7])
    told.force_flush()
    [answer], [receive] = collector.named("answer"), collector.named("receive")
    assert [(link.trace_id, link.span_id) for link in answer.links] == [(receive.trace_id, receive.span_id)]
    assert answer.trace_id != receive.trace_id


def fail_at(message_id: int) -> None:
    with tracing.span("answer"):
        tracing.of([message_id])
        raise ZeroDivisionError


def test_work_that_fails_is_told_as_failed_and_what_is_of_no_message_is_not_told(
    collector: Collector, told: TracerProvider
) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_at(9)
    with tracing.span("answer"):
        pass
    told.force_flush()
    [failed] = collector.spans
    assert failed.status.code == failed.status.STATUS_CODE_ERROR


def test_nothing_is_told_unless_it_is_on(shop: Shop, simulator: Running, settings: Settings) -> None:
    assert init_tracing(settings) is None
    WhatsAppPhone(simulator, shop).say(ORDER)  # goes as ever


def test_a_collector_that_is_away_stops_no_order(shop: Shop, simulator: Running, settings: Settings) -> None:
    away = {"enable_otel_metrics": True, "otel_exporter_otlp_endpoint": "http://127.0.0.1:1"}
    provider = init_tracing(settings.model_copy(update=away))
    assert provider is not None
    try:
        WhatsAppPhone(simulator, shop).say(ORDER)
        assert shop.one("SELECT count(*) FROM orders WHERE NOT is_synthetic") == 1
    finally:
        tracing.stop_tracing()
        provider.shutdown()
