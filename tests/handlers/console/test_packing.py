"""A day's packing as a PDF: the same goods as on the page, in letters that can be read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from handlers.packing_pdf import TOLD, Packing, packing_pdf
from jobs.reads.picking import Picked
from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn
from tests.pdf import pages_of
from tests.people import ORDER, TAMPINES, World

BOXES = {
    "name": "Pizza Box",
    "sku": "PB",
    "pack_unit": "carton",
    "pack_quantity": "5",
    "quantity": "500",
    "unit": "piece",
}


def test_a_day_is_a_picking_list_and_a_sheet_for_each_order(desk: Desk, world: World, shop: Shop) -> None:
    world.phone().say(ORDER)
    world.phone(TAMPINES).say("150 10 inch pizza box")
    day = shop.one("SELECT min(delivery_date) FROM orders")
    assert f"/console/packing.pdf?day={day}" in desk.get(f"/console/packing?day={day}")
    answer = desk.client.get(f"/console/packing.pdf?day={day}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert f'filename="packing-{day}.pdf"' in answer.headers["Content-Disposition"]
    pick, first, second = pages_of(answer.data)
    assert "2 orders of 2 outlets" in pick
    assert "2 ctn + 1 bdl" in pick
    assert "250 pcs" in pick
    assert "Canadian Pizza Pasir Ris" in first
    assert "Canadian Pizza Tampines" in second
    ((detail,),) = shop.rows("SELECT detail FROM audit WHERE action = 'exported' AND actor = 'mei'")
    assert detail == {"day": str(day), "orders": 2, "format": "pdf"}


def test_a_day_without_orders_says_so(at_desk: SignIn, shop: Shop) -> None:
    desk = at_desk("vic", Role.VIEWER)
    answer = desk.client.get("/console/packing.pdf?day=2026-01-05")
    (only,) = pages_of(answer.data)
    assert "Nothing to pack" in only
    assert "Pick for Monday 5 January 2026" in only


def test_a_day_that_is_none_is_refused(desk: Desk) -> None:
    assert "day is a day such as" in desk.get("/console/packing.pdf?day=soon", status=400)


@pytest.mark.parametrize(
    "name",
    ["Café Ubin", "龍鳳點心 牛车水", "அன்பு வாழை இலை", "ร้านข้าวต้ม", "Sate “Istimewa” – No. 3", "=HYPERLINK(1)", "<script>", "**bold** __x__"],
)  # fmt: skip
def test_names_of_any_language_of_the_house_are_printed(name: str) -> None:
    pick, sheet = pages_of(packing_pdf(_packing(name)))
    assert _letters(name) <= _letters(pick)
    assert _letters(name) <= _letters(sheet)
    assert TOLD not in pick + sheet


@pytest.mark.parametrize("name", ["Kedai 😀", "محل", "Shop \U0001f1f8\U0001f1ec"])
def test_what_cannot_be_printed_is_said_and_is_no_empty_box(name: str) -> None:
    pick, sheet = pages_of(packing_pdf(_packing(name)))
    for page in (pick, sheet):
        assert "[?]" in page
        assert TOLD in page


def test_unseen_characters_are_left_out() -> None:
    pick, sheet = pages_of(packing_pdf(_packing("A\u200bB\ufe0f\x07C")))
    assert "ABC" in pick
    assert TOLD not in pick + sheet


def test_a_long_list_says_its_heads_on_every_page() -> None:
    picked = [Picked(f"SKU-{n}", f"Goods {n}", "piece", Decimal(n), 1, None) for n in range(1, 61)]
    pages = pages_of(packing_pdf(Packing(date(2026, 11, 30), _AT, picked, [])))
    assert len(pages) > 1
    assert all("Quantity" in page and f"page {number} of {len(pages)}" in page for number, page in enumerate(pages, 1))


_AT = datetime(2026, 11, 28, 12, 30, tzinfo=UTC)


def _packing(name: str) -> Packing:
    picked = [Picked("PB", name, "piece", Decimal(500), 1, {"carton": "100"})]
    order: dict[str, Any] = {"outlet_name": name, "outlet_id": "X-1", "number": "SO-1", "lines": [BOXES], "notes": ""}
    return Packing(date(2026, 11, 30), _AT, picked, [order])


def _letters(text: str) -> set[str]:
    return set(text) - {" ", "\n", "\r"}
