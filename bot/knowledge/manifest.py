"""What a finished build consists of: the one record by which readers know which records are valid, and whose vectors they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.knowledge.chroma import Chroma, ChromaError, Record

NAME = "manifest"
"""The collection and the id of the record."""
RECIPE = 2
"""Raised when the same documents are cut or embedded in another way."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One collection: how many documents and passages it has, and the ids of its records."""

    documents: int
    passages: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """`version` changes with every word of the documents, with the embedder and with the recipe."""

    version: str
    embedder: str
    dimension: int
    shelves: Mapping[str, Shelf]

    def to_json(self) -> str:
        shelves = {name: [shelf.documents, shelf.passages, list(shelf.ids)] for name, shelf in self.shelves.items()}
        return json.dumps(
            {"version": self.version, "embedder": self.embedder, "dimension": self.dimension, "shelves": shelves}
        )

    @classmethod
    def from_json(cls, raw: str) -> Manifest:
        value: Any = json.loads(raw)
        shelves = {name: Shelf(docs, passages, tuple(ids)) for name, (docs, passages, ids) in value["shelves"].items()}
        return cls(value["version"], value["embedder"], value["dimension"], shelves)


def version_of(embedder: str, ids: Sequence[str]) -> str:
    return hashlib.sha256("\n".join([str(RECIPE), embedder, *sorted(ids)]).encode()).hexdigest()[:16]


def read(chroma: Chroma) -> Manifest | None:
    """None where nothing was built yet. Raises ChromaError."""
    found = chroma.records(NAME, [NAME])
    if not found:
        return None
    try:
        return Manifest.from_json(found[0].text)
    except (ValueError, LookupError, TypeError) as error:
        raise ChromaError("the manifest of the knowledge cannot be read: run `flask knowledge build`") from error


def write(chroma: Chroma, manifest: Manifest) -> None:
    """From this call on readers take the new records: the one step that makes a build valid."""
    chroma.make(NAME)
    chroma.put(NAME, [Record(NAME, manifest.to_json(), [1.0], {"version": manifest.version})])
