"""Of an item whose stock Xero tracks nobody orders more than there is without being asked; while Xero is away nobody is asked."""

from __future__ import annotations

import pytest

from jobs.reads.stock import stock_left
from simulator.faults import Fault, FaultKind
from tests.statements import counted
from tests.till import MakeTill, Till

OTHER = "+6580000108"
LINES = """
SELECT o.status, l.sku, l.quantity::int FROM orders o LEFT JOIN order_lines l ON l.order_id = o.id ORDER BY o.id, l.position
"""


def test_what_is_left_is_offered_and_a_yes_takes_it(till: Till) -> None:
    till.stock("120")
    till.order("50 10 inch pizza box")
    (asked,) = till.say("200 10 inch pizza box", OTHER)
    assert "Only 70 " in asked
    assert till.shop.rows(LINES) == [("placed", "PB10-K", 50)]
    (placed,) = till.say("yes", OTHER)
    assert "SO-" in placed
    assert till.shop.rows(LINES) == [("placed", "PB10-K", 50), ("placed", "PB10-K", 70)]


def test_another_amount_that_there_is_is_placed_and_a_no_leaves_the_goods_out(till: Till) -> None:
    till.stock("120")
    till.say("200 10 inch pizza box and 1 ctn liners")
    till.say("make it 30")
    assert ("placed", "PB10-K", 30) in till.shop.rows(LINES)
    (asked,) = till.say("200 10 inch pizza box and 1 ctn liners", OTHER)
    assert "Only 90 " in asked
    till.say("no", OTHER)
    own = till.shop.rows(LINES)[-1:]
    assert [(status, sku) for status, sku, _ in own] == [("placed", "LN-PZ")]


def test_what_can_be_had_is_placed_without_a_question(till: Till) -> None:
    till.stock("120")
    assert till.order("120 10 inch pizza box")
    assert till.shop.rows(LINES) == [("placed", "PB10-K", 120)]


def test_more_of_a_placed_order_is_asked_about_as_well_and_less_is_not(till: Till) -> None:
    till.stock("120")
    till.order("50 10 inch pizza box")
    (asked,) = till.say("make it 200")
    assert "Only 70 " in asked
    assert till.shop.rows(LINES) == [("placed", "PB10-K", 50)]
    till.say("yes")
    assert till.shop.rows(LINES) == [("placed", "PB10-K", 120)]
    till.say("make it 60")
    assert till.shop.rows(LINES) == [("placed", "PB10-K", 60)]


def test_what_others_took_before_the_yes_is_asked_about(till: Till) -> None:
    till.stock("120")
    till.change("UPDATE outlets SET confirm_orders = 'always' WHERE code = 'CP-PR'")
    till.say("100 10 inch pizza box")
    till.order("80 10 inch pizza box", OTHER)
    (asked,) = till.say("yes")
    assert "Only 40 " in asked
    assert ("placed", "PB10-K", 100) not in till.shop.rows(LINES)


def test_another_product_is_offered_where_the_setting_says_so(make_till: MakeTill) -> None:
    till = make_till(xero_stock_shortage="substitute").stock("20")
    (asked,) = till.say("200 10 inch pizza box")
    assert "is not available now" in asked
    assert till.shop.rows(LINES) == []
    till.say("20 10 inch pizza box")
    assert till.shop.rows(LINES) == [("placed", "PB10-K", 20)]


@pytest.mark.parametrize("setting", ["less", "substitute"])
def test_what_is_all_gone_is_never_placed(make_till: MakeTill, setting: str) -> None:
    till = make_till(xero_stock_shortage=setting).stock("0")
    (asked,) = till.say("200 10 inch pizza box")
    assert "is not available now" in asked
    till.say("no")
    assert [row for row in till.shop.rows(LINES) if row[0] == "placed"] == []


def test_with_the_setting_off_nobody_is_asked_and_nothing_is_read(make_till: MakeTill) -> None:
    till = make_till(xero_stock_shortage="off").stock("20")
    assert till.shop.one("SELECT stock_at FROM accounting_connection") is None
    till.order("200 10 inch pizza box")
    assert till.shop.rows(LINES) == [("placed", "PB10-K", 200)]


def test_while_xero_is_away_what_is_known_grows_old_and_nobody_is_asked(till: Till) -> None:
    till.stock("120")
    till.simulator.faults.add(Fault(FaultKind.ERROR, "xero", status=503, count=None))
    till.change("UPDATE accounting_connection SET stock_at = now() - interval '20 minutes'")
    till.push()
    assert "Only 120 " in till.say("200 10 inch pizza box")[0]
    till.say("no")
    till.change("UPDATE accounting_connection SET stock_at = now() - interval '2 hours'")
    till.order("200 10 inch pizza box")
    assert [row for row in till.shop.rows(LINES) if row[0] == "placed"] == [("placed", "PB10-K", 200)]


def test_no_message_of_a_customer_waits_for_xero_to_say_what_is_in_stock(till: Till) -> None:
    till.stock("120")
    before = len(till.simulator.ledger.entries(provider="xero"))
    till.say("200 10 inch pizza box")
    assert len(till.simulator.ledger.entries(provider="xero")) == before


def test_only_what_is_another_amount_than_before_is_written_again(till: Till) -> None:
    till.stock("120")
    till.xero.books.stock("LN-PZ", "7")
    till.change("UPDATE accounting_links SET seen_at = seen_at - interval '1 day'")
    till.read_stock()
    written = "SELECT key, in_stock::int FROM accounting_links WHERE seen_at > now() - interval '1 hour'"
    assert till.shop.rows(written) == [("LN-PZ", 7)]


def test_a_customers_turn_reads_the_stock_with_the_rest_in_one_statement(till: Till) -> None:
    till.stock("120")
    with counted() as statements:
        till.say("200 10 inch pizza box")
    assert sum("accounting_links" in each and "PREPARE" not in each for each in statements) == 0
    with till.runtime.engine.connect() as connection:
        today = till.runtime.clock().astimezone(till.runtime.settings.zone).date()
        assert stock_left(connection, till.runtime.settings, today) == {"PB10-K": 120}
