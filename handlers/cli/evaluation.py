"""`flask eval`: how well messages are read, on the shipped corpus and on both swaps, with no database and no network."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table

from bot.evaluation.baseline import below, recorded
from bot.evaluation.evaluation import Report, evaluate, find_sets
from bot.evaluation.figures import Score, confusion
from bot.evaluation.gates import under_the_gates
from bot.evaluation.leave_one_out import held_out, learnt_from
from bot.evaluation.reading import MARKS, Evaluation, Read, failure
from bot.evaluation.swaps import FULL, SEED, USUAL, SwapReport, frame_swap, trade_swap
from bot.knowledge.embedders import local
from bot.knowledge.measure import Figures, every_set
from bot.settings import ROOT
from handlers.cli.command import FAILED, Command, json_option, print_json

CORPUS = ROOT / "data" / "corpus"
TRADES = ROOT / "data" / "eval" / "trades"
BASELINE = ROOT / "data" / "eval" / "baseline.json"
DOCUMENTS = ROOT / "data" / "policies"
QUESTIONS = ROOT / "data" / "knowledge"
ABOUT_ANSWERS = (
    "set", "questions", "hit@1 %", "hit@3 %", "told %", "not there: recall %", "precision %", "wrong document", "invented",
    "BM25 hit@1 %", "p95 ms",
)  # fmt: skip
MIN_GROUP = 5
WIDTH = 150
COLUMNS = (
    "group", "n", "exact %", "95 %", "placed %", "YES %", "asked %", "intent %", "dates %",
    "wrong", "cancelled", "ignored", "unsure", "dropped",
)  # fmt: skip
LEGEND = (
    "placed: of the orders that can be placed as they are, those read right without a question; YES, asked: needlessly. "
    "wrong: written wrong and sure; cancelled, ignored: wrongly; unsure: wrong, but shown for a YES; dropped: in silence."
)


@click.command(
    "eval",
    cls=Command,
    example="flask eval --confusion\nflask eval --corpus data/corpus/grocer --json\nflask eval --full --failures failures.jsonl",
)
@click.option(
    "--corpus",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder with catalog.csv and *.jsonl, or a folder of such folders, without the swaps. Default: the shipped corpus.",
)
@click.option("--full", is_flag=True, help="Every message in every trade, every frame in every trade: some minutes.")
@click.option("--seed", default=SEED, show_default=True, help="Draws other messages and goods for the swaps.")
@click.option("--no-swaps", is_flag=True, help="Only the labelled sets.")
@click.option("--confusion", "confused", is_flag=True, help="Which intent was read as which.")
@click.option("--errors", default=0, show_default=True, help="Show so many messages that were read wrong.")
@click.option(
    "--failures", type=click.Path(path_type=Path, dir_okay=False), help="Write what was read wrong, the worst first."
)
@click.option(
    "--leave-one-out", is_flag=True, help="Only this: each trade read by what the others taught. Some minutes a trade."
)
@click.option("--record", is_flag=True, help="Raise the baseline to today's figures, where they are better.")
@json_option
def command_eval(
    corpus: Path | None, full: bool, seed: str, no_swaps: bool, confused: bool, errors: int, failures: Path | None,
    leave_one_out: bool, record: bool, as_json: bool,
) -> None:  # fmt: skip
    """Score the understanding on labelled messages. Exit 1 when it is below the recorded baseline."""
    if leave_one_out:
        _leave_one_out(as_json=as_json)
        return
    sets = find_sets(corpus or CORPUS)
    report = evaluate(sets)
    sample = FULL if full else USUAL
    swaps = [] if corpus or no_swaps else [trade_swap(sets, sample, seed), frame_swap(sample, seed)]
    usual = not full and seed == SEED
    scores = _scores(report, swaps if usual else [])
    if record:
        _record(recorded(scores, _baseline()))
    if failures:
        _write_failures(failures, report, swaps, corpus or CORPUS)
    answers = {} if corpus else every_set(QUESTIONS, DOCUMENTS, local())
    if as_json:
        told = {name: {group: found.as_json() for group, found in of.items()} for name, of in answers.items()}
        print_json({**report.as_json(), "swaps": {swap.name: swap.as_json() for swap in swaps}, "answers": told})
    else:
        _show(report, swaps, confused=confused, errors=errors)
        _show_answers(answers)
    worse = [] if corpus else below(scores, report.llm_share, _baseline()) + _under_the_gates(report)
    for sentence in worse:
        click.echo(sentence, err=True)
    if worse:
        sys.exit(FAILED)


def _leave_one_out(*, as_json: bool) -> None:
    """Each trade as its own weights and as the others' weights read it."""
    usual = evaluate(find_sets(CORPUS)).by_trade
    rows = []
    for left in held_out(learnt_from()):
        rows.append((left.trade, usual[left.trade].score.as_json(), left.figures))
        click.echo(f"{left.trade} is read", err=True)
    if as_json:
        print_json({trade: {"taught": own, "left_out": others} for trade, own, others in rows})
        return
    keys = ("exact", "placed", "danger", "wrongly_cancelled", "wrongly_ignored")
    columns = ("trade left out", "n", *(f"{key}, {how}" for key in keys for how in ("taught", "left out")))
    told = [
        (trade, own["messages"], *(_say(f[key]) for key in keys for f in (own, others))) for trade, own, others in rows
    ]
    print_table("By trade left out of what is learnt", columns, told)


def _say(figure: float | None) -> str:
    """A share in per cent, a count as it is."""
    return _percent(figure) if figure is None or isinstance(figure, float) else str(figure)


