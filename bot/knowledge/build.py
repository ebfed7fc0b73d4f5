"""`flask knowledge build`: the documents become records of Chroma, all of them or none.

Records are named by what they say, so that a second build changes nothing. New ones are added beside the old, then the
manifest is written, then what it does not name is deleted: a reader sees the old whole or the new whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge import manifest
from bot.knowledge.chroma import Chroma, Record
from bot.knowledge.contradictions import Facts, contradictions
from bot.knowledge.documents import Collection, Passage, read_folder
from bot.knowledge.embedders import Embedder
from bot.knowledge.manifest import Manifest, Shelf
from bot.knowledge.units import Unit, units_of
from bot.telemetry import get_logger

log = get_logger(__name__)

NEXT = "-next"
"""Ends the name of a collection that is filled before it takes another's place."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build came to. `changed` is False when everything was there already."""

    manifest: Manifest
    changed: bool
    empty: tuple[str, ...]
    """The collections without any document."""
    contradictions: tuple[str, ...] = ()
    """What the documents say otherwise than our rows."""


def build(chroma: Chroma, embedder: Embedder, folder: Path, facts: Facts | None = None) -> Built:
    """`facts` are what the documents are compared with. Raises BadInputError for faults in the documents, EmbeddingError and ChromaError; nothing has changed then."""
    passages = read_folder(folder)
    units = {
        name: [unit for passage in of for unit in units_of(passage)] for name, of in _by_collection(passages).items()
    }
    every = [unit.id for of in units.values() for unit in of]
    version = manifest.version_of(embedder.name, every)
    empty = tuple(name for name, of in units.items() if not of)
    wrong = tuple(contradictions(passages, facts)) if facts is not None else ()
    before = manifest.read(chroma)
    if before is not None and before.version == version and _is_whole(chroma, before):
        return Built(before, False, empty, wrong)
    same_vectors = before is not None and before.embedder == embedder.name
    vectors = _records(embedder, [unit for of in units.values() for unit in of])
    made = Manifest(version, embedder.name, _dimension(vectors), _shelves(passages, units))
    (_add if same_vectors else _replace)(
        chroma, {name: [vectors[unit.id] for unit in of] for name, of in units.items()}
    )
    manifest.write(chroma, made)
    _delete_the_rest(chroma, made)
    log.info("knowledge built", version=version, records=len(every), embedder=embedder.name)
    return Built(made, True, empty, wrong)


def _by_collection(passages: Sequence[Passage]) -> dict[str, list[Passage]]:
    return {each.value: [passage for passage in passages if passage.collection is each] for each in Collection}


def _shelves(passages: Sequence[Passage], units: Mapping[str, Sequence[Unit]]) -> dict[str, Shelf]:
    return {
        name: Shelf(len({passage.document for passage in of}), len(of), tuple(unit.id for unit in units[name]))
        for name, of in _by_collection(passages).items()
    }


def _records(embedder: Embedder, units: Sequence[Unit]) -> dict[str, Record]:
    vectors = embedder.embed([unit.text for unit in units])
    return {
        unit.id: Record(unit.id, unit.text, vector, unit.facts) for unit, vector in zip(units, vectors, strict=True)
    }


def _dimension(records: Mapping[str, Record]) -> int:
    return len(next(iter(records.values())).vector)


def _is_whole(chroma: Chroma, known: Manifest) -> bool:
    return all(set(shelf.ids) <= chroma.ids(name) for name, shelf in known.shelves.items())


def _add(chroma: Chroma, records: Mapping[str, Sequence[Record]]) -> None:
    for name, of in records.items():
        chroma.make(name)
        chroma.put(name, of)


def _replace(chroma: Chroma, records: Mapping[str, Sequence[Record]]) -> None:
    """Vectors of another embedder go into collections of their own, which then take the names of the old."""
    for name, of in records.items():
        chroma.drop(name + NEXT)
        chroma.make(name + NEXT)
        chroma.put(name + NEXT, of)
    for name in records:
        chroma.drop(name)
        chroma.rename(name + NEXT, name)


def _delete_the_rest(chroma: Chroma, made: Manifest) -> None:
    for name, shelf in made.shelves.items():
        chroma.delete(name, sorted(chroma.ids(name) - set(shelf.ids)))
