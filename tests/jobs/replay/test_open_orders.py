"""Open orders are read again when the catalog or the release changed, or a day went by; what differs is shown, nothing is changed."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from bot.errors import BadInputError
from bot.rules_digest import rules_digest
from jobs.catalog_changed import catalog_changed
from jobs.reads.rereadings import doubtful_orders
from jobs.replay import open_orders
from jobs.reread_orders import reread_orders
from tests.conftest import Shop
from tests.people import World

ORDER = "2 cartons of 10 inch pizza box"
LATER = "UPDATE orders SET placed_at = placed_at - interval '2 hours'"
SMALLER = "UPDATE pack_units SET factor = 50 WHERE unit = 'carton' AND product_id = (SELECT id FROM products WHERE sku = 'PB10-K')"

OTHER_RELEASE = "UPDATE order_rereadings SET rules = 'of another release'"


@pytest.fixture
def number(shop: Shop, client: FlaskClient) -> str:
    """Of an order that was placed two hours ago."""
    World(shop, client).phone().say(ORDER)
    change(shop, LATER)
    return str(shop.one("SELECT number FROM orders WHERE status = 'placed'"))


def change(shop: Shop, statement: str, *, of_catalog: bool = False) -> None:
    with shop.runtime.engine.begin() as connection:
        connection.execute(text(statement))
        if of_catalog:
            catalog_changed(connection)


def shown(shop: Shop) -> list[tuple[str, str, str]]:
    with shop.runtime.engine.connect() as connection:
        found = doubtful_orders(connection, shop.runtime.clock().date())
    return [(each.number, f"{line.then:f}", f"{line.today:f}") for each in found for line in each.products]


def test_an_order_that_is_read_as_it_was_is_looked_at_once_and_not_shown(shop: Shop, number: str) -> None:
    assert open_orders.read_some(shop.runtime) == 1
    assert open_orders.read_some(shop.runtime) == 0
    assert shown(shop) == []


def test_after_a_change_of_the_catalog_both_readings_are_shown_and_the_order_stays(shop: Shop, number: str) -> None:
    open_orders.read_some(shop.runtime)
    before = shop.rows("SELECT sku, quantity, line_total FROM order_lines")
    change(shop, SMALLER, of_catalog=True)
    reread_orders(0)
    assert shown(shop) == [(number, "200", "100")]
    assert shop.rows("SELECT sku, quantity, line_total FROM order_lines") == before


def test_what_somebody_kept_is_shown_again_only_when_it_is_read_in_another_way(shop: Shop, number: str) -> None:
    change(shop, SMALLER, of_catalog=True)
    open_orders.read_some(shop.runtime)
    with shop.runtime.engine.begin() as connection:
        open_orders.keep(connection, number, actor="mei")
        with pytest.raises(BadInputError, match="settled it already"):
            open_orders.keep(connection, number, actor="bob")
    change(shop, "SELECT 1", of_catalog=True)
    assert open_orders.read_some(shop.runtime) == 1
    assert shown(shop) == []
    change(shop, SMALLER.replace("50", "25"), of_catalog=True)
    open_orders.read_some(shop.runtime)
    assert shown(shop) == [(number, "200", "50")]
    assert shop.one("SELECT count(*) FROM audit WHERE action = 'order_kept' AND actor = 'mei'") == 1


@pytest.mark.parametrize(
    "why",
    [
        "UPDATE order_rereadings SET read_at = read_at - interval '25 hours'",
        "UPDATE catalog_version SET version = version + 1",
        OTHER_RELEASE,
    ],
)
def test_a_day_a_new_catalog_and_another_release_make_it_due_again(shop: Shop, number: str, why: str) -> None:
    open_orders.read_some(shop.runtime)
    change(shop, why)
    assert open_orders.read_some(shop.runtime) == 1


def test_a_worker_is_rung_once_for_what_another_release_read(shop: Shop, number: str) -> None:
    open_orders.read_some(shop.runtime)
    assert not open_orders.ring(shop.runtime)
    change(shop, OTHER_RELEASE)
    change(shop, "DELETE FROM heartbeats WHERE name = 'orders_reread_rung'")
    assert open_orders.ring(shop.runtime)
    assert not open_orders.ring(shop.runtime)
    assert open_orders.read_some(shop.runtime) == 1


def test_a_restart_of_the_same_release_reads_nothing_again(shop: Shop, number: str) -> None:
    open_orders.read_some(shop.runtime)
    rules_digest.cache_clear()
    assert open_orders.read_some(shop.runtime) == 0


def test_two_workers_never_read_the_same_orders_at_once(shop: Shop, number: str) -> None:
    with shop.runtime.engine.begin() as another_worker:
        assert another_worker.execute(open_orders.ONE_AT_A_TIME).scalar_one()
        assert open_orders.read_some(shop.runtime) == 0
    assert open_orders.read_some(shop.runtime) == 1


@pytest.mark.parametrize(
    "closed",
    ["delivery_date = CURRENT_DATE - 1", "status = 'cancelled'", "placed_at = now()", "is_synthetic = TRUE"],
)
def test_orders_that_are_over_or_were_read_just_now_are_not_read_again(shop: Shop, number: str, closed: str) -> None:
    change(shop, f"UPDATE orders SET {closed}")
    assert open_orders.read_some(shop.runtime) == 0


def test_an_order_that_cannot_be_read_again_keeps_no_other_from_being_looked_at(shop: Shop, number: str) -> None:
    change(shop, """UPDATE conversation_messages SET context = jsonb_set(context, '{lines}', '[["PB10-K", "many"]]')""")
    assert open_orders.read_some(shop.runtime) == 1
    assert open_orders.read_some(shop.runtime) == 0
    assert shown(shop) == []
