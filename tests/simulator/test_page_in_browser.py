"""The page as a stranger uses it, in a real browser: an order is written, the reply and the order card appear."""

from __future__ import annotations

import httpx
from playwright.sync_api import Page, expect

from simulator.server import Running
from tests.conftest import Shop


def test_order_written_in_the_page_is_placed_and_shown(
    page: Page, app_url: str, shop: Shop, simulator: Running
) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"{app_url}/simulator")
    page.get_by_role("button", name="Canadian Pizza Pasir Ris").click()
    page.get_by_label("Message", exact=True).fill("I need 100 x 10 inch pizza boxes")
    page.keyboard.press("Enter")
    assert simulator.ledger.wait_for(1, timeout_s=10, kind="webhook", operation="webhook")
    expect(page.get_by_role("status", name="Tria is typing")).to_be_visible()
    shop.work()
    number = str(shop.one("SELECT number FROM orders"))
    expect(page.get_by_role("log")).to_contain_text(f"Order {number} is placed")
    card = page.locator(".order")
    expect(card).to_contain_text(number)
    expect(card).to_contain_text("SGD 30.52")
    expect(card).to_contain_text("Placed")
    assert problems == []


def test_an_order_was_placed_by_the_outlets_clock_wherever_the_page_is_looked_at(
    page: Page, app_url: str, shop: Shop, simulator: Running
) -> None:
    assert page.context.browser is not None
    abroad = page.context.browser.new_page(locale="en-SG", timezone_id="America/New_York")
    abroad.goto(f"{app_url}/simulator")
    abroad.get_by_role("button", name="Canadian Pizza Pasir Ris").click()
    abroad.get_by_label("Message", exact=True).fill("I need 100 x 10 inch pizza boxes")
    abroad.keyboard.press("Enter")
    assert simulator.ledger.wait_for(1, timeout_s=10, kind="webhook", operation="webhook")
    shop.work()
    placed = shop.one(
        "SELECT to_char(placed_at AT TIME ZONE 'Asia/Singapore', 'FMDD Mon YYYY, FMHH12:MI am') FROM orders"
    )
    expect(abroad.locator(".order")).to_contain_text(str(placed))


def test_numbered_choice_is_a_button_that_answers(page: Page, app_url: str, shop: Shop, simulator: Running) -> None:
    config = simulator.simulator.config
    page.goto(f"{app_url}/simulator")
    page.get_by_role("button", name="Canadian Pizza Pasir Ris").click()
    path = f"/2010-04-01/Accounts/{config.twilio_account_sid}/Messages.json"
    form = {"To": "whatsapp:+6580000101", "From": config.twilio_whatsapp_from, "Body": "Which one?\n1. Small\n2. Large"}
    credentials = (config.twilio_account_sid, config.twilio_auth_token)
    httpx.post(simulator.url + path, data=form, auth=credentials, trust_env=False).raise_for_status()
    page.get_by_role("button", name="2. Large").click()
    (inbound,) = simulator.ledger.wait_for(1, timeout_s=10, kind="webhook", operation="webhook")
    assert inbound.sent["Body"] == "2"
