"""`flask prices ...`: what customers pay by contract, out of a CSV file."""

from __future__ import annotations

from pathlib import Path

import click

from bot.ordering.prices_csv import read_prices
from handlers.cli.command import bring_in, command, import_options, json_option, limit_option, print_found
from handlers.current import current_runtime
from jobs.imports.prices import PricesImport, import_prices
from jobs.reads.trade_rows import contract_prices

group = click.Group("prices", help="Contract prices of customers.")


@command(group, "import", example="flask prices import contract-prices.csv --dry-run")
@import_options
def import_file(file: Path, dry_run: bool, as_json: bool) -> None:
    """Bring a CSV of customer, sku, unit_price, valid_from and valid_to in: all of it or nothing."""
    rows = read_prices(file)
    bring_in(lambda connection: import_prices(connection, rows), _words, dry_run=dry_run, as_json=as_json)


def _words(done: PricesImport) -> str:
    return f"{done.written} prices written, {done.unchanged} as they were"


@command(group, "list", example='flask prices list --customer "Canadian Pizza"')
@click.option("--customer", metavar="NAME", help="Only of this customer.")
@click.option("--sku", metavar="SKU", help="Only of this product.")
@limit_option
@json_option
def list_prices(customer: str | None, sku: str | None, limit: int, as_json: bool) -> None:
    """Contract prices, past ones and those to come included; the list price beside each."""
    runtime = current_runtime()
    today = runtime.clock().astimezone(runtime.settings.zone).date()
    with runtime.engine.connect() as connection:
        found = contract_prices(connection, today=today, customer=customer, sku=sku, most=limit)
    rows = [
        (
            p["customer"], p["sku"], p["unit_price"], p["list_price"], p["valid_from"],
            p["valid_to"] or "", "today" if p["in_force"] else "",
        )
        for p in found
    ]  # fmt: skip
    print_found(
        found,
        f"{len(rows)} contract prices",
        ("customer", "SKU", "price", "list", "from", "to", ""),
        rows,
        as_json=as_json,
    )


@command(group, "show", example="flask prices show PB10-K")
@click.argument("sku")
@json_option
@click.pass_context
def show_prices(context: click.Context, sku: str, as_json: bool) -> None:
    """Every contract price of one product."""
    context.invoke(list_prices, customer=None, sku=sku, limit=1000, as_json=as_json)
