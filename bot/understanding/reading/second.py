"""A second reading of the same tokens, by other means: the best derivation of the lattice, and what it does to the orders.

The first reader decides by rules in order, this one by weights learnt over all that the words allow. Where both come to the same
effect it is very probably right; where they differ, nothing is placed without a YES (agreement.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.understanding.accounting import left_over, roles_of
from bot.understanding.effects import effects
from bot.understanding.facts import Facts
from bot.understanding.intent import Intent, Line, Question, QuestionReason
from bot.understanding.reading.decode import Derivation, decode
from bot.understanding.reading.find import elements_of, lattice_of, left_by, weights
from bot.understanding.reading.lattice import Lattice
from bot.understanding.reading.matching import Matching
from bot.understanding.reading.meaning import told
from bot.understanding.readings import reading_of
from bot.understanding.resolve import Quoter, Resolver
from bot.understanding.story import Edit, Story
from bot.understanding.wishes import wanted


@dataclass(frozen=True, slots=True)
class Sight:
    """What the words of a message allow, beside what the first stages found in it."""

    facts: Facts
    lattice: Lattice
    matching: Matching


def sight(facts: Facts) -> Sight:
    """The lattice over the tokens of the first reading."""
    resolver = Resolver(facts.index, Quoter(facts.tokens, facts.folded))
    return Sight(facts, *lattice_of(facts.tokens, facts.days, facts.cues, resolver, facts.context))


def second_reading(facts: Facts, text: str, now: datetime) -> Intent:
    """What the best derivation makes of the message."""
    seen = sight(facts)
    return meant(seen, decode(seen.lattice, seen.matching, weights())[0], text, now)


def meant(seen: Sight, derivation: Derivation, text: str, now: datetime) -> Intent:
    """What one derivation makes of the message."""
    found = _facts_of(seen, derivation)
    left = left_by(derivation, seen.lattice)
    reading = reading_of(found, text, (*_doubts(found, left), *_said_twice(found)))
    return effects(reading, found.context, found.index, now)


def _facts_of(seen: Sight, derivation: Derivation) -> Facts:
    """The findings of one derivation, in place of those of the rules."""
    old, context = seen.facts, seen.facts.context
    state = context.draft or context.last_order
    known = [sku for sku, _ in state.lines] if state is not None else []
    story = told(derivation.items, seen.matching.resolver, known)
    story.unplaced = _unplaced(story, seen.matching.resolver.quote)
    elements = elements_of(derivation, old.tokens, old.days)
    return Facts(
        old.folded, old.tokens, old.days, elements, story, old.cues, context, old.index, old.asked_day
    )  # fmt: skip


def _unplaced(story: Story, quoter: Quoter) -> list[Question]:
    """An amount in cartons that belongs to nothing named may be an order half understood."""
    if not story.edits:
        return []
    return [
        Question(quoter.of(q), QuestionReason.UNKNOWN, (), q.value, q.unit.split("|")[0])
        for q in story.loose
        if q.unit is not None
    ]


def _doubts(found: Facts, left: frozenset[int]) -> tuple[str, ...]:
    """The customer's words that the derivation does not account for."""
    used = set(range(len(found.tokens))) - left
    context = found.context
    if found.story.edits and not (context.pending or context.draft or context.last_order):
        used -= {at for q in found.story.loose if q.unit is None for at in range(q.start, q.end)}
    idle = [edit.mention for edit in found.story.edits if edit.mention is not None and _idle(edit)]
    used -= {at for mention in idle for at in range(mention.start, mention.end)}
    spoken = {at for at, t in enumerate(found.tokens) if any(s <= t.start < e for s, e in found.cues.spans)}
    return left_over(found.tokens, roles_of(found.tokens, used, spoken, found.index), found.folded)


def _idle(edit: Edit) -> bool:
    """Goods that are neither taken, nor taken out, nor asked about."""
    return edit.op != "remove" and not isinstance(edit.outcome, Line) and not wanted(edit)


def _said_twice(found: Facts) -> Iterator[str]:
    """The words of a second amount of the same goods, which nothing joins to the first or puts in its place."""
    seen: set[str] = set()
    for edit in found.story.edits:
        if isinstance(edit.outcome, Line) and edit.op is None:
            if edit.outcome.sku in seen:
                yield edit.outcome.text
            seen.add(edit.outcome.sku)
