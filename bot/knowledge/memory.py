"""Past messages, searchable by meaning. What is embedded is a copy without phones, addresses, cards and NRIC; the row stays as it is.

Chroma holds the copy's vector under the row's `embedding_id`; who deletes a message deletes its vector.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.knowledge.chroma import Chroma, Record
from bot.knowledge.embedders import Embedder
from bot.knowledge.terms import terms_of
from bot.telemetry import scrub

COLLECTION = "messages"
LONGEST = 1_000
"""Characters of a message that are embedded; the model reads no more."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A message found: its id, the scrubbed copy, and how alike it is to what was looked for (1 for the same)."""

    message_id: int
    text: str
    likeness: float


def embedding_id(message_id: int, embedder: Embedder) -> str:
    return f"{embedder.name}:{message_id}"


def collection_of(embedder: Embedder) -> str:
    """Vectors of two embedders never share a collection: only the model's own has the plain name."""
    from bot.knowledge.embedders import OfflineEmbedder

    safe = "".join(char if char.isalnum() else "-" for char in embedder.name)
    return COLLECTION if embedder.name == OfflineEmbedder.name else f"{COLLECTION}-{safe}"


def remember(chroma: Chroma, embedder: Embedder, texts: Mapping[int, str]) -> dict[int, str]:
    """Message id to embedding id, for what was kept. Raises ChromaError and EmbeddingError; safe to repeat."""
    if not texts:
        return {}
    copies = {message_id: scrub(text)[:LONGEST] for message_id, text in texts.items()}
    vectors = embedder.embed([_meaning(copy) for copy in copies.values()])
    records = [
        Record(embedding_id(message_id, embedder), copy, vector, {"message_id": message_id})
        for (message_id, copy), vector in zip(copies.items(), vectors, strict=True)
    ]
    name = collection_of(embedder)
    chroma.make(name)
    chroma.put(name, records)
    return {message_id: embedding_id(message_id, embedder) for message_id in copies}


def search(chroma: Chroma, embedder: Embedder, text: str, most: int) -> list[Remembered]:
    vector = embedder.embed([_meaning(text)])[0]
    found = chroma.near(collection_of(embedder), [float(value) for value in vector], most)
    return [Remembered(int(near.facts["message_id"]), near.text, near.likeness) for near in found]


def forget(chroma: Chroma, ids: Sequence[str]) -> int:
    """Deletes these vectors from every collection of messages; how many are still there afterwards, which is 0."""
    names = [name for name in chroma.names() if name == COLLECTION or name.startswith(f"{COLLECTION}-")]
    for name in names:
        chroma.delete(name, ids)
    return sum(len(chroma.records(name, ids)) for name in names) if ids else 0


def _meaning(text: str) -> str:
    """In English where it can be glossed: the model knows no other language well."""
    return terms_of(text).english or text
