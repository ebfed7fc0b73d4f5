"""How well questions are answered: labelled questions in, figures out, beside a plain BM25. Needs no server and no network."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bot.errors import BadInputError
from bot.knowledge.answers import answer
from bot.knowledge.confidence import FEATURES, WITHOUT_MEANING, Curve, fitted
from bot.knowledge.documents import ANSWERING, Passage, read_folder
from bot.knowledge.embedders import Embedder
from bot.knowledge.found import Answer, Verdict
from bot.knowledge.library import Library, Signals, bm25
from bot.knowledge.manifest import Manifest, version_of
from bot.knowledge.terms import Terms, terms_of
from bot.knowledge.units import units_of
from bot.language.folding import fold


@dataclass(frozen=True, slots=True)
class Asked:
    """A labelled question. `document` is the stem that answers it, None where none does."""

    id: str
    lang: str
    text: str
    document: str | None
    split: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares of 1. `hit1` and `hit3`: the right document is the first, or among three, sure or offered. `sure`: it is given
    without asking. `no_answer_recall`: of what no document answers, the part not asserted; `no_answer_precision`: of what is
    not asserted and not offered, the part that no document answers. `invented` counts answers that are no quotation."""

    questions: int
    hit1: float
    hit3: float
    sure: float
    no_answer_precision: float
    no_answer_recall: float
    wrong_document: int
    invented: int
    floor_hit1: float
    p95_ms: float

    def as_json(self) -> dict[str, Any]:
        return {name: round(value, 4) for name, value in asdict(self).items()}


def read_questions(path: Path) -> list[Asked]:
    """Raises BadInputError."""
    try:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        return [Asked(row["id"], row["lang"], row["text"], row["document"], row["split"]) for row in rows]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BadInputError(f"{path.name} is no file of questions: {error}") from error


def in_memory(folder: Path, embedder: Embedder) -> Library:
    """The library of a folder without Chroma."""
    units = [unit for passage in read_folder(folder) for unit in units_of(passage)]
    vectors = embedder.embed([unit.text for unit in units])
    version = version_of(embedder.name, [unit.id for unit in units])
    return Library(Manifest(version, embedder.name, int(vectors.shape[1]), {}), units, vectors)


def measured(library: Library, questions: Sequence[Asked], embedders: Sequence[Embedder]) -> dict[str, Figures]:
    """Of all, and by language."""
    floor = Floor(library.passages)
    judged = [_judged(library, asked, embedders, floor) for asked in questions]
    languages = list(dict.fromkeys(asked.lang for asked in questions))
    groups: dict[str, list[_Judged]] = {"all": judged}
    groups |= {language: [each for each in judged if each.asked.lang == language] for language in languages}
    return {name: _figures(group) for name, group in groups.items()}


def every_set(folder: Path, shipped: Path, embedder: Embedder) -> dict[str, dict[str, Figures]]:
    """The figures of each half of the demo supplier's questions, and of every other supplier's folder beside them.

    `shipped` is the demo's documents; `folder` holds its questions.jsonl and a folder of documents and questions for each
    other supplier.
    """
    found = {}
    for path in (folder / "questions.jsonl", *sorted(folder.glob("*/questions.jsonl"))):
        library = in_memory(shipped if path.parent == folder else path.parent, embedder)
        questions = read_questions(path)
        for split in dict.fromkeys(asked.split for asked in questions):
            asked_now = [asked for asked in questions if asked.split == split]
            found[split] = measured(library, asked_now, [embedder])
    return found


@dataclass(frozen=True, slots=True)
class _Judged:
    asked: Asked
    answer: Answer
    documents: tuple[str, ...]
    floor: str
    seconds: float


def _judged(library: Library, asked: Asked, embedders: Sequence[Embedder], floor: Floor) -> _Judged:
    began = time.perf_counter()
    given = answer(library, asked.text, embedders)
    seconds = time.perf_counter() - began
    return _Judged(asked, given, tuple(passage.document for passage in given.passages), floor.best(asked.text), seconds)


def _figures(group: Sequence[_Judged]) -> Figures:
    there = [each for each in group if each.asked.document is not None]
    absent = [each for each in group if each.asked.document is None]
    silent = [each for each in group if each.answer.verdict is Verdict.UNKNOWN]
    first: Callable[[_Judged], bool] = lambda each: each.documents[:1] == (each.asked.document,)  # noqa: E731
    told: Callable[[_Judged], bool] = lambda each: each.answer.verdict is Verdict.ANSWERED  # noqa: E731
    times = sorted(each.seconds for each in group)
    return Figures(
        len(group),
        _share(first(each) for each in there),
        _share(each.asked.document in each.documents for each in there),
        _share(first(each) and told(each) for each in there),
        _share(each.asked.document is None for each in silent),
        _share(not told(each) for each in absent),
        sum(told(each) and not first(each) for each in there),
        sum(not is_quoted(each.answer) for each in group),
        _share(each.floor == each.asked.document for each in there),
        1000 * times[int(len(times) * 0.95)] if times else 0.0,
    )


def _share(each: Iterable[bool]) -> float:
    values = list(each)
    return sum(values) / len(values) if values else 1.0


def is_quoted(given: Answer) -> bool:
    """Whether every sentence of the answer stands in the passage that it cites."""
    if not given.passages:
        return given.text == ""
    said, source = " ".join(given.text.split()), " ".join(given.passages[0].text.split())
    pieces = re.split(r"(?<=[.!?\u3002])\s+", said)
    return all(piece in source for piece in pieces)


class Floor:
    """Plain BM25 over plain words: what everything else has to beat."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        self._index = bm25([_plain(f"{each.name} {each.text}") for each in passages])

    def best(self, text: str) -> str:
        known = [word for word in _plain(text) if word in self._index.vocab_dict]
        if not known:
            return ""
        scores = self._index.get_scores(known)
        return self._passages[int(scores.argmax())].document


def _plain(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text).text)


def calibrated(sets: Iterable[tuple[Path, Sequence[Asked]]], embedder: Embedder) -> dict[str, Curve]:
    """The curves of labelled folders. Each question is asked also of its folder without its own document, the hardest "not
    there", and as if no concept were known, because a customer's next word may be one that nobody has written down."""
    libraries = [(in_memory(folder, embedder), questions) for folder, questions in sets]
    return {
        name: fitted(features, *zip(*_seen_in_all(libraries, embedders), strict=True))
        for name, features, embedders in (("meaning", FEATURES, [embedder]), ("words", WITHOUT_MEANING, []))
    }


def _seen_in_all(
    libraries: Iterable[tuple[Library, Sequence[Asked]]], embedders: Sequence[Embedder]
) -> list[tuple[Signals, bool]]:
    seen = []
    for library, questions in libraries:
        for asked in questions:
            smaller = _without(library, asked.document) if asked.document else None
            for terms in (terms_of(asked.text), replace(terms_of(asked.text), concepts=())):
                seen += [_seen(each, terms, asked, embedders) for each in (library, smaller) if each is not None]
    return seen


def _seen(library: Library, terms: Terms, asked: Asked, embedders: Sequence[Embedder]) -> tuple[Signals, bool]:
    hit = library.search(terms, embedders, 1)[0]
    return hit.signals, hit.passage.document == asked.document


def _without(library: Library, document: str) -> Library:
    return library.only(lambda passage: passage.document != document and passage.collection in ANSWERING)
