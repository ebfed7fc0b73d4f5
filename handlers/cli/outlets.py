"""`flask outlets ...`: who may order, out of a CSV file."""

from __future__ import annotations

from pathlib import Path

import click

from bot.identity.outlets_csv import read_outlets
from handlers.cli.command import (
    bring_in,
    command,
    import_options,
    json_option,
    limit_option,
    local_time,
    no_such,
    print_found,
)
from handlers.current import current_runtime
from jobs.imports.outlets import OutletsImport, import_outlets
from jobs.reads.trade_rows import outlets as read_rows

group = click.Group("outlets", help="The outlets that order, and the phones that may order for them.")


@command(group, "import", example="flask outlets import data/outlets.csv --dry-run")
@import_options
def import_file(file: Path, dry_run: bool, as_json: bool) -> None:
    """Bring an outlets CSV in: all of it or nothing. Bad rows are listed by number and exit with 2."""
    outlets = read_outlets(file)
    bring_in(lambda connection: import_outlets(connection, outlets), _words, dry_run=dry_run, as_json=as_json)


def _words(done: OutletsImport) -> str:
    outlets = f"{done.added} outlets added, {done.changed} changed, {done.unchanged} as they were"
    return f"{outlets}, {done.bound} phones bound"


@command(group, "list", example="flask outlets list")
@limit_option
@json_option
def list_outlets(limit: int, as_json: bool) -> None:
    """Outlets by code: customer, phones, the last order."""
    with current_runtime().engine.connect() as connection:
        found = read_rows(connection, most=limit)
    rows = [
        (o["outlet_id"], o["name"], ", ".join(k["address"] for k in o["contacts"]), local_time(o["last_order_at"]))
        for o in found
    ]
    print_found(found, f"{len(rows)} outlets", ("code", "name", "contacts", "last order"), rows, as_json=as_json)


@command(group, "show", example="flask outlets show CP-PR")
@click.argument("code")
@json_option
def show_outlet(code: str, as_json: bool) -> None:
    """One outlet with its rules; what is empty follows the settings."""
    with current_runtime().engine.connect() as connection:
        found = read_rows(connection, code=code)
    if not found:
        raise no_such("outlet", code)
    outlet = found[0]
    rows = [
        ("code", outlet["outlet_id"]),
        ("name", outlet["name"]),
        ("customer", outlet["customer"]),
        ("language", outlet["default_language"]),
        ("contacts", ", ".join(f"{k['channel']} {k['address']}" for k in outlet["contacts"])),
        ("confirm orders", outlet["confirm_orders"] or "as set by CONFIRM_ORDERS"),
        ("cut-off", outlet["cutoff"] or "as set by ORDER_CUTOFF"),
        ("delivery days", ", ".join(outlet["delivery_days"] or ()) or "every day"),
        ("last order", local_time(outlet["last_order_at"])),
        ("active", "yes" if outlet["active"] else "no"),
    ]
    print_found(outlet, outlet["outlet_id"], ("what", "value"), rows, as_json=as_json)
