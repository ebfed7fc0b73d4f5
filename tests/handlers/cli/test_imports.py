"""Catalog and outlets out of files: all or nothing, in place, the same twice is nothing."""

from __future__ import annotations

from pathlib import Path

from bot.settings import ROOT
from tests.conftest import Shop
from tests.handlers.cli.conftest import Terminal

CATALOG = str(ROOT / "data" / "catalog.csv")
OUTLETS = str(ROOT / "data" / "outlets.csv")
HEAD = "sku,name,category,aliases,base_unit,pack_units,unit_price,active"
FLOUR = "FL,Flour,flour,atta|tepung,kg,bag=25,1.25,true"
TINS = "TN,Tins,tin,,tin,case=24,2.00,true"


def catalog(folder: Path, *lines: str) -> str:
    path = folder / "catalog.csv"
    path.write_text("\n".join([HEAD, *lines]) + "\n", "utf-8")
    return str(path)


def outlets(folder: Path, *lines: str) -> str:
    path = folder / "outlets.csv"
    path.write_text("\n".join(["outlet_id,name,phone,default_language,customer,contacts", *lines]) + "\n", "utf-8")
    return str(path)


def version(shop: Shop) -> int:
    return int(str(shop.one("SELECT coalesce(max(version), 0) FROM catalog_version")))


def test_second_import_of_a_catalog_changes_nothing(flask: Terminal, shop: Shop) -> None:
    before = version(shop)
    done = flask.json("catalog", "import", CATALOG, "--json")
    assert done == {"added": [], "changed": [], "unchanged": 68, "taken_off": [], "dry_run": False}
    assert version(shop) == before


def test_product_changes_in_place_and_others_stay(flask: Terminal, shop: Shop, tmp_path: Path) -> None:
    ids = dict(shop.rows("SELECT sku, id FROM products"))
    before = version(shop)
    line = "PB10-K,Kraft Box 10 inch,pizza box,10in box,piece,bundle=25|pallet=5000,0.31,true"
    done = flask.json("catalog", "import", catalog(tmp_path, line, FLOUR), "--json")
    assert (done["added"], done["changed"], done["taken_off"]) == (["FL"], ["PB10-K"], [])
    assert shop.one("SELECT count(*) FROM products WHERE is_active") == 65
    assert shop.one("SELECT id FROM products WHERE sku = 'PB10-K'") == ids["PB10-K"]
    packs = shop.rows(
        "SELECT unit, factor::int FROM pack_units WHERE product_id = :id ORDER BY factor", id=ids["PB10-K"]
    )
    assert packs == [("bundle", 25), ("pallet", 5000)]
    assert shop.rows("SELECT aliases, base_unit, unit_price::text FROM products WHERE sku = 'FL'") == [
        (["atta", "tepung"], "kg", "1.2500")
    ]
    assert version(shop) == before + 1


def test_missing_products_are_taken_off_sale_only_when_asked(flask: Terminal, shop: Shop, tmp_path: Path) -> None:
    path = catalog(tmp_path, FLOUR, TINS)
    flask.json("catalog", "import", path, "--json")
    done = flask.json("catalog", "import", path, "--deactivate-missing", "--json")
    assert len(done["taken_off"]) == 64
    assert shop.rows("SELECT sku FROM products WHERE is_active ORDER BY sku") == [("FL",), ("TN",)]
    assert flask.json("catalog", "import", path, "--deactivate-missing", "--json")["taken_off"] == []


def test_one_bad_row_keeps_the_whole_file_out_and_exits_2(flask: Terminal, shop: Shop, tmp_path: Path) -> None:
    before = shop.rows("SELECT sku, unit_price FROM products ORDER BY id")
    result = flask("catalog", "import", catalog(tmp_path, FLOUR, "TN,Tins,tin,,tin,,NaN,true", "XX,,tin,,tin,,1,true"))
    assert result.exit_code == 2
    assert "row 3: " in result.stderr
    assert "row 4: " in result.stderr
    assert shop.rows("SELECT sku, unit_price FROM products ORDER BY id") == before


