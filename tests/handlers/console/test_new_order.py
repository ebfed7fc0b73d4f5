"""Orders by hand: priced, limited and told like those by chat, placed once, and never before they were looked at."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from bot.identity.phones import to_e164
from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn
from tests.people import ORDER, PASIR_RIS, World

NEW = "/console/orders/new"


def form_of(page: str) -> dict[str, str]:
    return {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("form", "seen", "outlet")}


@pytest.fixture
def contact(shop: Shop) -> object:
    return shop.one("SELECT id FROM contacts WHERE address = :phone", phone=to_e164(PASIR_RIS))


@pytest.fixture
def wanted(desk: Desk, shop: Shop, contact: object) -> dict[str, object]:
    """A form that is filled in: one carton of boxes for Pasir Ris, on its next day."""
    page = desk.get(f"{NEW}?outlet=CP-PR")
    day = re.findall(r'name="delivery_date" value="([^"]+)"', page)[0]
    return {
        **form_of(page), "contact": contact, "add": ["PB10-K", ""], "add_quantity": ["1", ""], "add_unit": ["ctn", ""],
        "delivery_date": day, "notes": "back door", "reason": "the shift lead called", "do": "look",
    }  # fmt: skip


def look(desk: Desk, wanted: dict[str, object], **more: object) -> dict[str, object]:
    """The form that places what this one shows."""
    page = desk.post(NEW, status=200, **{**wanted, **more, "do": "look"}).text
    return {**wanted, **more, **form_of(page), "do": "place"}


def place(desk: Desk, wanted: dict[str, object], **more: object) -> None:
    desk.post(NEW, **look(desk, wanted, **more))


def test_it_is_looked_at_placed_and_told(desk: Desk, world: World, shop: Shop, wanted: dict[str, object]) -> None:
    phone = world.phone()
    shown = desk.post(NEW, status=200, **wanted).text
    assert "Place it and tell the customer" in shown
    assert "30.52" in shown
    assert shop.one("SELECT count(*) FROM orders") == 0
    place(desk, wanted)
    assert re.fullmatch(r"SO-\d+ is placed\. .*", desk.said[0])
    row = shop.rows("SELECT status, subtotal::text, total::text, delivery_date::text, notes, channel FROM orders")
    assert row == [("placed", "28.00", "30.52", wanted["delivery_date"], "back door", "whatsapp")]
    assert shop.rows("SELECT sku, quantity::int, pack_quantity::int, pack_unit FROM order_lines") == [
        ("PB10-K", 100, 1, "carton")
    ]
    told = phone.heard()[-1]
    assert "A colleague has placed order SO-" in told
    assert "back door" in told
    assert "shift lead" not in told
    ((actor, detail),) = shop.rows("SELECT actor, detail FROM audit WHERE action = 'placed_order'")
    assert actor == "mei"
    assert dict(detail)["reason"] == "the shift lead called"  # type: ignore[call-overload]
    page = re.sub(r"\s+", " ", desk.get(f"/console/orders/{shop.one('SELECT number FROM orders')}"))
    assert "by mei: the shift lead called" in page


def test_the_customer_goes_on_with_it_by_chat(desk: Desk, world: World, shop: Shop, wanted: dict[str, object]) -> None:
    place(desk, wanted)
    assert "is changed" in world.phone().say("make it 2 ctn 10 inch pizza box")[0]
    assert shop.rows("SELECT quantity::int FROM order_lines") == [(200,)]
    assert "same goods" not in desk.get(f"{NEW}?outlet=CP-PR")


def test_sending_the_form_again_places_nothing_again(desk: Desk, shop: Shop, wanted: dict[str, object]) -> None:
    ready = look(desk, wanted)
    for _ in range(2):
        desk.post(NEW, **ready)
        assert "is placed" in desk.said[0]
    assert shop.one("SELECT count(*) FROM orders") == 1
    assert shop.one("SELECT count(*) FROM conversation_messages WHERE direction = 'outbound'") == 1


def test_what_was_not_shown_is_not_placed(desk: Desk, shop: Shop, wanted: dict[str, object]) -> None:
    ready = look(desk, wanted)
    answer = desk.post(NEW, status=200, **{**ready, "add_quantity": ["2", ""]})
    assert "another order than the one that was shown" in answer.text
    assert shop.one("SELECT count(*) FROM orders") == 0


def test_a_price_that_changed_meanwhile_is_shown_first(desk: Desk, shop: Shop, wanted: dict[str, object]) -> None:
    ready = look(desk, wanted)
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE products SET unit_price = 0.5 WHERE sku = 'PB10-K'"))
    assert "54.50" in desk.post(NEW, status=200, **ready).text
    assert shop.one("SELECT count(*) FROM orders") == 0


def test_above_a_limit_it_waits_for_approval_like_one_by_chat(
    desk: Desk, world: World, shop: Shop, wanted: dict[str, object]
) -> None:
    place(desk, wanted, add_quantity=["20000", ""], add_unit=["piece", ""])
    assert "waits for approval" in desk.said[0]
    number = shop.one("SELECT number FROM orders WHERE status = 'awaiting_approval'")
    assert "has to approve" in world.phone().heard()[-1] or "approve" in world.phone().heard()[-1]
    desk.post(f"/console/orders/{number}/decline")
    assert shop.rows("SELECT status FROM orders") == [("cancelled",)]


def test_a_day_that_the_outlet_cannot_have_is_named_and_needs_a_tick(
    desk: Desk, shop: Shop, wanted: dict[str, object]
) -> None:
    day = f"{shop.runtime.clock().year + 1}-12-25"
    ready = look(desk, wanted, delivery_date=day)
    desk.post(NEW, status=422, **ready)
    assert "is more than 60 days away" in desk.said[0]
    assert shop.one("SELECT count(*) FROM orders") == 0
    desk.post(NEW, **ready, passed=f"day:{day}")
    assert shop.one("SELECT delivery_date::text FROM orders") == day
    assert shop.one("SELECT detail ->> 'passed' FROM audit WHERE action = 'placed_order'") == f"day:{day}"


def test_the_same_goods_for_the_same_day_need_a_tick(desk: Desk, shop: Shop, wanted: dict[str, object]) -> None:
    place(desk, wanted)
    number, again = shop.one("SELECT number FROM orders"), {**wanted, "form": "another-form-of-the-day"}
    ready = look(desk, again)
    desk.post(NEW, status=422, **ready)
    assert f"{number} has the same goods" in desk.said[0]
    desk.post(NEW, **ready, passed=f"same:{number}")
    assert shop.one("SELECT count(*) FROM orders") == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"add": ["", ""]}, "at least one product"),
        ({"add": ["box", ""]}, "is no product"),
        ({"add_quantity": ["", ""]}, "how many of"),
        ({"add_quantity": ["NaN", ""]}, "cannot be ordered"),
        ({"add_unit": ["kg", ""]}, "not sold by the kg"),
        ({"add": ["PB10-K", "PB10-K"], "add_quantity": ["1", "2"]}, "is on the order twice"),
        ({"reason": " "}, "who asked for it"),
        ({"notes": "x" * 301}, "a note for the delivery"),
        ({"delivery_date": "tomorrow"}, "is a day such as"),
        ({"form": "short"}, "this form is too old"),
    ],
)
def test_what_cannot_be_ordered_stands_in_the_form_again(
    desk: Desk, shop: Shop, wanted: dict[str, object], change: dict[str, object], said: str
) -> None:
    answer = desk.post(NEW, status=422, **{**wanted, **change})
    assert said in desk.said[0]
    assert 'value="back door"' in answer.text or "notes" in change
    assert shop.one("SELECT count(*) FROM orders") == 0


def test_goods_that_are_off_sale_are_not_placed(desk: Desk, shop: Shop, wanted: dict[str, object]) -> None:
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE products SET is_active = false WHERE sku = 'PB10-K'"))
    desk.post(NEW, status=422, **wanted)
    assert "is off sale" in desk.said[0]


def test_nobody_of_another_outlet_is_told(desk: Desk, shop: Shop, wanted: dict[str, object]) -> None:
    for contact in (int(str(wanted["contact"])) + 1, "x", 999_999):
        desk.post(NEW, status=422, **look(desk, wanted, contact=contact))
        assert "one of the outlet's own contacts" in desk.said[0]
    assert shop.one("SELECT count(*) FROM orders") == 0


def test_an_outlet_is_chosen_first_and_a_closed_one_orders_nothing(at_desk: SignIn, desk: Desk, shop: Shop) -> None:
    assert "For which outlet?" in desk.get(NEW)
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE outlets SET is_active = false WHERE code = 'CP-PR'"))
    assert "outlet=CP-PR" not in desk.get(NEW)
    desk.get(f"{NEW}?outlet=CP-PR", 400)
    at_desk("bob", Role.VIEWER).get(NEW, 403)


def test_a_change_to_a_day_that_cannot_be_had_needs_a_tick(desk: Desk, world: World, shop: Shop) -> None:
    world.phone().say(ORDER)
    number, passed = shop.one("SELECT number FROM orders"), shop.runtime.clock().date() - timedelta(days=3)
    form = {
        "version": "1",
        "sku": "PB10-K",
        "quantity": "1",
        "unit": "carton",
        "reason": "a call",
        "delivery_date": passed,
    }
    desk.post(f"/console/orders/{number}/change", status=422, **form)
    assert "has passed" in desk.said[0]
    desk.post(f"/console/orders/{number}/change", **form, day_is_agreed="1")
    assert shop.one("SELECT delivery_date FROM orders") == passed
    agreed = str(shop.one("SELECT detail -> 'after' ->> 'agreed' FROM audit WHERE action = 'changed_order'"))
    assert "has passed" in agreed


def test_a_day_that_stands_is_not_asked_about_when_something_else_is_changed(
    desk: Desk, world: World, shop: Shop
) -> None:
    world.phone().say(ORDER)
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE orders SET delivery_date = :day"), {"day": date(2020, 1, 1)})
    form = {
        "version": "1",
        "sku": "PB10-K",
        "quantity": "3",
        "unit": "carton",
        "reason": "a call",
        "delivery_date": "2020-01-01",
    }
    desk.post(f"/console/orders/{shop.one('SELECT number FROM orders')}/change", **form)
    assert shop.one("SELECT quantity::int FROM order_lines") == 300
