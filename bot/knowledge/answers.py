"""A question's answer out of the library: asserted, offered, or nothing. Says only what a passage says, and which."""

from __future__ import annotations

from collections.abc import Sequence

from bot.knowledge.confidence import bounds, confidence
from bot.knowledge.embedders import Embedder
from bot.knowledge.found import Answer, Verdict
from bot.knowledge.library import Library
from bot.knowledge.quote import quoted
from bot.knowledge.terms import terms_of

MOST_SOURCES = 3
LONGEST_QUESTION = 1_000
"""Characters; a longer message is no question, and its end would not be read by the embedder either."""


def answer(library: Library, text: str, embedders: Sequence[Embedder], language: str | None = None) -> Answer:
    """`language` is the code of the question's language where it is known."""
    question = terms_of(text[:LONGEST_QUESTION], language)
    hits = library.search(question, embedders, MOST_SOURCES) if question.tokens else []
    sure = confidence(hits[0].signals) if hits else 0.0
    verdict = _verdict(sure)
    passages = tuple(hit.passage for hit in hits) if verdict is not Verdict.UNKNOWN else ()
    words = quoted(passages[0], question) if passages else ""
    return Answer(verdict, question.language, words, passages, round(sure, 3), library.manifest.version)


def _verdict(sure: float) -> Verdict:
    limits = bounds()
    if sure >= limits.sure:
        return Verdict.ANSWERED
    return Verdict.OFFERED if sure >= limits.offer else Verdict.UNKNOWN
