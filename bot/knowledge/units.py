"""What of a passage is embedded: all of it, its name, and each sentence under that name. The best of them speaks for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.knowledge.chroma import Record
from bot.knowledge.documents import Collection, Passage
from bot.knowledge.sentences import sentences


class Part(StrEnum):
    """Which part of a passage a vector stands for."""

    WHOLE = "whole"
    NAME = "name"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class Unit:
    """One text that gets a vector."""

    passage: Passage
    part: Part
    text: str
    number: int = 0

    @property
    def id(self) -> str:
        digest = hashlib.sha256(f"{self.passage.id}\0{self.part}\0{self.number}".encode()).hexdigest()[:10]
        return f"{self.passage.id}-{digest}"

    @property
    def facts(self) -> Mapping[str, str | int]:
        """All of the passage, so that what is in Chroma suffices to answer."""
        passage = self.passage
        return {
            "document": passage.document,
            "title": passage.title,
            "section": passage.section,
            "body": passage.text,
            "part": self.part.value,
            "number": self.number,
        }


def units_of(passage: Passage) -> tuple[Unit, ...]:
    whole = Unit(passage, Part.WHOLE, f"{passage.name}. {passage.text}")
    name = Unit(passage, Part.NAME, passage.name)
    each = (
        Unit(passage, Part.SENTENCE, f"{passage.name}. {sentence}", number)
        for number, sentence in enumerate(sentences(passage.text), 1)
    )
    return (whole, name, *each)


def unit_of(collection: Collection, record: Record) -> Unit:
    """Back from what Chroma keeps. Raises LookupError or ValueError for a record that is none of ours."""
    facts = record.facts
    words = [str(facts[name]) for name in ("document", "title", "section", "body")]
    return Unit(Passage(collection, *words), Part(str(facts["part"])), record.text, int(facts["number"]))
