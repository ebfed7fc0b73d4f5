"""Everything the first stages found out about one message, for the later ones to decide on."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

from bot.catalog.index import CatalogIndex
from bot.language.folding import Folded
from bot.language.tokeniser import Token
from bot.understanding.cues import Cues
from bot.understanding.dates_in_words import Day
from bot.understanding.intent import Context, Line
from bot.understanding.spans import Element
from bot.understanding.wished_steps import Story


@dataclass(frozen=True, slots=True)
class Facts:
    """One message as the first stages see it."""

    folded: Folded
    tokens: list[Token]
    days: list[Day]
    elements: list[Element]
    story: Story
    cues: Cues
    context: Context
    index: CatalogIndex
    asked_day: date | None
    left: frozenset[int] = frozenset()
    """Places of tokens that the reading passes over without a reason."""
    asides: frozenset[int] = frozenset()
    """Places of left-over words that only tell something; they stand in the notes."""
    told: frozenset[int] = frozenset()
    """Places of the clauses that only tell something, with all their words."""

    @property
    def has_lines(self) -> bool:
        return any(isinstance(edit.outcome, Line) and edit.op != "remove" for edit in self.story.edits)

    @property
    def open_order(self) -> bool:
        """A placed order that can still be changed."""
        last = self.context.last_order
        return last is not None and last.is_open

    def says(self, *roles: str) -> bool:
        """Whether a cue of one of these roles was said outside of the clauses that only tell something."""
        if not self.told:
            return self.cues.has(*roles)
        starts = [token.start for token in self.tokens]
        spoken = (place for role, place in self.cues.places if role in roles)
        return any(bisect_right(starts, place) - 1 not in self.told for place in spoken)
