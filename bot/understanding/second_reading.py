"""A second reading of the same tokens, by rules in order: what it takes otherwise needs a YES (agreement.py).

It writes nothing itself. The weights of the first reading were learnt on some trades and are now and then sure of something wrong
in another; these rules go wrong elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.understanding.asides import accounted
from bot.understanding.effects import effects
from bot.understanding.elements import find_elements
from bot.understanding.findings import Read, odd_days, silence, spoken, told_of_the_past
from bot.understanding.intent import Question, QuestionReason
from bot.understanding.message_facts import Facts
from bot.understanding.readings import reading_of
from bot.understanding.resolve import Quoter, Resolver
from bot.understanding.shapes import explained
from bot.understanding.spans import Cue, Kind, Mention, Quantity
from bot.understanding.story import tell
from bot.understanding.talk import hush
from bot.understanding.told import without_told
from bot.understanding.wished_steps import Story
from bot.understanding.wishes import wanted
from bot.understanding.words_left_over import TokenUse, roles_of

MAX_NODES = 260


def read_by_rules(first: Facts, text: str, now: datetime) -> Read | None:
    """What the rules make of the message that `first` was found in; None when there is too much in it."""
    facts = _facts(first)
    if facts is None:
        return None
    hush(facts)
    facts, left = accounted(facts, _uses(facts), first.told)
    odd = odd_days(facts)
    doubts = (*left, *(day.text for day in odd), *told_of_the_past(facts))
    intent = effects(reading_of(facts, text, doubts, now.date()), facts.context, facts.index, now)
    return Read(replace(intent, odd_day=next(iter(odd), intent.odd_day)), facts)


def _facts(first: Facts) -> Facts | None:
    tokens, index, context = first.tokens, first.index, first.context
    elements = find_elements(tokens, {at for day in first.days for at in range(day.start, day.end)}, index)
    if sum(e.kind in (Kind.MENTION, Kind.QUANTITY) for e in elements) > MAX_NODES:
        return None
    state = context.draft or context.last_order
    known = [sku for sku, _ in state.lines] if state is not None else []
    quoter = Quoter(tokens, first.folded)
    kept = without_told(elements, tokens, first.cues)
    story = tell(kept, Resolver(index, quoter), known, answering=bool(context.pending))
    story.past = len(kept) < len(elements)
    wanted_by = {id(element) for element in kept}
    story.told |= {e.start for e in elements if id(e) not in wanted_by}
    story.unplaced = _unplaced(story, quoter)
    silence(story, tokens, elements, first.cues)
    return Facts(
        first.folded, tokens, first.days, elements, story, first.cues, context, index, first.asked_day
    )  # fmt: skip


def _unplaced(story: Story, quoter: Quoter) -> list[Question]:
    """An amount in cartons that belongs to nothing named may be an order half understood."""
    if not story.edits:
        return []
    return [
        Question(quoter.of(q), QuestionReason.UNKNOWN, (), q.value, q.unit.split("|")[0] if q.unit else None)
        for q in story.loose
        if q.value is not None or q.odd
    ]


def _uses(facts: Facts) -> list[TokenUse]:
    return roles_of(facts.tokens, _used(facts), spoken(facts), facts.index)


def _used(facts: Facts) -> set[int]:
    """The tokens that the reading uses: days, goods, amounts that count or were put right, and the words of change."""
    used = {at for day in facts.days if day.past or day.day for at in range(day.start, day.end)}
    edits = [*facts.story.edits, *(e.swapped_for for e in facts.story.edits if e.swapped_for)]
    counted = {at for e in edits if e.quantity for at in range(e.quantity.start, e.quantity.end)}
    counted |= {e.said.at for e in edits} | {q.start for q in facts.story.loose} | facts.story.told
    counted |= {e.end for e in facts.elements if isinstance(e, Cue) and "negate" in e.roles}
    mended = any(e.corrected for e in edits)
    asked = {e.mention.start for e in edits if e.mention and isinstance(e.outcome, Question) and wanted(e)}
    for element in facts.elements:
        if isinstance(element, Mention):
            if not element.unknown or element.start in asked:
                used.update(range(element.start, element.end))
        elif not isinstance(element, Quantity) or element.start in counted or element.loose or mended:
            used.update(range(element.start, element.end))
    return used | explained(facts.tokens, facts.index)
