"""`flask parse` and `flask eval`: the understanding alone, with no database and no network."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bot.catalog.csvfile import read_catalog
from bot.catalog.index import CatalogIndex
from bot.errors import BadInputError
from bot.evaluation.evaluation import Evaluation, Report, below, evaluate, find_sets
from bot.evaluation.examples import Example, parse_examples
from bot.evaluation.prediction import prediction
from bot.identity.outlets_csv import read_outlets
from bot.understanding.reader import understand
from handlers.cli.command import FAILED, Command, json_option, print_json

ROOT = Path(__file__).resolve().parent.parent.parent
CORPUS = ROOT / "data" / "corpus"
BASELINE = ROOT / "data" / "eval" / "baseline.json"
MIN_GROUP = 5
WIDTH = 132

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
def parse(catalog: Path, outlets: Path | None, source: Path, target: Path) -> None:
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


@click.command("eval", cls=Command, example="flask eval --confusion\nflask eval --corpus data/corpus/grocer --json")
@click.option(
    "--corpus",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder with catalog.csv and *.jsonl, or a folder of such folders. Default: the shipped corpus.",
)
@click.option("--confusion", is_flag=True, help="Which intent was read as which.")
@click.option("--errors", default=0, show_default=True, help="Show so many messages that were read wrong.")
@click.option("--record", is_flag=True, help="Make today's figures the baseline.")
@json_option
def eval_(corpus: Path | None, confusion: bool, errors: int, record: bool, as_json: bool) -> None:
    """Score the understanding on labelled messages. Exit 1 when it is below the recorded baseline."""
    found = find_sets(corpus or CORPUS)
    report = evaluate(found)
    if record:
        BASELINE.parent.mkdir(parents=True, exist_ok=True)
        BASELINE.write_text(json.dumps(report.baseline(), indent=2, sort_keys=True) + "\n", "utf-8")
    if as_json:
        print_json(report.as_json())
    else:
        _show(report, confusion=confusion, errors=errors)
    worse = [] if corpus else below(report, _baseline())
    for sentence in worse:
        click.echo(sentence, err=True)
    if worse:
        sys.exit(FAILED)


def _baseline() -> dict[str, Any]:
    if not BASELINE.exists():
        return {}
    loaded: dict[str, Any] = json.loads(BASELINE.read_text("utf-8"))
    return loaded


COLUMNS = ("group", "n", "exact %", "95 %", "intent %", "line F1", "dates %", "danger", "strict", "dropped")


def _show(report: Report, *, confusion: bool, errors: int) -> None:
    print_table("All", COLUMNS, [_row("all", report.every)])
    print_table("By set", COLUMNS, [_row(name, group) for name, group in report.by_set.items()])
    print_table("By intent", COLUMNS, _rows(report.by_intent, 1))
    print_table("By language", COLUMNS, _rows(report.by_language, 1))
    print_table("By tag", COLUMNS, _rows(report.by_tag, MIN_GROUP))
    if confusion:
        wrong = [(gold, said, count) for (gold, said), count in report.confusion.items() if gold != said]
        wrong.sort(key=lambda row: -row[2])
        print_table("Read as another intent", ("labelled", "read as", "messages"), wrong)
    if errors:
        print_table("Read wrong", ("id", "message", "labelled", "read"), report.wrong[:errors])
    for sentence in report.sentences():
        click.echo(sentence)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """As wide as the figures need, also where the output is a file."""
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console(file=sys.stdout, markup=False, highlight=False, width=WIDTH).print(table)


def _rows(groups: dict[str, Evaluation], least: int) -> list[tuple[object, ...]]:
    ordered = sorted(groups.items(), key=lambda item: (-item[1].score.messages, item[0]))
    return [_row(name, group) for name, group in ordered if group.score.messages >= least]


def _row(name: str, group: Evaluation) -> tuple[object, ...]:
    s = group.score
    interval = f"{100 * s.exact_low:.1f}-{100 * s.exact_high:.1f}"
    return (
        name,
        s.messages,
        _percent(s.exact),
        interval,
        _percent(s.intent),
        _percent(s.line_f1),
        _percent(s.date),
        s.danger,
        s.danger_strict,
        s.silent_drop,
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"


COMMANDS = [parse, eval_]
