"""Goods of which Xero counts too few are placed by hand only by somebody who saw how many there are."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from bot.identity.phones import to_e164
from bot.runtime import Runtime
from bot.settings.load import load_settings
from handlers import create_app
from tests.handlers.console.conftest import Desk
from tests.people import PASIR_RIS
from tests.till import Till

OTHER = "+6580000108"
NEW = "/console/orders/new"
ORDERED = "SELECT o.status, l.sku, l.quantity::int FROM orders o JOIN order_lines l ON l.order_id = o.id ORDER BY o.id, l.position"


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    """As with invoices in the simulator's Xero."""
    return create_app(Runtime(load_settings(_env_file=None, xero_client_id="simulator", invoice_when="placed")))


def new_order(desk: Desk, till: Till, pieces: str) -> dict[str, object]:
    """The form that places so many boxes, looked at once."""
    contact = till.shop.one("SELECT id FROM contacts WHERE address = :phone", phone=to_e164(PASIR_RIS))
    form = {"contact": contact, "add": "PB10-K", "add_quantity": pieces, "reason": "a call", "do": "look"}
    page = desk.get(f"{NEW}?outlet=CP-PR")
    for _ in range(2):
        form |= {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("form", "seen", "outlet")}
        page = desk.post(NEW, status=200, **form).text
    found = re.findall(r'name="passed" value="([^"]+)"', page)
    seen = re.findall(r'name="seen" value="([^"]*)"', page)[0]
    return {**form, "seen": seen, "do": "place", "shown": found}


def test_an_order_by_hand_shows_what_is_left_and_is_placed_by_who_ticks_it(till: Till, desk: Desk) -> None:
    till.stock("120")
    till.order("50 10 inch pizza box", OTHER)
    form = new_order(desk, till, "200")
    assert form.pop("shown") == ["stock:PB10-K:70:200"]
    desk.post(NEW, status=422, **form)
    assert "only 70 pcs of Pizza Box 10 inch Brown Kraft are left in stock, and this takes 200" in desk.said[0]
    assert till.shop.rows(ORDERED) == [("placed", "PB10-K", 50)]
    desk.post(NEW, **form, passed="stock:PB10-K:70:200")
    assert till.shop.rows(ORDERED) == [("placed", "PB10-K", 50), ("placed", "PB10-K", 200)]
    audited = till.shop.one("SELECT detail ->> 'passed' FROM audit WHERE action = 'placed_order'")
    assert audited == "stock:PB10-K:70:200"


def test_what_there_is_enough_of_is_placed_by_hand_without_a_tick(till: Till, desk: Desk) -> None:
    till.stock("120")
    form = new_order(desk, till, "120")
    assert form.pop("shown") == []
    desk.post(NEW, **form)
    assert till.shop.rows(ORDERED) == [("placed", "PB10-K", 120)]


def test_more_of_an_order_than_is_left_is_changed_by_who_ticks_it_and_less_by_anybody(till: Till, desk: Desk) -> None:
    till.stock("120")
    number = till.order("50 10 inch pizza box")
    change = f"/console/orders/{number}/change"
    form = {
        "version": till.shop.one("SELECT version FROM orders"),
        "sku": "PB10-K",
        "unit": "piece",
        "reason": "a call",
    }
    page = desk.post(change, status=422, quantity="200", **form).text
    assert "only 70 pcs of Pizza Box 10 inch Brown Kraft are left in stock, and this takes 150" in desk.said[0]
    (tick,) = re.findall(r'name="passed" value="([^"]+)"', page)
    assert till.shop.rows(ORDERED) == [("placed", "PB10-K", 50)]
    desk.post(change, status=422, quantity="220", passed=tick, **form)
    desk.post(change, quantity="200", passed=tick, **form)
    assert till.shop.rows(ORDERED) == [("placed", "PB10-K", 200)]
    desk.post(change, quantity="190", **form | {"version": till.shop.one("SELECT version FROM orders")})
    assert till.shop.rows(ORDERED) == [("placed", "PB10-K", 190)]


def test_while_stock_is_not_known_nobody_is_asked_for_a_tick(till: Till, desk: Desk) -> None:
    till.stock("20")
    till.change("UPDATE accounting_connection SET stock_at = now() - interval '2 hours'")
    form = new_order(desk, till, "200")
    assert form.pop("shown") == []
    desk.post(NEW, **form)
    assert till.shop.rows(ORDERED) == [("placed", "PB10-K", 200)]
