"""What a message asks for, step by step: goods to take, change or take out, each with the amount said for it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.understanding.intent import Line, Question
from bot.understanding.resolve import Said
from bot.understanding.spans import Mention, Quantity


@dataclass(slots=True)
class Edit:
    """One step: `op` is add, set, sub, remove, swap, double, halve, or None for a plain wish."""

    op: str | None
    mention: Mention | None
    said: Said
    quantity: Quantity | None = None
    outcome: Line | Question | None = None
    negated: bool = False
    corrected: bool = False
    chatter: bool = False
    """Said in a sentence that speaks to the machine, not of goods."""
    joined: bool = False
    """An "and" stands before it: it is wanted beside what was named before."""
    swapped_for: Edit | None = None
    """Of a swap: what replaces the mention."""


@dataclass(slots=True)
class Story:
    """The steps of a message, and quantities that belong to nothing in it."""

    edits: list[Edit] = field(default_factory=list)
    loose: list[Quantity] = field(default_factory=list)
    """Quantities without goods: an answer, a correction of the draft, or a doubt."""
    unplaced: list[Question] = field(default_factory=list)
    """Amounts with a unit that no goods could be found for."""
    told: set[int] = field(default_factory=set)
    """Where elements begin that are only told of: what is there, what came, totals."""
    past: bool = False
    """Amounts only told of were left out before."""

    @property
    def lines(self) -> list[Line]:
        return [edit.outcome for edit in self.edits if isinstance(edit.outcome, Line) and edit.op != "remove"]
