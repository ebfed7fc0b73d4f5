"""`flask catalog ...`: what is sold, out of a CSV file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import click

from bot.catalog.catalog_csv import COLUMNS, read_catalog, shared_names
from handlers.cli.command import bring_in, command, import_options
from handlers.csv_cells import as_csv
from handlers.current import current_runtime
from jobs.imports.catalog import CatalogImport, import_catalog
from jobs.reads.trade_rows import products

SHOWN_NAMES, SHOWN_SKUS = 10, 6
group = click.Group("catalog", help="The products that are sold.")


@command(group, "import", example="flask catalog import data/catalog.csv --dry-run")
@import_options
@click.option("--deactivate-missing", is_flag=True, help="Take products off sale that the file does not name.")
def import_file(file: Path, dry_run: bool, deactivate_missing: bool, as_json: bool) -> None:
    """Bring a catalog CSV in: all of it or nothing. Bad rows are listed by number and exit with 2."""
    products = read_catalog(file)
    _warn_of_shared(shared_names(products))
    bring_in(
        lambda connection: import_catalog(connection, products, deactivate_missing=deactivate_missing),
        _words,
        dry_run=dry_run,
        as_json=as_json,
    )


def _warn_of_shared(names: dict[str, list[str]]) -> None:
    """On standard error, so that what programs read stays as it is. Nothing is wrong with such names; they cost a question."""
    if not names:
        return
    click.echo(f"{len(names)} names belong to several products; whoever writes one is asked which:", err=True)
    for name, skus in list(names.items())[:SHOWN_NAMES]:
        click.echo(f"  {name}: {', '.join(skus[:SHOWN_SKUS])}{' ...' if len(skus) > SHOWN_SKUS else ''}", err=True)


def _words(done: CatalogImport) -> str:
    return (
        f"{len(done.added)} products added, {len(done.changed)} changed, {done.unchanged} as they were,"
        f" {len(done.taken_off)} taken off sale"
    )


@command(group, "export", example="flask catalog export > catalog.csv")
def export() -> None:
    """Every product as CSV, in the form that `flask catalog import` takes."""
    with current_runtime().engine.connect() as connection:
        found = products(connection)
    rows = [
        {
            "sku": p["sku"],
            "name": p["name"],
            "category": p["category"],
            "aliases": "|".join(p["aliases"]),
            "base_unit": p["base_unit"],
            "pack_units": "|".join(f"{unit}={_plain(factor)}" for unit, factor in p["pack_units"].items()),
            "unit_price": p["unit_price"],
            "active": "true" if p["active"] else "false",
        }
        for p in found
    ]
    click.echo(as_csv(COLUMNS, rows), nl=False)


def _plain(factor: str) -> str:
    return f"{Decimal(factor).normalize():f}"
