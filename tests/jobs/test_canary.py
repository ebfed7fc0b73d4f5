"""The synthetic order takes a product that reads: a name with a twin must not turn readiness red while orders work."""

from __future__ import annotations

from pathlib import Path

from bot.catalog.catalog_csv import read_catalog
from bot.runtime import Runtime
from jobs import canary
from jobs.imports.catalog import import_catalog
from tests.conftest import Shop

HEAD = "sku,name,category,aliases,base_unit,pack_units,unit_price,active\n"
TWINS = "A1,Blue Box,box,,piece,,1.00,true\nA2,Blue Box,box,,piece,,2.00,true\n"


def stock(runtime: Runtime, folder: Path, rows: str) -> None:
    file = folder / "catalog.csv"
    file.write_text(HEAD + rows, "utf-8")
    with runtime.engine.begin() as connection:
        import_catalog(connection, read_catalog(file), deactivate_missing=True)


def beat(runtime: Runtime) -> dict[str, object]:
    return dict(Shop(runtime).one("SELECT detail FROM heartbeats WHERE name = 'canary'"))  # type: ignore[call-overload]


def test_a_product_whose_name_has_a_twin_is_passed_over(runtime: Runtime, tmp_path: Path) -> None:
    stock(runtime, tmp_path, TWINS + "F1,Wheat Flour,flour,,kg,,1.20,true\n")
    assert canary.watch(runtime) is True
    assert (beat(runtime)["product"], beat(runtime)["ok"]) == ("Wheat Flour", True)
    assert Shop(runtime).one("SELECT count(*) FROM orders") == 0


def test_the_product_that_read_last_time_is_taken_first(runtime: Runtime, tmp_path: Path) -> None:
    stock(runtime, tmp_path, "F1,Wheat Flour,flour,,kg,,1.20,true\nR1,Jasmine Rice,rice,,kg,,2.00,true\n")
    canary.watch(runtime)
    with runtime.engine.begin() as connection:
        connection.exec_driver_sql('UPDATE heartbeats SET detail = detail || \'{"product": "Jasmine Rice"}\'')
    canary.watch(runtime)
    assert beat(runtime)["product"] == "Jasmine Rice"


def test_when_no_name_reads_it_says_so(runtime: Runtime, tmp_path: Path) -> None:
    stock(runtime, tmp_path, TWINS)
    assert canary.watch(runtime) is False
    assert "none of 2 products could be ordered by its name" in str(beat(runtime)["error"])
