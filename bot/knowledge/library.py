"""The supplier's documents in memory, searched by meaning and by words together. Immutable: a new build is a new library."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log1p
from typing import TYPE_CHECKING, Any

from bot.knowledge.chroma import Chroma, ChromaError, Record
from bot.knowledge.documents import ANSWERING, Collection, Passage
from bot.knowledge.embedders import Embedder, EmbeddingError
from bot.knowledge.manifest import Manifest
from bot.knowledge.terms import Terms, terms_of
from bot.knowledge.units import Part, Unit, unit_of
from bot.telemetry import get_logger, metrics

if TYPE_CHECKING:
    from bot.knowledge.embedders import Vectors

log = get_logger(__name__)

WEIGHTS = {Part.WHOLE: 1.5, Part.NAME: 0.5, Part.SENTENCE: 1.0}
WEIGHT_OF_WORDS, WEIGHT_OF_CONCEPTS = 0.25, 0.6
"""Of the likenesses, of the lexical score and of the share of concepts. Chosen so that, whichever supplier's questions are left out,
those that are left would choose nearly the same."""
NO_LIKENESS = -1.0
BM25_SCALE = 2.5
"""A good match of a short question scores about so many times the weight of one rare word."""
LARGEST_LEAD = 0.6


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a passage, each from about 0 to 1; what the confidence is computed from.

    `whole`, `name`, `sentence`: likeness to all of it, to its name, to its best sentence. `stems`, `concepts`: the share of
    the question's that it has, by weight. `words`: the lexical score. `lead`: how far it is before the next document.
    `understood`: the share of the question that could be read at all.
    """

    whole: float
    name: float
    sentence: float
    stems: float
    concepts: float
    words: float
    lead: float
    understood: float = 1.0


@dataclass(frozen=True, slots=True)
class Hit:
    passage: Passage
    score: float
    signals: Signals


class Library:
    """`vectors` are those that Chroma keeps, one for each unit, in order."""

    def __init__(self, manifest: Manifest, units: Sequence[Unit], vectors: Vectors) -> None:
        self.manifest = manifest
        self._every = tuple(dict.fromkeys(unit.passage for unit in units))
        kept = [place for place, unit in enumerate(units) if unit.passage.collection in ANSWERING]
        self._units = [units[place] for place in kept]
        self.passages = tuple(dict.fromkeys(unit.passage for unit in self._units))
        self._vectors = {manifest.embedder: vectors[kept]}
        self._lock = threading.Lock()

    def only(self, keeps: Callable[[Passage], bool]) -> Library:
        """The same without the other passages."""
        kept = [place for place, unit in enumerate(self._units) if keeps(unit.passage)]
        vectors = self._vectors[self.manifest.embedder][kept]
        return Library(self.manifest, [self._units[place] for place in kept], vectors)

    def of(self, collection: Collection) -> tuple[Passage, ...]:
        return tuple(passage for passage in self._every if passage.collection is collection)

    def search(self, question: Terms, embedders: Sequence[Embedder], most: int) -> list[Hit]:
        """The best passages of the best documents, one of each. The first embedder that can be had tells meanings; without
        any, words alone count."""
        likeness = self._likeness(question, embedders)
        words = self._words.scores(question)
        best = max(words, default=0.0) or 1.0
        scores = [
            sum(WEIGHTS[part] * cosine for part, cosine in likeness[place].items())
            + WEIGHT_OF_WORDS * words[place] / best
            + WEIGHT_OF_CONCEPTS * self._concepts(place, question)
            for place in range(len(self.passages))
        ]
        order = sorted(range(len(scores)), key=lambda place: -scores[place])
        firsts: dict[str, int] = {}
        for place in order:
            firsts.setdefault(self.passages[place].document, place)
        best_of_each = list(firsts.values())[:most]
        return [self._hit(place, order, scores, likeness[place], words[place], question) for place in best_of_each]

    def _hit(
        self, place: int, order: Sequence[int], scores: Sequence[float], likeness: Mapping[Part, float], words: float, question: Terms
    ) -> Hit:  # fmt: skip
        passage = self.passages[place]
        other = next((scores[each] for each in order if self.passages[each].document != passage.document), 0.0)
        signals = Signals(
            likeness[Part.WHOLE],
            likeness[Part.NAME],
            likeness[Part.SENTENCE],
            self._words.share(place, question.stems),
            self._concepts(place, question),
            words / (BM25_SCALE * self._words.weight("")),
            min(scores[place] - other, LARGEST_LEAD),
            question.understood,
        )
        return Hit(passage, scores[place], signals)

    def _concepts(self, place: int, question: Terms) -> float:
        return self._words.share(place, [f"={concept}" for concept in question.concepts])

    def _likeness(self, question: Terms, embedders: Sequence[Embedder]) -> list[dict[Part, float]]:
        found = [dict.fromkeys(Part, NO_LIKENESS) for _ in self.passages]
        cosines = self._cosines(question.english, embedders)
        if cosines is None:
            return [dict.fromkeys(Part, 0.0) for _ in self.passages]
        for unit, cosine in zip(self._units, cosines, strict=True):
            best = found[self._place[unit.passage]]
            best[unit.part] = max(best[unit.part], float(cosine))
        return found

    def _cosines(self, text: str, embedders: Sequence[Embedder]) -> Sequence[float] | None:
        """Of each unit to the text, by the first embedder that can be had; a lesser one is logged and counted."""
        for embedder in embedders:
            try:
                ours = self._vectors_of(embedder)
                asked = embedder.embed([text])[0]
            except EmbeddingError as error:
                metrics.embedding_fallback_total.labels("offline").inc()
                log.warning("a lesser embedder answers", instead_of=embedder.name, reason=str(error))
                continue
            cosines: Sequence[float] = ours @ asked
            return cosines
        metrics.embedding_fallback_total.labels("none").inc()
        return None

    def _vectors_of(self, embedder: Embedder) -> Vectors:
        """Chroma's own where it is the same embedder; else made here once, in memory: two kinds never share a collection."""
        with self._lock:
            if embedder.name not in self._vectors:
                self._vectors[embedder.name] = embedder.embed([unit.text for unit in self._units])
            return self._vectors[embedder.name]

    @cached_property
    def _place(self) -> dict[Passage, int]:
        return {passage: place for place, passage in enumerate(self.passages)}

    @cached_property
    def _words(self) -> Words:
        return Words([terms_of(f"{passage.name}. {passage.text}", "en") for passage in self.passages])


