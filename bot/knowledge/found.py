"""What asking the documents came to, as plain values: light enough for everything that decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.knowledge.documents import Passage


class Verdict(StrEnum):
    """ANSWERED: this is it. OFFERED: it may be; the customer is asked. UNKNOWN: the team is."""

    ANSWERED = "answered"
    OFFERED = "offered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is quoted from `passages[0]`, empty for UNKNOWN. `confidence` is that the first passage answers the question."""

    verdict: Verdict
    language: str
    text: str
    passages: tuple[Passage, ...]
    confidence: float
    version: str
