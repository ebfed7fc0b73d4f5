"""`flask parse`: the understanding alone, with no database and no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.errors import BadInputError
from bot.evaluation.examples import Example, parse_examples
from bot.evaluation.prediction import prediction
from bot.identity.outlets_csv import read_outlets
from bot.understanding.reader import understand
from handlers.cli.command import Command

File = click.Path(path_type=Path, dir_okay=False)


@click.command(
    "parse",
    cls=Command,
    example="flask parse --catalog data/catalog.csv --in messages.jsonl --out predictions.jsonl",
)
@click.option("--catalog", required=True, type=File, help="The products, as CSV.")
@click.option("--outlets", type=File, help="The outlets, as CSV: their own names for products outrank everyone's.")
@click.option("--in", "source", required=True, type=File, help="Messages, one JSON object a line.")
@click.option("--out", "target", required=True, type=File, help="Where the predictions go, in the same order.")
def command_parse(catalog: Path, outlets: Path | None, source: Path, target: Path) -> None:
    """Read messages against any catalog: one prediction a message. No database, no network."""
    index = CatalogIndex.build(read_catalog(catalog))
    outlet_of = {phone: row.code for row in read_outlets(outlets) for phone in row.phones} if outlets else {}
    try:
        examples = list(parse_examples(source.read_bytes()))
        lines = [json.dumps(_read(example, index, outlet_of), ensure_ascii=False) for example in examples]
        target.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    except OSError as e:
        raise BadInputError(f"{e.filename}: {e.strerror}") from e
    click.echo(f"{len(lines)} messages read", err=True)


def _read(example: Example, index: CatalogIndex, outlet_of: dict[str, str]) -> dict[str, Any]:
    outlet = outlet_of.get(example.sender)
    return prediction(example.id, understand(example.text, index, example.context, example.now, outlet_id=outlet))
