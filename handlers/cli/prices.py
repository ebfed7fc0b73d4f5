"""`flask prices ...`: what customers pay by contract, out of a CSV file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from bot.ordering.prices_csv import read_prices
from handlers.cli.command import command, json_option, print_json
from handlers.current import current_runtime
from jobs.import_prices import import_prices

group = click.Group("prices", help="Contract prices of customers.")


@command(group, "import", example="flask prices import contract-prices.csv --dry-run")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Read and compare, write nothing.")
@json_option
def import_file(file: Path, dry_run: bool, as_json: bool) -> None:
    """Bring a CSV of customer, sku, unit_price, valid_from and valid_to in: all of it or nothing."""
    rows = read_prices(file)
    with current_runtime().engine.connect() as connection, connection.begin() as transaction:
        done = import_prices(connection, rows)
        if dry_run:
            transaction.rollback()
    if as_json:
        print_json({**asdict(done), "dry_run": dry_run})
        return
    words = f"{done.written} prices written, {done.unchanged} as they were"
    click.echo(f"{words} (dry run: nothing was written)" if dry_run else words)
