"""Runs the reader over labelled sets and gathers the figures of `flask eval` and the gate against the baseline."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.catalog.csvfile import read_catalog
from bot.catalog.index import CatalogIndex
from bot.catalog.product import Product
from bot.errors import BadInputError
from bot.evaluation.examples import Example, read_examples
from bot.evaluation.prediction import prediction
from bot.evaluation.scoring import Judgement, Score, confusion, judge, macro_f1, summarise
from bot.understanding.gaps import needs_llm
from bot.understanding.reader import understand

MAX_LLM_SHARE = 0.15
GATED = ("messages", "exact", "intent", "danger")
SLACK = 0.005
"""How far a figure may fall below the baseline before the run fails: one message in two hundred."""


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A catalog and the files of messages labelled against it."""

    name: str
    catalog: Path
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One group of messages and its figures."""

    score: Score
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything `flask eval` shows."""

    every: Evaluation
    by_set: dict[str, Evaluation]
    by_intent: dict[str, Evaluation]
    by_language: dict[str, Evaluation]
    by_tag: dict[str, Evaluation]
    macro_f1: float
    confusion: dict[tuple[str, str], int]
    p50_ms: float
    p95_ms: float
    llm_share: float
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)

    def baseline(self) -> dict[str, Any]:
        """What is recorded: the figures, and those of each set, so that a new set does not move the gate of the others."""
        sets = {name: _figures(group.score) for name, group in self.by_set.items()}
        return {**self.figures(), "sets": {name: {key: s[key] for key in GATED} for name, s in sets.items()}}

    def figures(self) -> dict[str, float]:
        """The figures of the whole run."""
        score = self.every.score
        return {
            "messages": score.messages,
            "exact": round(score.exact, 4),
            "intent": round(score.intent, 4),
            "macro_f1": round(self.macro_f1, 4),
            "danger": score.danger,
            "llm_share": round(self.llm_share, 4),
        }

    def as_json(self) -> dict[str, Any]:
        groups = {"set": self.by_set, "intent": self.by_intent, "language": self.by_language, "tag": self.by_tag}
        return {
            **self.figures(),
            "p50_ms": round(self.p50_ms, 3),
            "p95_ms": round(self.p95_ms, 3),
            "groups": {kind: {name: _figures(group.score) for name, group in g.items()} for kind, g in groups.items()},
            "confusion": [
                {"labelled": gold, "read": said, "messages": n} for (gold, said), n in self.confusion.items()
            ],
        }

    def sentences(self) -> list[str]:
        """What stands under the tables."""
        j = self.every.judgements
        wanted, asked = sum(x.ask_wanted for x in j), sum(x.asked for x in j)
        both = sum(x.ask_wanted and x.asked for x in j)
        return [
            f"dangerous {self.every.score.danger} of {len(j)}; orders made from messages that are none "
            f"{sum(x.false_order for x in j)}; wrong confirm or cancel {sum(x.false_act for x in j)}; "
            f"silently dropped {self.every.score.silent_drop}",
            f"asking: precision {100 * both / max(1, asked):.1f} %, recall {100 * both / max(1, wanted):.1f} %",
            f"intent macro-F1 {100 * self.macro_f1:.1f} %",
            f"reading p50 {self.p50_ms:.3f} ms, p95 {self.p95_ms:.3f} ms a message",
            f"a language model would be asked for {100 * self.llm_share:.1f} % of the messages (at most {100 * MAX_LLM_SHARE:.0f} %)",
        ]


def find_sets(folder: Path) -> list[LabelledSet]:
    """The sets in a folder: itself, or each folder in it, that has a catalog and messages. Raises BadInputError."""
    places = [folder] if (folder / "catalog.csv").exists() else sorted(p for p in folder.iterdir() if p.is_dir())
    found = []
    for place in places:
        files = tuple(sorted(place.glob("*.jsonl")))
        if (place / "catalog.csv").exists() and files:
            found.append(LabelledSet(place.name, place / "catalog.csv", files))
    if not found:
        raise BadInputError(f"{folder.name}: no folder with catalog.csv and *.jsonl")
    return found


@dataclass(slots=True)
class _Read:
    example: Example
    judgement: Judgement
    seconds: float
    llm: bool
    said: dict[str, Any]
    set_name: str


