"""What asking the documents came to, as plain values: light enough for everything that decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.knowledge.documents import Collection, Passage


class Verdict(StrEnum):
    """ANSWERED: this is it. OFFERED: it may be; the customer is asked. UNKNOWN: the team is."""

    ANSWERED = "answered"
    OFFERED = "offered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is out of `passages[0]`, empty for UNKNOWN. `confidence` is that the first passage answers the question."""

    verdict: Verdict
    language: str
    text: str
    passages: tuple[Passage, ...]
    confidence: float
    version: str
    written: bool = False
    """Whether a language model put the passages into the customer's words; else `text` is quoted."""

    def to_json(self) -> dict[str, Any]:
        passages = [[p.collection.value, p.document, p.title, p.section, p.text] for p in self.passages]
        plain = {"verdict": self.verdict.value, "language": self.language, "text": self.text, "passages": passages}
        return plain | {"confidence": self.confidence, "version": self.version, "written": self.written}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Answer:
        """Raises LookupError, TypeError or ValueError for what another version wrote."""
        passages = tuple(Passage(Collection(collection), *rest) for collection, *rest in raw["passages"])
        verdict = Verdict(raw["verdict"])
        return cls(verdict, raw["language"], raw["text"], passages, raw["confidence"], raw["version"], raw["written"])