def bm25(texts: Sequence[Sequence[str]]) -> Any:
    """The library's index over those words; it makes itself talkative when it is imported, so it is told to be quiet then."""
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    index = bm25s.BM25()
    index.index(texts, show_progress=False)
    return index


class Words:
    """BM25 over stems and concepts."""

    def __init__(self, texts: Sequence[Terms]) -> None:
        self._sets = [frozenset(text.tokens) for text in texts]
        self._count = Counter(token for each in self._sets for token in each)
        self._index = bm25([list(text.tokens) or [""] for text in texts])

    def scores(self, question: Terms) -> list[float]:
        known = [token for token in question.tokens if token in self._index.vocab_dict]
        if not known:
            return [0.0] * len(self._sets)
        return [float(score) for score in self._index.get_scores(known)]

    def weight(self, token: str) -> float:
        """How much a token tells: a lot for one that no passage has."""
        has = self._count[token]
        return log1p((len(self._sets) - has + 0.5) / (has + 0.5))

    def share(self, place: int, tokens: Iterable[str]) -> float:
        """The part of the tokens' weight that this passage has; a half where there are none, which tells nothing."""
        weights = {token: self.weight(token) for token in tokens}
        total = sum(weights.values())
        return sum(weight for token, weight in weights.items() if token in self._sets[place]) / total if total else 0.5


def load(chroma: Chroma, manifest: Manifest) -> Library:
    """Raises ChromaError when a record that the manifest names is not there: a build is under way, or was cut short."""
    records = {name: chroma.records(name, shelf.ids) for name, shelf in manifest.shelves.items()}
    if any(len(records[name]) != len(shelf.ids) for name, shelf in manifest.shelves.items()):
        raise ChromaError("the knowledge in Chroma is not whole: run `flask knowledge build`")
    pairs = [(Collection(name), record) for name, of in records.items() for record in of]
    return _made(manifest, sorted(pairs, key=lambda pair: (pair[0], pair[1].id)))


def _made(manifest: Manifest, pairs: Sequence[tuple[Collection, Record]]) -> Library:
    import numpy as np

    try:
        units = [unit_of(collection, record) for collection, record in pairs]
        vectors = np.array([record.vector for _, record in pairs], np.float32).reshape(len(pairs), manifest.dimension)
    except (LookupError, ValueError) as error:
        raise ChromaError("a record of the knowledge cannot be read: run `flask knowledge build`") from error
    return Library(manifest, units, vectors)
