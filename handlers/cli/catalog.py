"""`flask catalog ...`: what is sold, out of a CSV file."""

from __future__ import annotations

from pathlib import Path

import click

from bot.catalog.csvfile import read_catalog
from handlers.cli.command import command, json_option, print_json
from handlers.current import current_runtime
from jobs.import_catalog import CatalogImport, import_catalog

group = click.Group("catalog", help="The products that are sold.")


@command(group, "import", example="flask catalog import data/catalog.csv --dry-run")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Read and compare, write nothing.")
@click.option("--deactivate-missing", is_flag=True, help="Take products off sale that the file does not name.")
@json_option
def import_file(file: Path, dry_run: bool, deactivate_missing: bool, as_json: bool) -> None:
    """Bring a catalog CSV in: all of it or nothing. Bad rows are listed by number and exit with 2."""
    products = read_catalog(file)
    with current_runtime().engine.connect() as connection, connection.begin() as transaction:
        done = import_catalog(connection, products, deactivate_missing=deactivate_missing)
        if dry_run:
            transaction.rollback()
    if as_json:
        print_json(_as_json(done, dry_run))
    else:
        click.echo(_in_words(done, dry_run))


def _as_json(done: CatalogImport, dry_run: bool) -> dict[str, object]:
    return {
        "added": list(done.added),
        "changed": list(done.changed),
        "unchanged": done.unchanged,
        "taken_off": list(done.taken_off),
        "dry_run": dry_run,
    }


def _in_words(done: CatalogImport, dry_run: bool) -> str:
    words = (
        f"{len(done.added)} products added, {len(done.changed)} changed, {done.unchanged} as they were,"
        f" {len(done.taken_off)} taken off sale"
    )
    return f"{words} (dry run: nothing was written)" if dry_run else words