def evaluate(sets: Iterable[LabelledSet]) -> Report:
    """Reads and judges every message of the sets."""
    done = [read for labelled in sets for read in _read_set(labelled)]
    times = sorted(read.seconds for read in done)
    everything = [read.judgement for read in done]
    return Report(
        every=_group(done),
        by_set=_by(done, lambda read: [f"{read.set_name}"]),
        by_intent=_by(done, lambda read: [read.example.kind]),
        by_language=_by(done, lambda read: [read.example.language]),
        by_tag=_by(done, lambda read: read.example.tags),
        macro_f1=macro_f1(everything),
        confusion=confusion(everything),
        p50_ms=1000 * times[len(times) // 2],
        p95_ms=1000 * times[int(len(times) * 0.95)],
        llm_share=sum(read.llm for read in done) / len(done),
        wrong=[_wrong(read) for read in done if not read.judgement.exact],
    )


def _read_set(labelled: LabelledSet) -> list[_Read]:
    index = CatalogIndex.build(read_catalog(labelled.catalog))
    out = []
    for path in labelled.files:
        examples = read_examples(path)
        _check_labels(examples, path, index.products)
        for example in examples:
            start = time.perf_counter()
            intent = understand(example.text, index, example.context, example.now)
            seconds = time.perf_counter() - start
            said = prediction(example.id, intent)
            judgement = judge(example, said, index.products)
            out.append(_Read(example, judgement, seconds, needs_llm(intent), said, f"{labelled.name}/{path.stem}"))
    return out


def _check_labels(examples: list[Example], path: Path, products: Mapping[str, Product]) -> None:
    for example in examples:
        if not example.gold:
            raise BadInputError(f"{path.name}: {example.id} has no label")
        unknown = [line["sku"] for line in example.gold["lines"] if line["sku"] not in products]
        if unknown:
            raise BadInputError(f"{path.name}: {example.id} names {unknown[0]}, which the catalog does not have")


def _group(reads: Iterable[_Read]) -> Evaluation:
    judgements = tuple(read.judgement for read in reads)
    return Evaluation(summarise(judgements), judgements)


def _by(reads: list[_Read], names: Any) -> dict[str, Evaluation]:
    groups: dict[str, list[_Read]] = {}
    for read in reads:
        for name in names(read):
            groups.setdefault(name, []).append(read)
    return {name: _group(group) for name, group in groups.items()}


def _wrong(read: _Read) -> tuple[str, str, str, str]:
    gold = read.example.gold
    wanted = {line["sku"]: line["quantity_base_units"] for line in gold["lines"]}
    said = {line["sku"]: line["quantity_base_units"] for line in read.said["lines"]}
    mark = " DANGER" if read.judgement.danger else ""
    return (
        read.example.id + mark,
        read.example.text,
        f"{gold['intent']} {wanted} {gold['delivery_date'] or ''} asks {len(gold['clarify'])}",
        f"{read.said['intent']} {said} {read.said['delivery_date'] or ''} asks {len(read.said['clarify'])}",
    )


def _figures(score: Score) -> dict[str, Any]:
    return {
        "messages": score.messages,
        "exact": round(score.exact, 4),
        "exact_95": [round(score.exact_low, 4), round(score.exact_high, 4)],
        "intent": round(score.intent, 4),
        "line_f1": None if score.line_f1 is None else round(score.line_f1, 4),
        "dates": None if score.date is None else round(score.date, 4),
        "danger": score.danger,
        "danger_strict": score.danger_strict,
        "silent_drop": score.silent_drop,
    }


def below(report: Report, baseline: Mapping[str, Any]) -> list[str]:
    """One sentence for each figure that is worse than the baseline."""
    figures = report.figures()
    worse: list[str] = []
    for name, group in report.by_set.items():
        kept = baseline.get("sets", {}).get(name)
        if kept is None or kept["messages"] != group.score.messages:
            continue  # a set that is new or has grown has no baseline yet: record one
        now = _figures(group.score)
        worse += [
            f"{name}: {key} {now[key]:.4f} is below the baseline {kept[key]:.4f}"
            for key in ("exact", "intent")
            if now[key] < kept[key] - SLACK
        ]
        if now["danger"] > kept["danger"]:
            worse.append(f"{name}: {now['danger']} dangerous readings, the baseline has {kept['danger']}")
    if figures["llm_share"] > MAX_LLM_SHARE:
        worse.append(f"a language model would be asked for {100 * figures['llm_share']:.1f} % of the messages")
    return worse
