"""Runs the reader over labelled sets and gathers the figures of `flask eval`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.catalog.product import Product
from bot.errors import BadInputError
from bot.evaluation.examples import Example, read_examples
from bot.evaluation.figures import confusion, macro_f1
from bot.evaluation.reading import Evaluation, Read, group, group_by, read_example

MAX_LLM_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A catalog and the files of messages labelled against it."""

    name: str
    catalog: Path
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything `flask eval` shows of the labelled sets."""

    reads: tuple[Read, ...]
    every: Evaluation
    by_set: dict[str, Evaluation]
    by_intent: dict[str, Evaluation]
    by_language: dict[str, Evaluation]
    by_trade: dict[str, Evaluation]
    by_tag: dict[str, Evaluation]
    macro_f1: float
    p50_ms: float
    p95_ms: float
    llm_share: float

    def as_json(self) -> dict[str, Any]:
        return {
            **self.every.score.as_json(),
            "macro_f1": round(self.macro_f1, 4),
            "llm_share": round(self.llm_share, 4),
            "p50_ms": round(self.p50_ms, 3),
            "p95_ms": round(self.p95_ms, 3),
            "groups": {kind: figures_by_name(groups) for kind, groups in self.groups().items()},
            "confusion": [
                {"labelled": gold, "read": said, "messages": n}
                for (gold, said), n in confusion(self.every.judgements).items()
            ],
        }

    def groups(self) -> dict[str, dict[str, Evaluation]]:
        return {
            "set": self.by_set,
            "intent": self.by_intent,
            "language": self.by_language,
            "trade": self.by_trade,
            "tag": self.by_tag,
        }

    def sentences(self) -> list[str]:
        """What stands under the tables."""
        j, score = self.every.judgements, self.every.score
        wanted, asked = sum(x.ask_wanted for x in j), sum(x.asked for x in j)
        both = sum(x.ask_wanted and x.asked for x in j)
        return [
            f"wrong and sure {score.danger} of {len(j)}; wrongly cancelled {score.wrongly_cancelled}; wrongly ignored "
            f"{score.wrongly_ignored}; wrong but shown for a YES {score.unsure_wrong}",
            f"orders made from messages that are none {score.false_order}; wrong confirm or cancel {score.false_act}; "
            f"silently dropped {score.silent_drop}",
            f"asking: precision {100 * both / max(1, asked):.1f} %, recall {100 * both / max(1, wanted):.1f} %",
            f"intent macro-F1 {100 * self.macro_f1:.1f} %",
            f"reading p50 {self.p50_ms:.3f} ms, p95 {self.p95_ms:.3f} ms a message",
            f"a language model would be asked for {100 * self.llm_share:.1f} % of the messages (at most {100 * MAX_LLM_SHARE:.0f} %)",
        ]


def figures_by_name(groups: Mapping[str, Evaluation]) -> dict[str, Any]:
    return {name: evaluation.score.as_json() for name, evaluation in groups.items()}


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


def evaluate(sets: Iterable[LabelledSet]) -> Report:
    """Reads and judges every message of the sets."""
    done = [read for labelled in sets for read in _read_set(labelled)]
    times = sorted(read.seconds for read in done)
    return Report(
        reads=tuple(done),
        every=group(done),
        by_set=group_by(done, lambda read: [read.set_name]),
        by_intent=group_by(done, lambda read: [read.example.kind]),
        by_language=group_by(done, lambda read: [read.example.language]),
        by_trade=group_by(done, lambda read: [read.trade]),
        by_tag=group_by(done, lambda read: read.example.tags),
        macro_f1=macro_f1(read.judgement for read in done),
        p50_ms=1000 * times[len(times) // 2],
        p95_ms=1000 * times[int(len(times) * 0.95)],
        llm_share=sum(read.llm for read in done) / len(done),
    )


def _read_set(labelled: LabelledSet) -> list[Read]:
    index = CatalogIndex.build(read_catalog(labelled.catalog))
    out = []
    for path in labelled.files:
        examples = read_examples(path)
        _check_labels(examples, path, index.products)
        name = f"{labelled.name}/{path.stem}"
        out += [read_example(example, index, set_name=name, trade=labelled.name) for example in examples]
    return out


def _check_labels(examples: list[Example], path: Path, products: Mapping[str, Product]) -> None:
    for example in examples:
        if not example.gold:
            raise BadInputError(f"{path.name}: {example.id} has no label")
        unknown = [line["sku"] for line in example.gold["lines"] if line["sku"] not in products]
        if unknown:
            raise BadInputError(f"{path.name}: {example.id} names {unknown[0]}, which the catalog does not have")
