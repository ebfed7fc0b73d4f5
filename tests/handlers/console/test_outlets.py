"""An outlet's rules at the console: checked in words, audited before and after, and counted from the next message on."""

from __future__ import annotations

import pytest

from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn
from tests.people import ORDER, World

PAGE = "/console/outlets/CP-PR"
RULES = {"rules": "1", "name": "Canadian Pizza Pasir Ris", "default_language": "en", "active": "1"}


def test_rules_are_changed_and_count_from_the_next_message_on(desk: Desk, world: World, shop: Shop) -> None:
    desk.post(
        f"{PAGE}/rules",
        page=PAGE,
        **RULES | {"min_order_total": "500", "cutoff": "15:30", "delivery_days": ["mon", "fri"]},
    )
    assert desk.said == ["Changed. It counts from the next message on."]
    assert "500.00" in world.phone().say(ORDER)[0]
    assert shop.one("SELECT count(*) FROM orders WHERE status = 'placed'") == 0
    ((detail,),) = shop.rows("SELECT detail FROM audit WHERE action = 'outlet_changed' AND actor = 'mei'")
    assert (
        detail["after"] | {"cutoff": "15:30", "delivery_days": ["mon", "fri"], "min_order_total": "500"}
        == detail["after"]
    )
    assert detail["before"]["min_order_total"] is None
    desk.post(
        f"{PAGE}/rules",
        page=PAGE,
        **RULES | {"min_order_total": "500.00", "cutoff": "15:30", "delivery_days": ["fri", "mon"]},
    )
    assert desk.said == ["It was so already."]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "name is empty"),
        ("name", "=1+1", "looks like a spreadsheet formula"),
        ("cutoff", "25:00", "is not a time like 17:00"),
        ("default_language", "xx", "is not one of"),
        ("delivery_days", "someday", "is not one of"),
        ("min_order_total", "-1", "is not an amount"),
        ("min_order_total", "NaN", "is not an amount"),
        ("confirm_orders", "maybe", "is not one of"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_stands_in_the_form_again(
    desk: Desk, shop: Shop, field: str, value: str, said: str
) -> None:
    before = shop.rows("SELECT * FROM outlets ORDER BY id")
    page = desk.post(f"{PAGE}/rules", page=PAGE, status=422, **RULES | {"cutoff": "09:15", field: value}).text
    assert said in desk.said[0]
    assert field == "cutoff" or 'value="09:15"' in page
    assert shop.rows("SELECT * FROM outlets ORDER BY id") == before


def test_a_closed_outlet_orders_nothing_and_viewers_change_no_rule(at_desk: SignIn, world: World, shop: Shop) -> None:
    mei, bob = at_desk("mei"), at_desk("bob", Role.VIEWER)
    bob.post(f"{PAGE}/rules", status=403, **RULES)
    mei.post(f"{PAGE}/rules", page=PAGE, **{name: value for name, value in RULES.items() if name != "active"})
    assert "closed" in mei.get(PAGE)
    world.phone().say(ORDER)
    assert shop.one("SELECT count(*) FROM orders") == 0
    mei.post("/console/outlets/NOBODY/rules", page=PAGE, status=404, **RULES)
