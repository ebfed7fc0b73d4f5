"""`flask outlets ...`: who may order, out of a CSV file."""

from __future__ import annotations

from pathlib import Path

import click

from bot.identity.outlets_csv import read_outlets
from handlers.cli.command import bring_in, command, import_options
from jobs.imports.outlets import OutletsImport, import_outlets

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
