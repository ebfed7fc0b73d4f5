"""A product's names, packs and prices at the console: checked in words, audited, and read with from the next message on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn
from tests.people import ORDER, World

PAGE = "/console/products/PB10-K"
DETAILS = {
    "details": "1", "name": "Pizza Box 10 inch Brown Kraft", "category": "pizza box", "aliases": "10 inch box\nten incher",
    "pack_units": "carton=80", "unit_price": "0.28", "active": "1",
}  # fmt: skip


def test_names_and_packs_are_changed_and_the_next_message_is_read_with_them(
    desk: Desk, world: World, shop: Shop
) -> None:
    desk.post(f"{PAGE}/details", page=PAGE, **DETAILS)
    assert desk.said == ["Changed. The next message is read with it."]
    world.phone().say("1 carton ten incher")
    assert shop.rows("SELECT sku, quantity::int FROM order_lines") == [("PB10-K", 80)]
    ((detail,),) = shop.rows("SELECT detail FROM audit WHERE action = 'product_changed' AND actor = 'mei'")
    assert detail["after"]["pack_units"] == {"carton": "80.000"}
    assert "carton" in detail["before"]["pack_units"]
    assert "unit_price" not in detail["after"]
    desk.post(f"{PAGE}/details", page=PAGE, **DETAILS)
    assert desk.said == ["It was so already."]
    assert ">carton=80<" in desk.get(PAGE)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "name is empty"),
        ("name", "=SUM(A1)", "looks like a spreadsheet formula"),
        ("unit_price", "cheap", "is not a number"),
        ("unit_price", "-1", "is not between 0"),
        ("pack_units", "carton", "is not like carton=100"),
        ("pack_units", "carton=0", "must hold more than 0"),
        ("pack_units", "carton=5\nctn=6", "is given twice"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_stands_in_the_form_again(
    desk: Desk, shop: Shop, field: str, value: str, said: str
) -> None:
    before = shop.rows("SELECT * FROM products ORDER BY id")
    page = desk.post(
        f"{PAGE}/details", page=PAGE, status=422, **DETAILS | {"category": "what I typed", field: value}
    ).text
    assert said in desk.said[0]
    assert 'value="what I typed"' in page
    assert shop.rows("SELECT * FROM products ORDER BY id") == before


def test_a_contract_price_is_set_with_its_days_and_a_wrong_one_is_refused_without_a_row_number(
    desk: Desk, shop: Shop
) -> None:
    price = {"customer": "Canadian Pizza Pasir Ris", "unit_price": "0.25", "valid_from": "2026-01-01"}
    desk.post(f"{PAGE}/prices", page=PAGE, **price)
    assert "The price is kept" in desk.said[0]
    assert "0.25" in desk.get(PAGE)
    assert shop.rows("SELECT actor, detail ->> 'customer' FROM audit WHERE action = 'contract_price_set'") == [
        ("mei", "Canadian Pizza Pasir Ris")
    ]
    desk.post(f"{PAGE}/prices", page=PAGE, **price)
    assert desk.said == ["It was so already."]
    for wrong, said in (
        ({"customer": "Nobody"}, "there is no customer 'Nobody'"),
        ({"unit_price": "0"}, "is not a price above 0"),
        ({"valid_to": "2025-12-31"}, "valid_to is before valid_from"),
        ({"valid_from": "soon"}, "is not a day like"),
    ):
        desk.post(f"{PAGE}/prices", page=PAGE, **price | wrong)
        assert said in desk.said[0]
        assert "row 0" not in desk.said[0]
    assert shop.one("SELECT count(*) FROM contract_prices WHERE unit_price = 0.25") == 1


def test_viewers_look_at_a_product_and_change_nothing(at_desk: SignIn, shop: Shop) -> None:
    bob = at_desk("bob", Role.VIEWER)
    assert ">Save</button>" not in bob.get(PAGE)
    bob.post(f"{PAGE}/details", status=403, **DETAILS)
    bob.post(f"{PAGE}/prices", status=403)
    bob.get("/console/products/NO-SUCH", 404)


def test_a_contract_price_ends_and_the_customer_pays_what_everybody_pays(desk: Desk, world: World, shop: Shop) -> None:
    today = shop.runtime.clock().astimezone(shop.runtime.settings.zone).date()
    page, begun = "/console/products/PB10-K", today - timedelta(days=9)
    price = {"customer": "Canadian Pizza Pasir Ris", "valid_from": str(begun)}
    desk.post(f"{page}/prices", page=page, unit_price="0.10", **price)
    assert "0.10" in world.phone().say(ORDER)[0]
    desk.post(f"{page}/prices/end", page=page, last=str(today - timedelta(days=1)), **price)
    assert desk.said == ["It ends then; placed orders keep their prices."]
    assert "0.28" in world.phone().say("how much is one 10 inch pizza box?")[0]
    assert str(shop.one("SELECT valid_to FROM contract_prices")) == str(today - timedelta(days=1))
    assert "End it then" not in desk.get(page)
    ((detail,),) = shop.rows("SELECT detail FROM audit WHERE action = 'contract_price_ended' AND actor = 'mei'")
    assert (detail["before"]["valid_to"], detail["after"]["valid_to"]) == (None, str(today - timedelta(days=1)))
    desk.post(f"{page}/prices/end", page=page, back=page, last=str(today), **price)
    assert "has no such price" in desk.said[0]


def test_a_contract_price_that_has_not_begun_is_taken_away(desk: Desk, shop: Shop) -> None:
    today = shop.runtime.clock().astimezone(shop.runtime.settings.zone).date()
    page, begins = "/console/products/PB10-K", today + timedelta(days=9)
    price = {"customer": "Canadian Pizza Pasir Ris", "valid_from": str(begins)}
    desk.post(f"{page}/prices", page=page, unit_price="0.10", **price)
    for last, why in (("", "choose the last day"), (str(today - timedelta(days=9)), "has passed")):
        desk.post(f"{page}/prices/end", page=page, back=page, last=last, **price)
        assert why in desk.said[0]
    desk.post(f"{page}/prices/end", page=page, last=str(today), **price)
    assert shop.one("SELECT count(*) FROM contract_prices") == 0