def _scores(report: Report, swaps: Sequence[SwapReport]) -> dict[str, Score]:
    return {name: found.score for name, found in report.by_set.items()} | {s.name: s.every.score for s in swaps}


def _under_the_gates(report: Report) -> list[str]:
    languages = {name: (found.score.messages, found.score.intent) for name, found in report.by_language.items()}
    return under_the_gates(report.every.score.intent, report.macro_f1, languages)


def _baseline() -> dict[str, Any]:
    if not BASELINE.exists():
        return {}
    loaded: dict[str, Any] = json.loads(BASELINE.read_text("utf-8"))
    return loaded


def _record(figures: dict[str, dict[str, Any]]) -> None:
    BASELINE.parent.mkdir(parents=True, exist_ok=True)
    BASELINE.write_text(json.dumps(figures, indent=2, sort_keys=True) + "\n", "utf-8")


def _write_failures(target: Path, report: Report, swaps: Sequence[SwapReport], corpus: Path) -> None:
    """Held-out sets stay unread: of them nothing is written."""
    shown = [(read, corpus / read.trade) for read in report.reads if not read.set_name.endswith("/test")]
    told = [(read, TRADES / read.trade) for swap in swaps for read in swap.reads]
    wrong = [(read, folder) for read, folder in (*shown, *told) if read.mark]
    wrong.sort(key=lambda pair: (MARKS.index(pair[0].mark), pair[0].set_name, pair[0].example.id))
    lines = [json.dumps(failure(read, _catalog(folder)), ensure_ascii=False) for read, folder in wrong]
    target.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def _catalog(folder: Path) -> str:
    path = folder / "catalog.csv"
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _show(report: Report, swaps: Sequence[SwapReport], *, confused: bool, errors: int) -> None:
    summary = [_row("all sets", report.every), *(_row(swap.name, swap.every) for swap in swaps)]
    print_table("All", COLUMNS, summary)
    print_table("By set", COLUMNS, [_row(name, found) for name, found in report.by_set.items()])
    for kind, groups in report.groups().items():
        if kind not in ("set", "trade"):
            print_table(f"By {kind}", COLUMNS, _rows(groups, MIN_GROUP if kind == "tag" else 1))
    for swap in swaps:
        _show_swap(swap)
    if confused:
        pairs = sorted(confusion(report.every.judgements).items(), key=lambda pair: -pair[1])
        mixed = [(*pair, count) for pair, count in pairs if pair[0] != pair[1]]
        print_table("Read as another intent", ("labelled", "read as", "messages"), mixed)
    if errors:
        print_table(
            "Read wrong", ("id", "message", "labelled", "read"), [_wrong(r) for r in report.reads if r.mark][:errors]
        )
    for sentence in (LEGEND, *report.sentences()):
        click.echo(sentence)


def _show_answers(answers: Mapping[str, Mapping[str, Figures]]) -> None:
    """Of questions to the documents."""
    rows = [(f"{name}, {group}", found) for name, of in answers.items() for group, found in of.items()]
    print_table("Questions to the documents", ABOUT_ANSWERS, [_answers_row(name, found) for name, found in rows])


def _answers_row(name: str, found: Figures) -> tuple[object, ...]:
    shares = (found.hit1, found.hit3, found.sure, found.no_answer_recall, found.no_answer_precision)
    counts = (found.wrong_document, found.invented)
    return (name, found.questions, *map(_percent, shares), *counts, _percent(found.floor_hit1), f"{found.p95_ms:.0f}")


def _show_swap(swap: SwapReport) -> None:
    for kind in ("language", "trade", "tag"):
        print_table(f"{swap.name.capitalize()}, by {kind}", COLUMNS, _rows(swap.by[kind], MIN_GROUP))
    left = ", ".join(f"{reason} {count}" for reason, count in swap.dropped.items())
    click.echo(f"{swap.name}: not swapped, for their answer would not be certain: {left or 'none'}")


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """As wide as the figures need, also where the output is a file."""
    table = Table(
        *(Column(name, no_wrap=at == 0) for at, name in enumerate(columns)), title=title, title_justify="left"
    )
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console(file=sys.stdout, markup=False, highlight=False, width=WIDTH).print(table)


def _rows(groups: dict[str, Evaluation], least: int) -> list[tuple[object, ...]]:
    ordered = sorted(groups.items(), key=lambda item: (-item[1].score.messages, item[0]))
    return [_row(name, found) for name, found in ordered if found.score.messages >= least]


def _row(name: str, found: Evaluation) -> tuple[object, ...]:
    s = found.score
    shares = (s.placed, s.needless_yes, s.needless_questions, s.intent, s.date)
    counts = (s.danger, s.wrongly_cancelled, s.wrongly_ignored, s.unsure_wrong, s.silent_drop)
    interval = f"{100 * s.exact_low:.1f}-{100 * s.exact_high:.1f}"
    return (name, s.messages, _percent(s.exact), interval, *map(_percent, shares), *counts)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"


def _wrong(read: Read) -> tuple[str, str, str, str]:
    gold = read.example.gold
    return (
        f"{read.example.id} {read.mark}",
        read.example.text,
        f"{gold['intent']} {_lines(gold)} {gold['delivery_date'] or ''} asks {len(gold['clarify'])}",
        f"{read.said['intent']} {_lines(read.said)} {read.said['delivery_date'] or ''} asks {len(read.said['clarify'])}",
    )


def _lines(said: Any) -> dict[str, Any]:
    return {line["sku"]: line["quantity_base_units"] for line in said["lines"]}
