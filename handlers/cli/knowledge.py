"""`flask knowledge`: build the supplier's documents into vectors, and ask them. Needs no PostgreSQL and no Redis."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from bot.errors import BadInputError, PermanentError
from bot.knowledge import manifest
from bot.knowledge.answers import answer
from bot.knowledge.build import Built, build
from bot.knowledge.chroma import Chroma
from bot.knowledge.embedders import chosen, local
from bot.knowledge.found import Answer, Verdict
from bot.knowledge.library import Library, load
from bot.knowledge.opened import opened
from bot.language.languages import DEFAULT, answered, replies
from bot.settings import ROOT
from handlers.cli.actor import actor_option, send_now
from handlers.cli.command import command, json_option, print_json
from handlers.current import current_runtime
from jobs.reads.rows_beside_documents import facts_of

DOCUMENTS = ROOT / "data" / "policies"


@click.group("knowledge")
def group() -> None:
    """The supplier's documents: build, ask."""


@command(group, "build", example="flask knowledge build\nflask knowledge build --from my_policies --json")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=DOCUMENTS,
    help="Holds policies/*.md, faqs/*.md, escalation_rules.md, tone_guidelines.md. Default: data/policies.",
)
@json_option
def command_build(folder: Path, as_json: bool) -> None:
    """Make the folder what questions are answered from: all of it or, with any fault, nothing."""
    settings = current_runtime().settings
    with opened(settings) as chroma:
        built = build(chroma, chosen(settings), folder, facts_of(current_runtime()))
    if as_json:
        print_json(_built_json(built))
        return
    for name, shelf in built.manifest.shelves.items():
        click.echo(f"{name}: {shelf.documents} documents, {shelf.passages} passages, {len(shelf.ids)} records")
    for line in built.contradictions:
        click.echo(f"CONTRADICTS our rows, which win: {line}", err=True)
    for name in built.empty:
        click.echo(f"{name} is EMPTY: the bot goes by its own rules there", err=True)
    words = "built" if built.changed else "unchanged"
    click.echo(f"{words}: version {built.manifest.version}, embedded by {built.manifest.embedder}")


@command(group, "learn", example='flask knowledge learn 7 "Yes, from 20 cartons." --by Mei')
@click.argument("escalation", type=int)
@click.argument("answer")
@click.option("--question", help="The FAQ's title. Default: the customer's own words, without phones and addresses.")
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=DOCUMENTS,
    help="Default: data/policies.",
)
@actor_option
def command_learn(escalation: int, answer: str, question: str | None, folder: Path, actor: str) -> None:
    """Answer a customer's question once: they get it, it becomes an FAQ, and the next one is answered by the bot."""
    from jobs.handoff.learned_answer import learn

    runtime = current_runtime()
    with runtime.engine.begin() as connection:
        learned = learn(connection, runtime.settings, escalation, answer, question=question, folder=folder, actor=actor)
    with opened(runtime.settings) as chroma:
        build(chroma, chosen(runtime.settings), folder, facts_of(runtime))
    send_now(runtime, learned.messages)
    click.echo(f"{learned.file.name} is written and built, and the customer is told")


def _built_json(built: Built) -> dict[str, Any]:
    made = built.manifest
    return {
        "version": made.version,
        "changed": built.changed,
        "embedder": made.embedder,
        "dimension": made.dimension,
        "collections": {
            name: {"documents": shelf.documents, "passages": shelf.passages, "records": len(shelf.ids)}
            for name, shelf in made.shelves.items()
        },
        "empty": list(built.empty),
        "contradictions": list(built.contradictions),
    }


@command(
    group,
    "ask",
    example='flask knowledge ask "What is your refund policy?"\nflask knowledge ask --in q.jsonl --out a.jsonl',
)
@click.argument("text", required=False)
@click.option("--in", "source", type=click.Path(path_type=Path, dir_okay=False), help="JSON lines {id, text, lang?}.")
@click.option("--out", "target", type=click.Path(path_type=Path, dir_okay=False), help="JSON lines, in the same order.")
@json_option
def command_ask(text: str | None, source: Path | None, target: Path | None, as_json: bool) -> None:
    """Answer a question as the bot would, or say that it would ask the team."""
    if (text is None) == (source is None) or (source is None) != (target is None):
        raise BadInputError("give a TEXT, or both --in and --out")
    rows = _rows(source) if source else [{"id": None, "text": text}]
    given = list(_asked(rows))
    if target:
        lines = (json.dumps(row, ensure_ascii=False) for row in given)
        target.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        click.echo(f"{len(given)} answers, {sum(row['answered'] for row in given)} of them from the documents")
    elif as_json:
        print_json({name: value for name, value in given[0].items() if name != "id"})
    else:
        _show(given[0])


def _rows(source: Path) -> list[dict[str, Any]]:
    try:
        lines = source.read_text("utf-8-sig").splitlines()
        rows = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise BadInputError(f"{source.name} is no file of JSON lines: {error}") from error
    for number, row in enumerate(rows, 1):
        if not (isinstance(row, dict) and isinstance(row.get("text"), str)):
            raise BadInputError(f"{source.name}, row {number}: is not {{id, text, lang?}}")
    return rows


def _asked(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    settings = current_runtime().settings
    with opened(settings) as chroma:
        library = _library(chroma)
    embedders = [each for each in (chosen(settings), local()) if each.name == library.manifest.embedder] or [local()]
    for row in rows:
        lang = row.get("lang")
        given = answer(library, row["text"], embedders, str(lang) if lang else None)
        yield {"id": row.get("id"), **as_json_row(given)}


def _library(chroma: Chroma) -> Library:
    known = manifest.read(chroma)
    if known is None:
        raise PermanentError("no documents are built yet: run `flask knowledge build`")
    return load(chroma, known)


def as_json_row(given: Answer) -> dict[str, Any]:
    """What a program reads of an answer. `offered`: the bot would ask whether it is about the first source."""
    return {
        "answered": given.verdict is Verdict.ANSWERED,
        "offered": given.verdict is Verdict.OFFERED,
        "answer": _words(given),
        "language": given.language,
        "sources": [
            {"collection": each.collection.value, "document": each.document, "section": each.section}
            for each in given.passages
        ],
        "confidence": given.confidence,
    }


def _words(given: Answer) -> str:
    if given.verdict is Verdict.ANSWERED:
        return given.text
    book = replies(given.language if given.language in answered() else DEFAULT)["sentences"]
    if given.verdict is Verdict.OFFERED:
        return book["offer_answer"].format(source=given.passages[0].name)
    return book["ask_team"]


def _show(row: dict[str, Any]) -> None:
    click.echo(row["answer"])
    for source in row["sources"] if row["answered"] else row["sources"][:1]:
        click.echo(f"  [{source['collection']}] {source['document']}: {source['section'] or 'the answer itself'}")
    click.echo(f"  confidence {row['confidence']:.2f}, language {row['language']}")
