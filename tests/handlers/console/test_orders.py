"""Orders at the console: seen, approved, changed with a reason, cancelled, packed and taken away as files."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import pytest
from sqlalchemy import text

from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn
from tests.people import ORDER, TAMPINES, WhatsApp, World


def number_of(shop: Shop) -> str:
    return str(shop.one("SELECT number FROM orders ORDER BY id DESC LIMIT 1"))


def version_of(shop: Shop) -> object:
    return shop.one("SELECT version FROM orders ORDER BY id DESC LIMIT 1")


@pytest.fixture
def phone(world: World) -> WhatsApp:
    found = world.phone()
    found.say(ORDER)
    return found


def test_an_empty_list_says_what_will_be_there(desk: Desk) -> None:
    assert "No order yet" in desk.get("/console/orders")
    assert "No order like that" in desk.get("/console/orders?status=placed")
    assert "Nothing to pack" in desk.get("/console/packing")


def test_orders_are_found_by_outlet_state_day_and_number(desk: Desk, phone: WhatsApp, shop: Shop) -> None:
    number, day = number_of(shop), shop.one("SELECT delivery_date FROM orders")
    for query in ("", "outlet=CP-PR", "status=placed", f"day={day}", f"number={number.lower()}"):
        assert f">{number}</a>" in desk.get(f"/console/orders?{query}")
    for query in (
        "outlet=AW-JWL",
        "status=cancelled",
        "day=2020-01-01",
        "number=SO-1",
        "number=%25",
        "outlet=' OR 1=1",
    ):
        assert f">{number}</a>" not in desk.get(f"/console/orders?{query}"), query
    for query in ("status=gone", "day=32", "page=-1", "page=0"):
        desk.get(f"/console/orders?{query}", 400)


def test_an_order_shows_its_goods_and_its_history(desk: Desk, phone: WhatsApp, shop: Shop) -> None:
    page = desk.get(f"/console/orders/{number_of(shop)}")
    assert "Pizza Box 10 inch" in page
    assert "30.52" in page
    assert "the order was placed" in page
    assert "all of it was written down" not in page
    desk.get("/console/orders/SO-999999", 404)
    assert shop.one("SELECT count(*) FROM audit WHERE action = 'viewed' AND subject = 'order:1'") == 1


def test_a_change_has_a_reason_is_priced_told_and_audited(desk: Desk, phone: WhatsApp, shop: Shop) -> None:
    number = number_of(shop)
    form = {
        "version": version_of(shop), "sku": "PB10-K", "quantity": "2", "unit": "carton", "add": "LN-PZ", "add_quantity": "1",
        "add_unit": "packet", "reason": "You called: twice as many",
    }  # fmt: skip
    desk.post(f"/console/orders/{number}/change", **form)
    assert desk.said == [f"{number} is changed. The customer is told why."]
    lines = shop.rows("SELECT sku, quantity::int, pack_unit, line_total FROM order_lines ORDER BY position")
    assert [line[:3] for line in lines] == [
        ("PB10-K", 200, "carton"), ("LN-PZ", 50, "packet"),
    ]  # fmt: skip
    subtotal, tax, total = shop.rows("SELECT subtotal, tax, total FROM orders")[0]
    assert str(subtotal) == str(sum(line[3] for line in lines))  # type: ignore[misc]
    assert subtotal + tax == total  # type: ignore[operator]
    told = phone.heard(after=phone.last_id)[-1]
    assert "You called: twice as many" in told
    assert "2 ctn" in told
    ((detail,),) = shop.rows("SELECT detail FROM audit WHERE action = 'changed_order'")
    assert detail["before"]["lines"] == [["PB10-K", "100.000"]]  # type: ignore[index]
    assert "by mei: You called: twice as many" in re.sub(r"\s+", " ", desk.get(f"/console/orders/{number}"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": " "}, "give a reason"),
        ({"quantity": "100", "unit": "piece"}, "nothing was changed"),
        ({"quantity": "0"}, "cancel it instead"),
        ({"quantity": "NaN"}, "cannot be ordered"),
        ({"quantity": "-1"}, "cannot be ordered"),
        ({"quantity": "1e9"}, "cannot be ordered"),
        ({"quantity": "1.5", "unit": "piece"}, "sold by whole"),
        ({"unit": "kg"}, "not sold by the kg"),
        ({"sku": "NOPE"}, "there is no product NOPE"),
        ({"add": "box", "add_quantity": "1"}, "is no product's SKU"),
        ({"add": "LN-PZ"}, "how many of"),
        ({"version": "7"}, "changed by somebody else"),
        ({"version": "x"}, "which version"),
    ],
)
def test_what_cannot_be_ordered_changes_nothing(
    desk: Desk, phone: WhatsApp, shop: Shop, change: dict[str, str], said: str
) -> None:
    form = {
        "version": version_of(shop),
        "sku": "PB10-K",
        "quantity": "2",
        "unit": "carton",
        "reason": "a call",
        **change,
    }
    answer = desk.post(f"/console/orders/{number_of(shop)}/change", status=422, **form)
    assert said in desk.said[0]
    assert f'name="reason" value="{form["reason"]}"' in answer.text
    assert shop.rows("SELECT sku, quantity::int FROM order_lines") == [("PB10-K", 100)]
    assert phone.heard(after=phone.last_id) == []


def test_of_two_who_change_at_once_the_second_is_told(at_desk: SignIn, phone: WhatsApp, shop: Shop) -> None:
    mei, tan, number, version = at_desk("mei"), at_desk("tan"), number_of(shop), version_of(shop)
    form = {"version": version, "sku": "PB10-K", "unit": "carton", "reason": "a call"}
    mei.post(f"/console/orders/{number}/change", quantity="2", **form)
    tan.post(f"/console/orders/{number}/change", status=422, quantity="3", **form)
    assert "changed by somebody else" in tan.said[0]
    assert shop.rows("SELECT quantity::int FROM order_lines") == [(200,)]


def test_a_cancelled_order_is_told_with_its_reason_and_stays_cancelled(desk: Desk, phone: WhatsApp, shop: Shop) -> None:
    number, version = number_of(shop), version_of(shop)
    desk.post(f"/console/orders/{number}/cancel", version=version, reason="Closed for renovation")
    assert shop.one("SELECT status FROM orders") == "cancelled"
    assert "Closed for renovation" in phone.heard(after=phone.last_id)[-1]
    desk.post(f"/console/orders/{number}/cancel", version=version_of(shop), reason="again")
    assert "cannot be changed" in desk.said[0]
    assert "<summary>Change this order" not in desk.get(f"/console/orders/{number}")


def test_an_order_above_a_limit_is_approved_or_declined(desk: Desk, world: World, shop: Shop) -> None:
    phone = world.phone()
    phone.say("20000 10 inch pizza box")
    number = number_of(shop)
    assert "awaiting approval" in desk.get("/console/orders?status=awaiting_approval")
    desk.post(f"/console/orders/{number}/approve")
    assert shop.one("SELECT status FROM orders") == "placed"
    assert "approved" in phone.heard(after=phone.last_id)[-1]
    desk.post(f"/console/orders/{number}/decline")
    assert "does not wait for approval" in desk.said[0]


def test_a_declined_order_is_cancelled_and_the_customer_is_told(desk: Desk, world: World, shop: Shop) -> None:
    phone = world.phone()
    phone.say("20000 10 inch pizza box")
    desk.post(f"/console/orders/{number_of(shop)}/decline")
    assert shop.one("SELECT status FROM orders") == "cancelled"
    assert "could not be approved" in phone.heard(after=phone.last_id)[-1]
    assert shop.rows("SELECT actor, action FROM audit WHERE action LIKE '%_order'") == [("mei", "declined_order")]


def test_a_declined_change_goes_back_also_when_a_colleague_had_changed_it(desk: Desk, world: World, shop: Shop) -> None:
    phone = world.phone()
    phone.say("6000 liners")
    before = shop.rows("SELECT subtotal, tax, total, delivery_date FROM orders")
    phone.say("add 5000 liners")
    number = number_of(shop)
    form = {"version": version_of(shop), "sku": "LN-PZ", "quantity": "10500", "unit": "piece", "reason": "a call"}
    desk.post(f"/console/orders/{number}/change", **form)
    desk.post(f"/console/orders/{number}/decline")
    assert shop.rows("SELECT status FROM orders") == [("placed",)]
    assert shop.rows("SELECT sku, quantity::int FROM order_lines") == [("LN-PZ", 6000)]
    assert shop.rows("SELECT subtotal, tax, total, delivery_date FROM orders") == before
    assert "stays as it was before" in phone.heard(after=phone.last_id)[-1]


def test_viewers_change_and_export_nothing(at_desk: SignIn, phone: WhatsApp, shop: Shop) -> None:
    ann, number = at_desk("ann", Role.VIEWER), number_of(shop)
    page = ann.get(f"/console/orders/{number}")
    assert "Change this order" not in page
    for action in ("change", "cancel", "approve", "decline"):
        ann.post(f"/console/orders/{number}/{action}", status=403)
    ann.get("/console/orders.csv", 403)
    assert shop.one("SELECT count(*) FROM audit WHERE actor = 'ann' AND action = 'refused_role'") == 5


def test_a_file_holds_nothing_that_a_spreadsheet_calculates(desk: Desk, phone: WhatsApp, shop: Shop) -> None:
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE order_lines SET name = '=HYPERLINK(\"http://evil\")'"))
        connection.execute(text("UPDATE orders SET notes = '@SUM(1)' || chr(10) || '<script>'"))
    rows = list(csv.DictReader(io.StringIO(desk.get("/console/orders.csv"))))
    assert (rows[0]["name"], rows[0]["notes"]) == ('\'=HYPERLINK("http://evil")', "'@SUM(1)\n<script>")
    book = zipfile.ZipFile(io.BytesIO(desk.client.get("/console/orders.xlsx").data))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<v>30.52</v>" in sheet
    assert "=HYPERLINK" in book.read("xl/sharedStrings.xml").decode()
    assert shop.one("SELECT count(*) FROM audit WHERE action = 'exported' AND actor = 'mei'") == 2


def test_a_day_is_packed_by_product_and_by_outlet(desk: Desk, world: World, phone: WhatsApp, shop: Shop) -> None:
    world.phone(TAMPINES).say("150 10 inch pizza box")
    day = shop.one("SELECT min(delivery_date) FROM orders")
    page = desk.get(f"/console/packing?day={day}")
    assert "250 pcs" in page
    assert "2 ctn + 1 bdl" in page
    assert page.index("Canadian Pizza Pasir Ris") < page.index("Canadian Pizza Tampines")


def test_the_history_names_the_goods(desk: Desk, phone: WhatsApp, shop: Shop) -> None:
    number = shop.one("SELECT number FROM orders")
    history = desk.get(f"/console/orders/{number}").split('id="history"')[1]
    assert "Pizza Box 10 inch Brown Kraft 100" in history
    assert "PB10-K 100" not in history
