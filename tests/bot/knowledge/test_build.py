"""A build is all or nothing, the second changes nothing, and vectors of two embedders never share a collection."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.errors import BadInputError
from bot.knowledge import manifest
from bot.knowledge.build import NEXT, build
from bot.knowledge.chroma import Chroma, ChromaError
from bot.knowledge.documents import Collection
from bot.knowledge.embedders import Embedder, EmbeddingError, HashingEmbedder, OfflineEmbedder
from bot.knowledge.library import load
from tests.bot.knowledge.conftest import file_of

if TYPE_CHECKING:
    from bot.knowledge.embedders import Vectors

COLLECTIONS = {each.value for each in Collection}


class Broken:
    """An embedder whose provider is away."""

    name = "broken"

    def embed(self, texts: Sequence[str]) -> Vectors:
        raise EmbeddingError("away")


def test_each_collection_counts_what_the_manifest_says(chroma: Chroma, folder: Path) -> None:
    built = build(chroma, HashingEmbedder(), folder)
    assert chroma.names() == COLLECTIONS | {manifest.NAME}
    assert {name: chroma.count(name) for name in COLLECTIONS} == {
        name: len(shelf.ids) for name, shelf in built.manifest.shelves.items()
    }
    assert built.manifest.shelves["policies"].documents == 2
    assert built.manifest.shelves["policies"].passages == 3


def test_a_second_build_changes_nothing(chroma: Chroma, folder: Path) -> None:
    first = build(chroma, HashingEmbedder(), folder)
    second = build(chroma, HashingEmbedder(), folder)
    assert (first.changed, second.changed) == (True, False)
    assert first.manifest == second.manifest


def test_a_removed_file_takes_its_records_along(chroma: Chroma, folder: Path) -> None:
    build(chroma, HashingEmbedder(), folder)
    file_of(folder, "policies/returns").unlink()
    built = build(chroma, HashingEmbedder(), folder)
    assert chroma.ids("policies") == set(built.manifest.shelves["policies"].ids)
    library = load(chroma, built.manifest)
    assert {passage.document for passage in library.passages} == {"delivery", "logo"}


def test_another_embedder_rebuilds_and_does_not_mix(chroma: Chroma, folder: Path) -> None:
    hashed = build(chroma, HashingEmbedder(), folder)
    modelled = build(chroma, OfflineEmbedder(), folder)
    assert hashed.manifest.version != modelled.manifest.version
    assert manifest.read(chroma) == modelled.manifest
    assert not {name for name in chroma.names() if name.endswith(NEXT)}
    near = chroma.near("policies", [float(x) for x in OfflineEmbedder().embed(["Returns: Money"])[0]], 1)
    assert near[0].likeness == pytest.approx(1.0, abs=1e-3)


def test_a_build_that_was_cut_short_is_made_whole_by_the_next(chroma: Chroma, folder: Path) -> None:
    built = build(chroma, HashingEmbedder(), folder)
    chroma.delete("policies", built.manifest.shelves["policies"].ids[:2])
    with pytest.raises(ChromaError, match="not whole"):
        load(chroma, built.manifest)
    again = build(chroma, HashingEmbedder(), folder)
    assert again.changed
    assert len(load(chroma, again.manifest).passages) == 4


@pytest.mark.parametrize("embedder", [Broken()])
def test_a_failed_build_leaves_the_old_in_place(chroma: Chroma, folder: Path, embedder: Embedder) -> None:
    built = build(chroma, HashingEmbedder(), folder)
    file_of(folder, "policies/returns").unlink()
    with pytest.raises(EmbeddingError):
        build(chroma, embedder, folder)
    file_of(folder, "policies/broken").write_text("no title", "utf-8")
    with pytest.raises(BadInputError):
        build(chroma, HashingEmbedder(), folder)
    assert manifest.read(chroma) == built.manifest
    assert len(load(chroma, built.manifest).passages) == 4


def test_a_reader_of_the_old_manifest_never_gets_half_of_the_new(chroma: Chroma, folder: Path) -> None:
    old = build(chroma, HashingEmbedder(), folder).manifest
    file_of(folder, "policies/returns").unlink()
    build(chroma, HashingEmbedder(), folder)
    with pytest.raises(ChromaError, match="not whole"):
        load(chroma, old)


def test_empty_collections_are_named(chroma: Chroma, folder: Path) -> None:
    file_of(folder, "tone_guidelines").unlink()
    assert build(chroma, HashingEmbedder(), folder).empty == ("tone_guidelines",)
    assert chroma.count("tone_guidelines") == 0