def test_dry_run_says_what_would_happen_and_writes_nothing(flask: Terminal, shop: Shop, tmp_path: Path) -> None:
    before = version(shop)
    result = flask("catalog", "import", catalog(tmp_path, FLOUR), "--dry-run", "--deactivate-missing")
    assert "1 products added" in result.output
    assert "nothing was written" in result.output
    assert (shop.one("SELECT count(*) FROM products"), version(shop)) == (68, before)
    flask.json("outlets", "import", outlets(tmp_path, "ZZ,Cafe,80001234,en,,"), "--dry-run", "--json")
    assert shop.one("SELECT count(*) FROM outlets") == 25


def test_file_that_is_not_there_is_bad_usage(flask: Terminal, shop: Shop) -> None:
    for group in ("catalog", "outlets"):
        assert flask(group, "import", "nothing.csv").exit_code == 2
        assert flask(group, "import").exit_code == 2


def test_thousands_of_products_are_imported_in_one_go(flask: Terminal, shop: Shop, tmp_path: Path) -> None:
    many = [f"SKU{n},Product number {n},bulk,p{n}|q{n},piece,carton={n + 2},{n % 90}.50,true" for n in range(5_000)]
    assert len(flask.json("catalog", "import", catalog(tmp_path, *many), "--json")["added"]) == 5_000
    assert (
        shop.one("SELECT count(*) FROM pack_units p JOIN products x ON x.id = p.product_id WHERE sku LIKE 'SKU%'")
        == 5_000
    )


def test_second_import_of_outlets_changes_nothing(flask: Terminal, shop: Shop) -> None:
    done = flask.json("outlets", "import", OUTLETS, "--json")
    assert done == {"added": 0, "changed": 0, "unchanged": 25, "bound": 0, "dry_run": False}


def test_phones_are_bound_to_their_outlets_and_only_to_those(flask: Terminal, shop: Shop) -> None:
    bound = (
        "SELECT o.code, b.bound_by FROM contacts k JOIN contact_outlets b ON b.contact_id = k.id"
        " JOIN outlets o ON o.id = b.outlet_id WHERE k.channel = 'whatsapp' AND k.address = :address ORDER BY 1"
    )
    assert shop.rows(bound, address="+6580000101") == [("CP-PR", "import")]
    assert shop.rows(bound, address="%") == []


def test_phone_of_two_outlets_orders_for_both(flask: Terminal, shop: Shop, tmp_path: Path) -> None:
    path = outlets(tmp_path, "ZZ,Cafe Two,9123 4567,en,Cafe Group,whatsapp:+6580000101|+6580000101")
    assert flask.json("outlets", "import", path, "--json") == {
        "added": 1, "changed": 0, "unchanged": 0, "bound": 2, "dry_run": False,
    }  # fmt: skip
    shared = (
        "SELECT o.code FROM contacts k JOIN contact_outlets b ON b.contact_id = k.id JOIN outlets o ON o.id = b.outlet_id"
        " WHERE k.address = '+6580000101' ORDER BY 1"
    )
    assert shop.rows(shared) == [("CP-PR",), ("ZZ",)]
    assert (
        shop.one("SELECT c.name FROM outlets o JOIN customers c ON c.id = o.customer_id WHERE o.code = 'ZZ'")
        == "Cafe Group"
    )


def test_outlet_changes_in_place_and_one_switched_off_stays_off(flask: Terminal, shop: Shop, tmp_path: Path) -> None:
    shop.rows("UPDATE outlets SET is_active = false WHERE code = 'CP-PR' RETURNING id")
    with shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outlets SET is_active = false WHERE code = 'CP-PR'")
    before = shop.one("SELECT id FROM outlets WHERE code = 'CP-PR'")
    path = outlets(tmp_path, "CP-PR,Canadian Pizza Pasir Ris East,+6580000101,zh,,")
    assert flask.json("outlets", "import", path, "--json")["changed"] == 1
    assert shop.rows("SELECT id, name, default_language, is_active FROM outlets WHERE code = 'CP-PR'") == [
        (before, "Canadian Pizza Pasir Ris East", "zh", False)
    ]


def test_bad_outlet_keeps_the_whole_file_out(flask: Terminal, shop: Shop, tmp_path: Path) -> None:
    result = flask("outlets", "import", outlets(tmp_path, "Z1,Cafe,80001234,en,,", "Z2,Cafe,+65-9123-HELP,en,,"))
    assert result.exit_code == 2
    assert "row 3: " in result.stderr
    assert shop.one("SELECT count(*) FROM outlets") == 25
