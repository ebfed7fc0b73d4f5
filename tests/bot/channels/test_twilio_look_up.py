"""Twilio is asked for what may have been sent: one page, whatever it answers; what is no list says nothing about the message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bot.channels.base import Button, Outgoing
from bot.channels.twilio_client import LOOKED_AT, Twilio
from bot.errors import TemporaryError
from bot.settings import Settings
from simulator.faults import Fault, FaultKind
from simulator.server import Running
from tests.conftest import Shop
from tests.jobs.ledger import PASIR_RIS

NOBODY: frozenset[str] = frozenset()


def asked_for(shop: Shop, text: str = "Order placed", **fields: object) -> Outgoing:
    return Outgoing(PASIR_RIS, shop.runtime.settings.whatsapp_senders[0], text, **fields)  # type: ignore[arg-type]


def channel(shop: Shop) -> Twilio:
    made = shop.runtime.channels["whatsapp"]
    assert isinstance(made, Twilio)
    return made


def before() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=5)


def lists(simulator: Running) -> int:
    return len(simulator.ledger.entries(kind="call", operation="messages.list"))


def test_a_message_that_still_waits_at_twilio_is_found(shop: Shop, simulator: Running) -> None:
    sid = channel(shop).send(asked_for(shop))
    assert simulator.simulator.office.idle()
    simulator.simulator.twilio.set_status(sid, "queued")
    assert channel(shop).find(asked_for(shop), since=before(), known=NOBODY) == sid


def test_of_several_the_oldest_that_is_nobody_elses_is_taken(shop: Shop, simulator: Running) -> None:
    buttons = (Button("Yes", "1"), Button("No", "2"))
    first, second = (channel(shop).send(asked_for(shop, buttons=buttons)) for _ in range(2))
    assert channel(shop).find(asked_for(shop, buttons=buttons), since=before(), known=NOBODY) == first
    assert channel(shop).find(asked_for(shop, buttons=buttons), since=before(), known=frozenset({first})) == second
    assert channel(shop).find(asked_for(shop), since=before(), known=NOBODY) is None


def test_what_was_sent_long_before_the_reply_was_written_is_another(shop: Shop, simulator: Running) -> None:
    channel(shop).send(asked_for(shop))
    assert channel(shop).find(asked_for(shop), since=datetime.now(UTC) + timedelta(minutes=5), known=NOBODY) is None


def test_a_template_is_found_whatever_it_says(shop: Shop, simulator: Running) -> None:
    template = asked_for(shop, "", template="HX" + "1" * 32)
    known = channel(shop).send(asked_for(shop, "an answer"))
    sid = channel(shop).send(template)
    assert channel(shop).find(template, since=before(), known=frozenset({known})) == sid


def test_one_page_is_read_however_many_there_are(shop: Shop, simulator: Running) -> None:
    oldest = channel(shop).send(asked_for(shop, "the oldest"))
    for number in range(LOOKED_AT + 5):
        channel(shop).send(asked_for(shop, f"number {number}"))
    assert channel(shop).find(asked_for(shop, "the oldest"), since=before(), known=NOBODY) is None
    assert channel(shop).find(asked_for(shop, "number 30"), since=before(), known=NOBODY) not in (None, oldest)
    assert lists(simulator) == 2
    sizes = {entry.sent["PageSize"] for entry in simulator.ledger.entries(operation="messages.list")}
    assert sizes == {str(LOOKED_AT)}


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_a_list_that_is_refused_says_nothing_about_the_message(shop: Shop, simulator: Running, status: int) -> None:
    simulator.faults.add(Fault(FaultKind.ERROR, "twilio", "messages.list", status=status))
    with pytest.raises(TemporaryError) as refused:
        channel(shop).find(asked_for(shop), since=before(), known=NOBODY)
    assert refused.value.code == "lookup"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"<html>busy</html>",
        b'{"messages": 7}',
        b'{"messages": [7]}',
        b"\xff\xfe",
        b'{"page": 0}',
    ],
)
def test_what_is_no_list_says_nothing_about_the_message(settings: Settings, body: bytes) -> None:
    class Odd(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Odd) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        asking = Twilio(settings.model_copy(update={"twilio_api_base_url": f"http://127.0.0.1:{server.server_port}"}))
        try:
            with pytest.raises(TemporaryError) as refused:
                asking.find(Outgoing(PASIR_RIS, "+6560000001", "Hello"), since=before(), known=NOBODY)
        finally:
            asking.close()
            server.shutdown()
    assert refused.value.code == "lookup"
