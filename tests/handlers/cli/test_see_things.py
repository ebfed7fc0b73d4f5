"""Everything the bot works with can be listed and shown, by people and by programs; nothing is cut, times have one form."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest
from flask import Flask

from handlers.cli.tables import print_table
from handlers.cli.timeline import said_of
from simulator.server import Running
from tests.conftest import Shop
from tests.handlers.cli.conftest import Rows, Terminal
from tests.people import PASIR_RIS, WhatsAppPhone

LISTED = ("conversations", "messages", "products", "outlets", "customers", "prices", "orders", "failed", "escalations", "contacts")  # fmt: skip
SHOWN = (
    ("conversations", "9999"),
    ("messages", "SMnobody"),
    ("messages", "99999999999999999999999"),
    ("products", "NO-SUCH"),
    ("outlets", "%"),
    ("customers", "Nobody Ltd"),
    ("orders", "SO-1"),
    ("failed", "9999"),
    ("escalations", "9999"),
    ("tax", "x"),
)


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def ordered(shop: Shop, simulator: Running) -> Shop:
    """One outlet that ordered and asked, through the real doors."""
    phone = WhatsAppPhone(simulator, shop)
    phone.say("2 ctn 10 inch pizza box")
    phone.say("do you have cups?")
    return shop


@pytest.mark.parametrize("group", LISTED)
def test_everything_is_listed_for_people_and_for_programs(flask: Terminal, ordered: Shop, group: str) -> None:
    assert isinstance(flask.json(group, "list", "--json"), list | dict)
    assert flask(group, "list").exit_code == 0


@pytest.mark.parametrize(("group", "name"), SHOWN)
def test_what_is_not_there_is_one_sentence_and_bad_usage_everywhere(flask: Terminal, shop: Shop, group: str, name: str) -> None:  # fmt: skip
    result = flask(group, "show", name)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_conversation_is_shown_with_what_was_said_on_both_sides(flask: Terminal, ordered: Shop) -> None:
    (found,) = flask.json("conversations", "list", "--outlet", "CP-PR", "--json")
    assert (found["address"], found["outlet"]) == (PASIR_RIS, "CP-PR")
    shown = flask.json("conversations", "show", found["id"], "--json")
    assert len(shown["said"]) == found["messages"]
    assert [m["content"] for m in shown["said"] if m["direction"] == "inbound"] == [
        "2 ctn 10 inch pizza box",
        "do you have cups?",
    ]
    printed = flask("conversations", "show", found["id"]).output
    assert "2 ctn 10 inch pizza box" in printed
    assert "customer" in printed
    assert flask.json("conversations", "list", "--outlet", "AW-JWL", "--json") == []


def test_message_is_found_by_the_providers_id_and_tells_what_became_of_it(flask: Terminal, ordered: Shop) -> None:
    provider_id = ordered.one(
        "SELECT provider_id FROM conversation_messages WHERE direction = 'inbound' ORDER BY id LIMIT 1"
    )
    shown = flask.json("messages", "show", provider_id, "--json")
    assert (shown["state"], shown["intent"], len(shown["replies"])) == ("answered", "order.create", 1)
    assert shown["orders"] == [ordered.one("SELECT number FROM orders")]
    assert flask.json("messages", "show", shown["id"], "--json") == shown
    assert str(shown["orders"][0]) in flask("messages", "show", provider_id).output
    assert len(flask.json("messages", "list", "--direction", "inbound", "--json")) == 2


def test_products_are_found_by_any_name_and_shown_with_their_packs(flask: Terminal, shop: Shop) -> None:
    found = flask.json("products", "list", "--find", "10in", "--json")
    assert "PB10-K" in {p["sku"] for p in found}
    box = flask.json("products", "show", "pb10-k", "--json")
    assert (box["unit_price"], box["pack_units"]["carton"]) == ("0.28", "100.000")
    assert "carton 100" in flask("products", "show", "PB10-K").output
    assert len(flask.json("products", "list", "--limit", "1000", "--json")) == 64
    assert len(flask.json("products", "list", "--all", "--limit", "1000", "--json")) == 68


def test_outlets_and_customers_know_each_other(flask: Terminal, ordered: Shop) -> None:
    outlet = flask.json("outlets", "show", "CP-PR", "--json")
    assert outlet["contacts"] == [{"channel": "whatsapp", "address": PASIR_RIS}]
    assert outlet["last_order_at"]
    customer = flask.json("customers", "show", outlet["customer"], "--json")
    assert "CP-PR" in customer["outlets"]
    assert customer["orders_placed"] == 1


def test_contract_prices_stand_beside_list_prices(flask: Terminal, shop: Shop, tmp_path: Path) -> None:
    customer = flask.json("outlets", "show", "CP-PR", "--json")["customer"]
    file = tmp_path / "prices.csv"
    file.write_text(f"customer,sku,unit_price,valid_from,valid_to\n{customer},PB10-K,0.2525,2026-01-01,\n", "utf-8")
    assert flask("prices", "import", str(file)).exit_code == 0
    (price,) = flask.json("prices", "show", "PB10-K", "--json")
    assert (price["unit_price"], price["list_price"], price["in_force"]) == ("0.2525", "0.28", True)


def test_the_exported_catalog_is_the_imported_one(flask: Terminal, shop: Shop, tmp_path: Path) -> None:
    file = tmp_path / "exported.csv"
    file.write_bytes(flask("catalog", "export").stdout_bytes)
    done = flask.json("catalog", "import", str(file), "--deactivate-missing", "--json")
    assert (done["added"], done["changed"], done["unchanged"], done["taken_off"]) == ([], [], 68, [])


def test_timeline_is_told_in_words(flask: Terminal, ordered: Shop) -> None:
    number = str(ordered.one("SELECT number FROM orders"))
    printed = flask("order", "timeline", number).stdout
    for words in ("the message came in", "the order was placed: total", "PB10-K 200", "the reply left"):
        assert words in printed
    for code in ("{", "'status'", "persisted"):
        assert code not in printed


def test_amounts_of_a_change_are_written_as_people_write_them() -> None:
    event = {"kind": "changed", "detail": {"total": "247.43", "lines": [["PB10-K", "8E+2"], ["FL", "2.500"]]}}
    assert said_of(event) == "the order was changed: total 247.43, PB10-K 800, FL 2.5"


def test_a_failure_names_its_outlet_and_order(flask: Terminal, rows: Rows) -> None:
    order_id = rows.order("SO-100001", "SM1")
    with rows.runtime.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO contact_outlets (contact_id, outlet_id, bound_by) SELECT k.id, o.outlet_id, 'test' FROM contacts k,"
            f" orders o WHERE k.address = '+6580000101' AND o.id = {order_id} ON CONFLICT DO NOTHING"
        )
        failure = connection.exec_driver_sql(
            "INSERT INTO failures (kind, reference, message_id, error) SELECT 'deliver', r.id, r.id, '63016' FROM conversation_messages r"
            " WHERE r.direction = 'outbound' RETURNING id"
        ).scalar_one()
    shown = flask.json("failed", "show", failure, "--json")
    assert (shown["order"], shown["outlet"]) == ("SO-100001", "CP-PR Canadian Pizza Pasir Ris")
    assert "SO-100001" in flask("failed", "show", failure).output


def test_every_time_has_one_form(flask: Terminal, ordered: Shop, app: Flask) -> None:
    local = re.compile(r"\b20\d\d-\d\d-\d\d \d\d:\d\d(:\d\d\.\d{3})?\b")
    number = ordered.one("SELECT number FROM orders")
    for words in (["orders", "list"], ["order", "timeline", number], ["conversations", "list"], ["conversations", "show", 1], ["messages", "list"], ["messages", "show", 1], ["outlets", "show", "CP-PR"]):  # fmt: skip
        output = flask(*words).stdout
        assert local.search(output), words
        for other in ("T0", "T1", "T2", "+00:00", "+08:00"):
            assert not re.search(rf"\d{re.escape(other)}\d?:?", output), words


@pytest.mark.parametrize("width", [30, 80, 200])
def test_no_table_cuts_anything_at_any_width(app: Flask, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    out = Tty()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setenv("COLUMNS", str(width))
    names = ("number", "outlet", "status", "placed", "delivery", "lines", "total", "source")
    row = ("SO-100001", "Canadian Pizza Pasir Ris", "awaiting confirmation", "2026-11-27 21:50", "2026-11-28", 12, "100000.00", "SM" + "f" * 30)  # fmt: skip
    with app.app_context():
        print_table("1 orders", names, [row])
    printed = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())
    assert "…" not in printed
    assert max(map(len, printed.splitlines())) <= max(width, 42)
    for word in " ".join(map(str, row)).split():
        assert word in printed or (len(word) > width - 12 and word in re.sub(r"\s", "", printed))
