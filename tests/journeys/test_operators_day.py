"""An operator's day at the console, in a real browser: every step is done by what the page shows and how it is used."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, Response, expect
from sqlalchemy import text

from jobs.access.users import add_user
from jobs.by_hand import canned_answers
from models.user import Role
from tests.conftest import Shop
from tests.jobs.replay.test_failed_work import park
from tests.journeys.test_learned_aliases import explain
from tests.people import JEWEL, ORDER, STRANGER, TAMPINES, World

PASSWORD = "a good long password"


@pytest.fixture
def world(shop: Shop, client: FlaskClient) -> World:
    with shop.runtime.engine.begin() as connection:
        add_user(connection, "mei", Role.OPS, PASSWORD, actor="test")
    return World(shop, client)


@pytest.fixture
def problems(page: Page) -> list[str]:
    """What the browser complained about."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    return found


def sign_in(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/console")
    page.get_by_label("Name").fill("mei")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    ready(page)


def ready(page: Page) -> None:
    """The page hears keys; on a busy machine it is seen before."""
    expect(page.locator("body[data-ready]")).to_be_attached()


def is_refresh(response: Response) -> bool:
    return "x-live" in response.request.headers and "/console/todo" in response.url


def said(page: Page, words: str) -> None:
    expect(page.locator(".flashes")).to_contain_text(words)


def test_a_waiting_customer_is_answered_and_handed_back_by_keys_alone(
    page: Page, app_url: str, world: World, problems: list[str]
) -> None:
    phone = world.phone()
    phone.say("I want to talk to a person")
    sign_in(page, app_url)
    expect(page.locator("#threads")).to_contain_text("asked for a person")
    page.keyboard.press("j")
    log = page.get_by_role("log")
    expect(log).to_contain_text("I want to talk to a person")
    ready(page)
    page.keyboard.press("r")
    page.keyboard.type("Mei here. How can I help?")
    page.keyboard.press("Enter")
    expect(log).to_contain_text("Mei here. How can I help?")
    expect(page.locator("#whose")).to_contain_text("You have this conversation")
    phone.say("the boxes were wet")
    expect(log).to_contain_text("the boxes were wet")  # without a reload
    ready(page)
    page.keyboard.press("e")
    expect(page.locator("#whose")).to_contain_text("The bot answers here")
    assert "is placed" in phone.say(ORDER)[0]
    expect(page.locator("#beside")).to_contain_text("SO-")
    assert problems == []


def test_a_saved_answer_is_two_keys_away_and_can_be_changed_before_it_is_sent(
    page: Page, app_url: str, world: World, shop: Shop
) -> None:
    with shop.runtime.engine.begin() as connection:
        canned_answers.add(connection, "Delivery time", "The van comes before noon.", actor="test")
        canned_answers.add(connection, "Photo", "Please send a photo of the damage.", actor="test")
    phone = world.phone()
    phone.say("I want to talk to a person")
    sign_in(page, app_url)
    page.keyboard.press("j")
    expect(page.get_by_role("log")).to_contain_text("I want to talk to a person")
    ready(page)
    page.keyboard.press("c")
    expect(page.get_by_role("link", name="Delivery time")).to_be_focused()
    page.keyboard.press("2")
    box = page.get_by_label("Answer", exact=True)
    expect(box).to_be_focused()
    page.keyboard.type(" Thanks!")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Please send a photo of the damage. Thanks!")
    assert phone.heard(after=phone.last_id)[-1] == "Please send a photo of the damage. Thanks!"


def test_an_order_is_corrected_and_a_large_one_approved(page: Page, app_url: str, world: World, shop: Shop) -> None:
    small, large = world.phone(), world.phone(TAMPINES)
    small.say(ORDER)
    large.say("20000 10 inch pizza box")
    sign_in(page, app_url)
    page.get_by_role("link", name="To do").click()
    page.get_by_role("button", name="Approve").click()
    said(page, "approved and placed")
    page.get_by_role("link", name="Orders").click()
    page.get_by_role("link", name=str(shop.one("SELECT min(number) FROM orders"))).click()
    page.get_by_text("Change this order").click()
    page.get_by_label("How many Pizza Box 10 inch Brown Kraft").fill("3")
    page.get_by_label("Unit of Pizza Box 10 inch Brown Kraft").select_option("carton")
    page.get_by_label("Reason, which the customer is told").first.fill("You asked for three cartons")
    page.get_by_role("button", name="Change and tell the customer").click()
    said(page, "The customer is told why")
    expect(page.locator("#lines")).to_contain_text("300 pcs")
    expect(page.locator("#history")).to_contain_text("by mei: You asked for three cartons")
    assert "You asked for three cartons" in small.heard(after=small.last_id)[-1]


def test_failures_new_people_and_new_names_are_settled(page: Page, app_url: str, world: World, shop: Shop) -> None:
    explain(world)
    park(shop.runtime, address=JEWEL)
    world.phone(STRANGER).say("hello, can I order?")
    sign_in(page, app_url)
    page.get_by_role("link", name="To do").click()
    page.get_by_label(f"Outlet for {STRANGER}").select_option("AW-JWL")
    with page.expect_response(is_refresh):
        world.phone(TAMPINES).say("I want to talk to a person")  # the page changes under the hand that chose
    page.get_by_role("button", name="Let in").click()
    said(page, "They can order for AW-JWL now")
    page.get_by_role("link", name="Look at it").click()
    expect(page.get_by_role("main")).to_contain_text("What it would change")
    page.get_by_role("button", name="Approve").click()
    said(page, "counts from the next message on")
    page.get_by_role("link", name="All failures, and doing them again").click()
    page.get_by_label("Failure 1", exact=True).check()
    page.get_by_role("button", name="What would happen").click()
    said(page, "1 of 1 would be done again")
    page.get_by_label("Failure 1", exact=True).check()
    page.get_by_role("button", name="Do again").click()
    said(page, "1 of 1 are done again")
    assert world.bindings(STRANGER) == ["AW-JWL"]


def test_a_customer_who_begins_to_wait_appears_under_a_list_that_is_not_being_used(
    page: Page, app_url: str, world: World
) -> None:
    world.phone(STRANGER).say("hello, can I order?")
    sign_in(page, app_url)
    page.get_by_role("link", name="To do").click()
    ready(page)
    outlet = page.get_by_label(f"Outlet for {STRANGER}")
    outlet.select_option("AW-JWL")
    with page.expect_response(is_refresh):
        world.phone(TAMPINES).say("I want to talk to a person")
    expect(outlet).to_have_value("AW-JWL")
    outlet.select_option("")
    page.get_by_role("heading", name="To do").click()
    world.phone(TAMPINES).say("hello?")
    expect(page.get_by_role("main")).to_contain_text("Customers who wait")


def test_an_announcement_is_looked_at_and_sent_and_orders_are_taken_away(
    page: Page, app_url: str, world: World, shop: Shop, tmp_path: Path
) -> None:
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE contacts SET last_inbound_at = now()"))
    world.phone().say(ORDER)
    world.phone(JEWEL).say("STOP")
    sign_in(page, app_url)
    page.get_by_role("link", name="Broadcasts").click()
    page.get_by_label("Text").fill("We are closed on Monday.")
    page.get_by_label("Outlets").select_option(["CP-PR", "CP-TP", "AW-JWL"])
    page.get_by_role("button", name="See who gets it").click()
    expect(page.get_by_role("heading", name="2 of 3 would get it")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("wrote STOP")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Send to 2").click()
    said(page, "On its way to 2.")
    assert shop.one("SELECT count(*) FROM broadcast_recipients") == 2
    page.get_by_role("link", name="Orders").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    download.value.save_as(tmp_path / "orders.xlsx")
    assert (tmp_path / "orders.xlsx").stat().st_size > 1000
    page.locator("details.me summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{app_url}/console/orders")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
