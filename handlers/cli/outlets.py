"""`flask outlets ...`: who may order, out of a CSV file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from bot.identity.outlets_csv import read_outlets
from handlers.cli.command import command, json_option, print_json
from handlers.current import current_runtime
from jobs.import_outlets import import_outlets

group = click.Group("outlets", help="The outlets that order, and the phones that may order for them.")


@command(group, "import", example="flask outlets import data/outlets.csv --dry-run")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Read and compare, write nothing.")
@json_option
def import_file(file: Path, dry_run: bool, as_json: bool) -> None:
    """Bring an outlets CSV in: all of it or nothing. Bad rows are listed by number and exit with 2."""
    outlets = read_outlets(file)
    with current_runtime().engine.connect() as connection, connection.begin() as transaction:
        done = import_outlets(connection, outlets)
        if dry_run:
            transaction.rollback()
    if as_json:
        print_json({**asdict(done), "dry_run": dry_run})
        return
    words = (
        f"{done.added} outlets added, {done.changed} changed, {done.unchanged} as they were, {done.bound} phones bound"
    )
    click.echo(f"{words} (dry run: nothing was written)" if dry_run else words)
