"""`flask prices ...`: what customers pay by contract, out of a CSV file."""

from __future__ import annotations

from pathlib import Path

import click

from bot.ordering.prices_csv import read_prices
from handlers.cli.command import bring_in, command, import_options
from jobs.imports.prices import PricesImport, import_prices

group = click.Group("prices", help="Contract prices of customers.")


@command(group, "import", example="flask prices import contract-prices.csv --dry-run")
@import_options
def import_file(file: Path, dry_run: bool, as_json: bool) -> None:
    """Bring a CSV of customer, sku, unit_price, valid_from and valid_to in: all of it or nothing."""
    rows = read_prices(file)
    bring_in(lambda connection: import_prices(connection, rows), _words, dry_run=dry_run, as_json=as_json)


def _words(done: PricesImport) -> str:
    return f"{done.written} prices written, {done.unchanged} as they were"
