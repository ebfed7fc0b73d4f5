"""Orders for people and for other programs; a spreadsheet calculates nothing that a customer wrote."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.csv_cells import DANGEROUS_STARTS, as_csv, safe_cell
from tests.handlers.cli.conftest import Rows, Terminal

FIELDS = [
    "number", "outlet_id", "status", "placed_at", "delivery_date", "currency", "subtotal", "tax", "total", "lines", "notes",
    "channel", "source_message_ids", "invoice",
]  # fmt: skip


def test_export_has_exactly_the_agreed_fields(flask: Terminal, rows: Rows) -> None:
    rows.order("SO-100001", "SM1")
    (order,) = flask.json("orders", "export", "--format", "json")
    assert list(order) == FIELDS
    assert order["lines"] == [
        {
            "sku": "PB10-K", "quantity": 200, "unit": "piece", "pack_quantity": 2, "pack_unit": "carton",
            "unit_price": "0.28", "line_total": "28.00",
        },
        {
            "sku": "FL", "quantity": 2.5, "unit": "kg", "pack_quantity": None, "pack_unit": None,
            "unit_price": "0.28", "line_total": "28.00",
        },
    ]  # fmt: skip
    assert (order["subtotal"], order["tax"], order["total"], order["currency"]) == ("56.00", "5.04", "61.04", "SGD")
    assert order["placed_at"] == "2026-11-22T01:00:00+00:00"
    assert (order["source_message_ids"], order["invoice"], order["outlet_id"]) == (["SM1"], None, "CP-PR")


def test_every_message_that_belongs_to_an_order_is_named_once(flask: Terminal, rows: Rows) -> None:
    order_id = rows.order("SO-100001", "SM1")
    later = rows.message("SM2")
    with rows.runtime.engine.begin() as connection:
        connection.exec_driver_sql(
            f"INSERT INTO order_events (order_id, message_id, kind) VALUES ({order_id}, {later}, 'changed'), ({order_id}, {later}, 'x')"
        )
    (order,) = flask.json("orders", "export")
    assert order["source_message_ids"] == ["SM1", "SM2"]


def test_messages_that_were_read_together_are_all_named(flask: Terminal, rows: Rows) -> None:
    rows.message("SM0", state="merged", replied=False)
    rows.order("SO-100001", "SM1")
    rows.message("SM2", state="merged", replied=False)  # of another burst
    with rows.runtime.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE conversation_messages SET finished_at = '2026-11-22T01:00:01Z', conversation_id ="
            " (SELECT conversation_id FROM orders) WHERE direction = 'inbound' AND provider_id IN ('SM0', 'SM1')"
        )
    (order,) = flask.json("orders", "export")
    assert order["source_message_ids"] == ["SM0", "SM1"]


def test_since_counts_local_days_and_synthetic_orders_do_not_count(flask: Terminal, rows: Rows) -> None:
    rows.order("SO-100001", "SM1", at="2026-11-21T15:59:00Z")  # 23:59 in Singapore
    rows.order("SO-100002", "SM2", at="2026-11-21T16:00:00Z")  # midnight
    rows.order("TEST-3", "SM3", synthetic=True)
    assert [o["number"] for o in flask.json("orders", "export")] == ["SO-100001", "SO-100002"]
    assert [o["number"] for o in flask.json("orders", "export", "--since", "2026-11-22")] == ["SO-100002"]
    assert len(flask.json("orders", "export", "--since", "2026-11-21T15:59:00+00:00")) == 2
    assert flask.json("orders", "list", "--status", "cancelled", "--json") == []
    assert [o["number"] for o in flask.json("orders", "list", "--limit", "1", "--json")] == ["SO-100002"]


@pytest.mark.parametrize("day", ["yesterday", "22/11/2026", "2026-13-01"])
def test_day_that_is_none_is_bad_usage(day: str, flask: Terminal, rows: Rows) -> None:
    assert flask("orders", "export", "--since", day).exit_code == 2


def test_list_and_show_are_readable(flask: Terminal, rows: Rows) -> None:
    rows.order("SO-100001", "SM1", notes="tmr morning [bold]pls[/bold]")
    listed = flask("orders", "list").output
    assert "SO-100001" in listed
    assert "61.04" in listed
    shown = flask("orders", "show", "so-100001").output
    for part in ("Canadian Pizza Pasir Ris", "PB10-K", "2 carton", "SGD 61.04", "tmr morning [bold]pls[/bold]"):
        assert part in shown
    assert flask.json("orders", "show", "SO-100001", "--json")["number"] == "SO-100001"


@pytest.mark.parametrize("words", [("orders", "show"), ("order", "timeline")])
def test_order_that_does_not_exist_is_one_sentence_and_bad_usage(
    words: tuple[str, ...], flask: Terminal, rows: Rows
) -> None:
    result = flask(*words, "SO-1")
    assert (result.exit_code, result.stderr) == (2, "Error: there is no order SO-1\n")


def test_timeline_tells_the_whole_way_in_order(flask: Terminal, rows: Rows) -> None:
    rows.order("SO-100001", "SM1")
    rows.order("SO-100002", "SM2")
    events = flask.json("order", "timeline", "SO-100001", "--json")
    assert [e["kind"] for e in events] == ["received", "resolved", "placed", "persisted", "replied"]
    assert [e["at"] for e in events] == sorted(e["at"] for e in events)
    assert "all of it was written down" in flask("order", "timeline", "so-100001").output


def test_notes_for_the_driver_are_exported(flask: Terminal, rows: Rows) -> None:
    rows.order("SO-100001", "SM1", notes="leave at back door; fragile")
    (order,) = flask.json("orders", "export")
    assert order["notes"] == "leave at back door; fragile"


def test_csv_has_one_row_a_line_and_reads_back(flask: Terminal, rows: Rows) -> None:
    rows.order("SO-100001", "SM1", notes='=HYPERLINK("http://evil")\n"quoted", comma')
    printed = flask("orders", "export", "--format", "csv").stdout
    first, second = csv.DictReader(io.StringIO(printed, newline=""))
    assert (first["sku"], first["quantity"], first["total"]) == ("PB10-K", "200", "61.04")
    assert second["name"] == "'=Flour"
    assert first["notes"] == '\'=HYPERLINK("http://evil")\n"quoted", comma'


@pytest.mark.parametrize("text", ["=1+1", "+6591234567", "-2", "@SUM(A1)", "\tx", "\rx", "\nx"])
def test_cell_that_a_spreadsheet_would_calculate_is_text(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@given(
    st.lists(
        st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=5
    )
)
def test_any_text_survives_and_no_cell_starts_a_formula(texts: list[str]) -> None:
    columns = [f"c{n}" for n in range(len(texts))]
    written = as_csv(columns, [dict(zip(columns, texts, strict=True))])
    _, row = csv.reader(io.StringIO(written, newline=""))
    assert not any(cell.startswith(DANGEROUS_STARTS) for cell in row)
    assert [
        cell.removeprefix("'") if text.startswith(DANGEROUS_STARTS) else cell
        for cell, text in zip(row, texts, strict=True)
    ] == texts


@pytest.mark.parametrize(("value", "cell"), [("007", "007"), (None, ""), (12, "12"), ("a-b", "a-b")])
def test_harmless_cells_stay_as_they_are(value: object, cell: str) -> None:
    assert safe_cell(value) == cell
