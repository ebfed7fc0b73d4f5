"""Every page of the console in a real browser: readable by everybody, and no wider than the screen it is on."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from handlers.console.sessions import COOKIE, PATH
from jobs.by_hand import canned_answers
from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import SignIn
from tests.handlers.console.conftest import at_desk as at_desk
from tests.jobs.replay.test_failed_work import park
from tests.journeys.test_learned_aliases import explain
from tests.people import JEWEL, STRANGER, TAMPINES, World

PAGES = {
    "audit_page": "audit",
    "broadcasts": "broadcasts",
    "delivery_days": "days",
    "failures": "todo/failures",
    "figures": "figures",
    "invitations": "outlets/+invitations",
    "inbox": "inbox?view=all",
    "new_outlet": "outlets/+new",
    "new_product": "products/+new",
    "outlets_file": "outlets/+import",
    "products_file": "products/+import",
    "new_order": "orders/new?outlet=CP-PR",
    "nothing_here": "nowhere",
    "orders": "orders",
    "outlets_page": "outlets",
    "packing": "packing",
    "products": "products",
    "saved_answers": "answers",
    "second_factor": "second-factor",
    "show_name": "todo/names/1",
    "show_one_failure": "todo/failures/1",
    "show_order": "orders/{order}",
    "show_outlet": "outlets/CP-PR",
    "show_product": "products/PB10-K",
    "show_thread": "inbox/{thread}?view=all",
    "todo": "todo",
    "users": "users",
}
BEFORE_SIGNING_IN = {"sign_in_form", "code_form"}
NO_PAGES = {
    "export_orders",
    "figure_file",
    "follow",
    "home",
    "packing_file",
    "static",
    "suggest_outlets",
    "suggest_products",
}
PARTS = 4
"""So many tests share the pages: a busy machine takes its time over each."""
WIDER = """() => [document.querySelector("main"), ...document.querySelectorAll(".table-wrap")]
    .filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.className || each.tagName)"""


def test_every_page_is_looked_at(app: Flask) -> None:
    """A page that is added stands in the list above, or says why it is none."""
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console.") and "GET" in (rule.methods or ())
    ]
    found = {rule.endpoint.removeprefix("console.") for rule in rules}
    assert found == set(PAGES) | BEFORE_SIGNING_IN | NO_PAGES


@pytest.fixture
def world(shop: Shop, client: FlaskClient) -> World:
    """Something on every page."""
    world = World(shop, client)
    explain(world)
    park(shop.runtime, address=JEWEL)
    world.phone().say("2 ctn 10 inch pizza box and 3 flurbs")
    world.phone(TAMPINES).say("20000 10 inch pizza box")
    world.phone(STRANGER).say("hello, can I order?")
    with shop.runtime.engine.begin() as connection:
        canned_answers.add(connection, "Delivery time", "The van comes before noon.", actor="test")
    return world


def sign_in(page: Page, at_desk: SignIn) -> None:
    """As an admin, who sees every page, with the session of a browser that signed in before."""
    cookie = at_desk("ann", Role.ADMIN).client.get_cookie(COOKIE, path=PATH)
    assert cookie is not None
    page.context.add_cookies([{"name": COOKIE, "value": cookie.value, "domain": "127.0.0.1", "path": PATH}])


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_pages_can_be_read_and_used_by_everybody(
    page: Page, app_url: str, world: World, shop: Shop, at_desk: SignIn, scheme: str, width: int, part: int
) -> None:
    """The rules of axe-core: no serious or critical violation, in light on a desk and in dark on a phone."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{app_url}/console/sign-in")
    found = [f"sign-in: {each}" for each in serious(page)]
    sign_in(page, at_desk)
    known = {
        "order": shop.one("SELECT min(number) FROM orders"),
        "thread": shop.one("SELECT min(id) FROM conversations"),
    }
    for name, path in list(PAGES.items())[part::PARTS]:
        answer = page.goto(f"{app_url}/console/{path.format(**known)}")
        assert answer is not None
        assert answer.status == (404 if name == "nothing_here" else 200), name
        assert "/sign-in" not in page.url
        expect(page.locator("body[data-ready]")).to_be_attached()
        found += [f"{name}: {each}" for each in (*serious(page), *page.evaluate(WIDER))]
    assert found == []


def serious(page: Page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    bad = [each for each in violations if each["impact"] in ("serious", "critical")]
    return [f"{each['id']}: {[node['html'][:160] for node in each['nodes'][:3]]}" for each in bad]
