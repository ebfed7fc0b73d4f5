"""The development door: the page with its policy, the two lists out of the database, the way through to the simulator."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bot.runtime import Runtime
from bot.settings import Environment
from handlers import create_app
from simulator import twilio
from simulator.server import Running
from tests.conftest import Shop
from tests.people import WhatsApp

PHONE = "+6580000101"
PAGE = Path(__file__).resolve().parents[2] / "simulator" / "page"


def test_page_and_its_assets_come_with_a_strict_policy(client: FlaskClient) -> None:
    paths = ("/simulator", "/simulator/", "/simulator/assets/main.js", "/console/assets/theme.css")
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        answer.close()


def test_page_loads_nothing_from_elsewhere_and_has_no_inline_script() -> None:
    page = (PAGE / "index.html").read_text("utf-8")
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert "<script>" not in page
    assert "style=" not in page
    assert "onclick" not in page


def test_assets_outside_the_page_are_not_served(client: FlaskClient) -> None:
    assert client.get("/simulator/assets/../server.py").status_code == 404
    assert client.get("/simulator/assets/%2e%2e/server.py").status_code == 404


def test_outlets_come_with_their_phones_and_products_with_their_packs(client: FlaskClient, shop: Shop) -> None:
    found = client.get("/simulator/outlets.json").json
    assert len(found["outlets"]) == 25
    first = found["outlets"][0]
    assert first["name"] == "Canadian Pizza Pasir Ris"
    assert first["contacts"] == [{"channel": "whatsapp", "address": PHONE}]
    assert found["products"][0]["packs"] == ["bundle", "carton"]


def test_order_appears_beside_the_chat_with_exact_amounts(client: FlaskClient, shop: Shop, simulator: Running) -> None:
    form = twilio.build_form(simulator.simulator.config, PHONE, "I need 100 x 10 inch pizza boxes")
    assert simulator.simulator.from_whatsapp.send(form).ok
    shop.work()
    (order,) = client.get("/simulator/orders.json", query_string={"channel": "whatsapp", "address": PHONE}).json[
        "orders"
    ]
    assert (order["outlet"], order["status"]) == ("Canadian Pizza Pasir Ris", "placed")
    assert (order["subtotal"], order["tax"], order["total"]) == ("28.00", "2.52", "30.52")
    assert order["lines"][0]["sku"] == "PB10-K"
    other = client.get("/simulator/orders.json", query_string={"channel": "whatsapp", "address": "+6580000108"})
    assert other.json == {"orders": [], "with_person": False}


def test_orders_need_a_contact(client: FlaskClient) -> None:
    assert client.get("/simulator/orders.json").status_code == 400


def test_page_reaches_the_simulator_through_the_app(client: FlaskClient, simulator: Running) -> None:
    assert client.get("/simulator/api/chats").json["events"] == []
    fault = client.post("/simulator/api/faults", json={"provider": "twilio", "kind": "cut"})
    assert fault.status_code == 200
    assert len(simulator.faults.rules()) == 1
    assert client.delete("/simulator/api/faults").json == {"ok": True}
    assert client.post("/simulator/api/faults", json={"kind": "explode"}).status_code == 400


def test_missing_simulator_is_said_plainly(runtime: Runtime) -> None:
    settings = runtime.settings.model_copy(update={"simulator_url": "http://127.0.0.1:1"})
    client = create_app(Runtime(settings)).test_client()
    assert client.get("/simulator/api/chats").status_code == 503


@pytest.mark.parametrize("path", ["/simulator", "/simulator/outlets.json", "/simulator/api/chats"])
def test_production_has_no_such_door(runtime: Runtime, path: str) -> None:
    settings = runtime.settings.model_copy(update={"environment": Environment.PRODUCTION})
    assert create_app(Runtime(settings)).test_client().get(path).status_code == 404


def test_the_first_page_leads_to_the_simulator(client: FlaskClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/simulator")


def test_what_is_said_comes_as_events_and_a_reconnect_goes_on_where_it_ended(
    client: FlaskClient, simulator: Running
) -> None:
    first = client.get("/simulator/events?after=0")
    stream = iter(first.response)
    assert next(stream) == b"retry: 1000\n\n"
    simulator.simulator.from_whatsapp.send(twilio.build_form(simulator.simulator.config, "+6580000101", "hello there"))
    said = next(event for event in stream if b"hello there" in event)
    cursor = said.split(b"\n")[0].removeprefix(b"id: ").decode()
    second = client.get("/simulator/events?after=0", headers={"Last-Event-ID": cursor})
    again = iter(second.response)
    next(again)
    assert b"hello there" not in next(again)
    for answer in (first, second):
        answer.close()


def test_three_pages_are_followed_and_a_fourth_when_one_is_closed(client: FlaskClient) -> None:
    followed = [client.get("/simulator/events") for _ in range(3)]
    assert [answer.status_code for answer in followed] == [200, 200, 200]
    assert client.get("/simulator/events").status_code == 204
    followed.pop().close()
    followed.append(client.get("/simulator/events"))
    assert followed[-1].status_code == 200
    for answer in followed:
        answer.close()


def test_a_cursor_that_is_no_number_is_refused(client: FlaskClient) -> None:
    assert client.get("/simulator/events?after=x").status_code == 400


def test_the_page_is_told_the_zone_and_who_has_the_conversation(client: FlaskClient, shop: Shop) -> None:
    assert client.get("/simulator/outlets.json").get_json()["zone"] == "Asia/Singapore"
    mine = "/simulator/orders.json?channel=whatsapp&address=%2B6580000101"
    assert client.get(mine).get_json()["with_person"] is False
    WhatsApp(shop, client).say("I want to talk to a person")
    assert client.get(mine).get_json()["with_person"] is True
