"""A third channel of two files and one line: an order goes in by its door, and the reply leaves by it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask, Response, jsonify, request
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from bot.channels.registry import CHANNELS, register, spec_of
from bot.channels.spec import ChannelSpec
from bot.errors import UnknownChannelError
from bot.runtime import Runtime
from bot.telemetry import metrics
from embedded.ports import free_port
from tests.conftest import Shop
from tests.plain_channel.channel import NAME, SERVICE, SPEC

CHEF = "chef.pasir-ris"


@dataclass
class Service:
    """Whatever carries this channel's messages: it remembers what it was given."""

    taken: list[dict[str, str]] = field(default_factory=list)

    def take(self) -> Response:
        self.taken.append(request.get_json())
        return jsonify({"id": f"plain-{len(self.taken)}"})


@pytest.fixture(scope="module")
def running_service() -> Iterator[Service]:
    service, port = Service(), free_port()
    app = Flask("plain-service")
    app.add_url_rule("/messages", view_func=service.take, methods=["POST"])
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(SERVICE, f"http://127.0.0.1:{port}")
        yield service
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def service(running_service: Service, shared_runtime: Runtime) -> Iterator[Service]:
    """The runtime may have made its channels in a test before, when this one was not set up: it makes them anew."""
    close_channels(shared_runtime)
    running_service.taken.clear()
    yield running_service
    close_channels(shared_runtime)


def close_channels(runtime: Runtime) -> None:
    for channel in runtime.__dict__.pop("channels", {}).values():
        getattr(channel, "close", lambda: None)()


def post(client: FlaskClient, runtime: Runtime, words: str, message_id: str, token: str = "") -> int:
    token = token or runtime.settings.api_token.get_secret_value()
    return client.post(
        "/webhooks/plain",
        json={"id": message_id, "sender": CHEF, "text": words},
        headers={"Authorization": f"Bearer {token}"},
    ).status_code


def bind_chef(app: Flask, shop: Shop) -> None:
    outlet = str(shop.one("SELECT code FROM outlets WHERE name = 'Canadian Pizza Pasir Ris'"))
    ran = app.test_cli_runner().invoke(args=["contacts", "bind", CHEF, outlet, "--channel", NAME])
    assert ran.exit_code == 0, ran.output


def test_an_order_goes_in_and_its_reply_leaves_by_the_same_channel(
    app: Flask, client: FlaskClient, shop: Shop, service: Service
) -> None:
    bind_chef(app, shop)
    assert post(client, shop.runtime, "2 ctn 10 inch pizza box", "m-1") == 200
    assert post(client, shop.runtime, "2 ctn 10 inch pizza box", "m-1") == 200  # the same message again
    shop.work()
    (taken,) = service.taken
    assert taken["to"] == CHEF
    assert "2 ctn" in taken["text"]
    assert shop.rows("SELECT channel, status FROM orders") == [(NAME, "placed")]
    assert shop.rows(
        "SELECT provider_id, state FROM conversation_messages WHERE channel = :c AND direction = 'outbound'", c=NAME
    ) == [("plain-1", "sent")]


def test_a_longer_reply_is_cut_to_the_length_of_the_channel(
    app: Flask, client: FlaskClient, shop: Shop, service: Service
) -> None:
    bind_chef(app, shop)
    assert post(client, shop.runtime, "what boxes do you have?", "m-2") == 200
    shop.work()
    assert service.taken
    assert all(len(taken["text"]) <= (SPEC.max_length or 0) for taken in service.taken)


def test_a_wrong_token_is_refused_and_nothing_is_recorded(client: FlaskClient, shop: Shop) -> None:
    assert post(client, shop.runtime, "2 ctn 10 inch pizza box", "m-3", token="wrong") == 401
    assert shop.one("SELECT count(*) FROM conversation_messages") == 0


def test_the_doctor_names_the_provider_of_the_channel(app: Flask, shop: Shop) -> None:
    ran = app.test_cli_runner().invoke(args=["doctor", "--json"])
    assert '"plain"' in ran.output


def test_its_messages_are_counted_under_its_own_name(app: Flask, client: FlaskClient, shop: Shop) -> None:
    counter = metrics.inbound_total.labels(NAME, "recorded")
    before = counter._value.get()
    bind_chef(app, shop)
    post(client, shop.runtime, "hello", "m-4")
    assert counter._value.get() == before + 1
    assert counter._labelvalues == (NAME, "recorded")


def test_a_channel_that_nobody_knows_is_an_error_and_never_another_one(shop: Shop) -> None:
    with pytest.raises(UnknownChannelError):
        spec_of("pigeon")
    with pytest.raises(UnknownChannelError):
        shop.runtime.make_channel("pigeon")
    with pytest.raises(UnknownChannelError):
        shop.runtime.make_channel("api")


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(ValueError, match="telegram"):
        register(ChannelSpec("telegram", door="handlers.health"))
    assert CHANNELS["telegram"].provider == "telegram"
