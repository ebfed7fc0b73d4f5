"""Products and outlets added by hand at the console: checked as a file's row is, audited, and counted from the next message on."""

from __future__ import annotations

import pytest

from tests.conftest import Shop
from tests.handlers.console.conftest import Desk
from tests.people import STRANGER, World

PRODUCT, OUTLET = "/console/products/+new", "/console/outlets/+new"
FAN = {
    "new": "1",
    "sku": "ZZ-1",
    "name": "Paper Fan",
    "base_unit": "piece",
    "unit_price": "1.50",
    "active": "1",
    "category": "fans",
}
EATERY = {"outlet_id": "NE-1", "name": "New Eatery", "default_language": "ms"}


def test_a_product_is_added_and_can_be_ordered(desk: Desk, world: World, shop: Shop) -> None:
    desk.post(PRODUCT, page=PRODUCT, **FAN | {"aliases": "hand fan\r\nkipas", "pack_units": "carton=20"})
    assert desk.said == ["Added. The next message is read with it."]
    assert "40 pcs Paper Fan" in world.phone().say("2 ctn kipas")[0]
    ((detail,),) = shop.rows("SELECT detail FROM audit WHERE action = 'product_added' AND actor = 'mei'")
    assert detail["after"]["aliases"] == ["hand fan", "kipas"]
    assert detail["after"]["packs"] == {"carton": "20"}


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"sku": "PB10-K"}, "there is a product PB10-K already"),
        ({"sku": "pb10-k"}, "there is a product pb10-k already"),
        ({"sku": "\u0420B10-K"}, "looks like PB10-K, which is there"),
        ({"sku": "+new"}, "looks like a spreadsheet formula"),
        ({"sku": ""}, "sku is empty"),
        ({"unit_price": "free"}, "is not a number"),
        ({"base_unit": "12"}, "is not a unit"),
        ({"pack_units": "carton"}, "is not like carton=100"),
    ],
)
def test_what_cannot_be_a_product_is_refused_and_stays_in_the_form(
    desk: Desk, shop: Shop, cells: dict[str, str], why: str
) -> None:
    before = shop.one("SELECT count(*) FROM products")
    answer = desk.post(PRODUCT, page=PRODUCT, status=422, **FAN | cells)
    assert why in desk.said[0]
    assert 'value="Paper Fan"' in answer.text
    assert shop.one("SELECT count(*) FROM products") == before
    assert shop.one("SELECT count(*) FROM audit WHERE action = 'product_added'") == 0


def test_an_outlet_is_added_and_its_phone_may_order(desk: Desk, world: World, shop: Shop) -> None:
    desk.post(
        OUTLET,
        page=OUTLET,
        **EATERY | {"phone": STRANGER, "customer": "Eatery Pte Ltd", "delivery_days": ["tue", "thu"]},
    )
    assert desk.said == ["Added. Whoever has its phone can order now."]
    assert world.bindings(STRANGER) == ["NE-1"]
    page = desk.get("/console/outlets/NE-1")
    assert "Malay" in page
    assert "Tue, Thu" in page
    ((detail,),) = shop.rows("SELECT detail FROM audit WHERE action = 'outlet_added' AND actor = 'mei'")
    assert detail["after"]["customer"] == "Eatery Pte Ltd"


def test_an_outlet_without_a_phone_is_nobodys_yet(desk: Desk, shop: Shop) -> None:
    desk.post(OUTLET, page=OUTLET, **EATERY)
    assert "Nobody may order for it yet" in desk.get("/console/outlets/NE-1")


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"outlet_id": "CP-PR"}, "there is an outlet CP-PR already"),
        ({"outlet_id": "cp-pr"}, "there is an outlet cp-pr already"),
        ({"outlet_id": ""}, "outlet_id is empty"),
        ({"phone": "12"}, "is not a phone number"),
        ({"cutoff": "5pm"}, "is not a time like 17:00"),
        ({"default_language": "xx"}, "is not one of"),
    ],
)
def test_what_cannot_be_an_outlet_is_refused_and_stays_in_the_form(
    desk: Desk, shop: Shop, cells: dict[str, str], why: str
) -> None:
    before = shop.one("SELECT count(*) FROM outlets")
    answer = desk.post(OUTLET, page=OUTLET, status=422, **EATERY | cells)
    assert why in desk.said[0]
    assert 'value="New Eatery"' in answer.text
    assert shop.one("SELECT count(*) FROM outlets") == before
