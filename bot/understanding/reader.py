"""Reads one message: words in, an Intent out. Pure, deterministic, never raises, linear in the length of the text.

The stages, each a module of its own: text (fold), scan and tokens, when (days), elements, pairing, story and resolve
(goods and amounts), cues, kinds (what the message is), then readings and effects (what that does to the order).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from bot.catalog.index import CatalogIndex
from bot.language import scan
from bot.language.folding import MAX_CHARS, fold
from bot.language.regions import find_regions
from bot.language.tokeniser import Token
from bot.understanding.accounting import left_over, roles_of
from bot.understanding.agreement import agreed
from bot.understanding.cues import Cues, find_cues
from bot.understanding.dates_in_words import Day, find_days
from bot.understanding.effects import effects
from bot.understanding.elements import find_elements
from bot.understanding.facts import Facts
from bot.understanding.intent import (
    Context,
    Intent,
    IntentKind,
    Line,
    OddDay,
    Question,
    QuestionReason,
)
from bot.understanding.reading.second import second_reading
from bot.understanding.readings import reading_of
from bot.understanding.resolve import Quoter, Resolver
from bot.understanding.shapes import explained
from bot.understanding.spans import STRONG, Break, Cue, Element, Kind, Mention, Quantity
from bot.understanding.story import Story, tell
from bot.understanding.told import without_told
from bot.understanding.uncounted import typed
from bot.understanding.wishes import wanted

MAX_TWICE = 600
"""Longer messages, in tokens, are read once."""
MAX_NODES = 260
"""Goods and amounts in one message: more than MAX_LINE_ITEMS lines hold. Longer lists are asked for in parts."""


def understand(
    text: str, index: CatalogIndex, context: Context, now: datetime, *, outlet_id: str | None = None
) -> Intent:
    """What `text` means to this outlet at `now` (aware; its date is the day words count from)."""
    if len(text) > MAX_CHARS:
        return _too_long(text)
    facts = look(text, index.for_outlet(outlet_id), context, now.date())
    if facts is None:
        return _too_long(text)
    first = effects(reading_of(facts, text, _doubts(facts)), context, facts.index, now)
    read_twice = first.kind is IntentKind.ORDER_CREATE and len(facts.tokens) <= MAX_TWICE
    intent = agreed(first, second_reading(facts, text, now)) if read_twice else first
    return replace(intent, odd_day=next(iter(_odd_days(facts)), None))


def look(text: str, index: CatalogIndex, context: Context, today: date) -> Facts | None:
    """The first stages: what stands in the message, before deciding what it is. None when there is too much in it."""
    folded = fold(text)
    pieces = list(scan.pieces(folded.text, find_regions(folded)))
    tokens = typed(index.read(folded.text, pieces), index)
    days = find_days(tokens, today)
    skip = {at for day in days for at in range(day.start, day.end)}
    elements = find_elements(tokens, skip, index)
    if sum(e.kind in (Kind.MENTION, Kind.QUANTITY) for e in elements) > MAX_NODES:
        return None
    state = context.draft or context.last_order
    known = [sku for sku, _ in state.lines] if state is not None else []
    quoter = Quoter(tokens, folded)
    named = [range(token.start, token.end) for token in tokens if token.names or _asks_the_driver(token)]
    cues = find_cues([piece for piece in pieces if not any(piece.start in span for span in named)])
    wanted = without_told(elements, tokens, cues)
    story = tell(wanted, Resolver(index, quoter), known, answering=bool(context.pending))
    story.past = len(wanted) < len(elements)
    kept = {id(element) for element in wanted}
    story.told |= {e.start for e in elements if id(e) not in kept}
    story.unplaced = _unplaced(story, quoter)
    _silence(story, tokens, elements, cues)
    return Facts(folded, tokens, days, elements, story, cues, context, index, _asked_day(days, elements))


def _asks_the_driver(token: Token) -> bool:
    """ "call me when arrive" asks nobody when it arrives."""
    return token.has("note") and len(token.text.split()) > 1


def _unplaced(story: Story, quoter: Quoter) -> list[Question]:
    """An amount in cartons that belongs to nothing named may be an order half understood."""
    if not story.edits:
        return []
    return [
        Question(quoter.of(q), QuestionReason.UNKNOWN, (), q.value, q.unit.split("|")[0] if q.unit else None)
        for q in story.loose
        if q.value is not None or q.odd
    ]


def _silence(story: Story, tokens: list[Token], elements: list[Element], cues: Cues) -> None:
    """In a sentence that gives the machine orders, only goods that are certain count; the rest asks nothing."""
    ends = [tokens[e.start].start for e in elements if isinstance(e, Break) and e.strength >= STRONG]
    attacked = {sum(end <= at for end in ends) for at in cues.attacks}
    for edit in story.edits:
        if edit.mention is not None and not isinstance(edit.outcome, Line):
            edit.chatter |= sum(end <= tokens[edit.mention.start].start for end in ends) in attacked


def _doubts(facts: Facts) -> tuple[str, ...]:
    """The customer's words that this reading does not account for."""
    roles = roles_of(facts.tokens, _used(facts), _spoken(facts), facts.index)
    return (
        left_over(facts.tokens, roles, facts.folded)
        + tuple(day.text for day in _odd_days(facts))
        + _told_of_the_past(facts)
    )


def _told_of_the_past(facts: Facts) -> tuple[str, ...]:
    """ "5 ctn liner last week": what ends so may be a report of what was had, and no wish."""
    text = facts.folded.text.rstrip(" .!")
    if facts.cues.has("repeat") or any(token.has("past_verb") for token in facts.tokens):
        return ()
    return tuple(phrase for role, phrase in facts.cues.phrases if role == "past" and text.endswith(" " + phrase))[:1]


def _odd_days(facts: Facts) -> tuple[OddDay, ...]:
    """The days that were asked for and cannot simply be taken, where no other is asked for as clearly."""
    negated = {e.end for e in facts.elements if isinstance(e, Cue) and "negate" in e.roles}
    certain = max((day.weight for day in facts.days if day.day is not None and day.doubt is None), default=0)
    tokens = facts.tokens
    return tuple(
        OddDay(facts.folded.quote(tokens[d.start].start, tokens[d.end - 1].end), d.doubt, d.suggestion or d.day)
        for d in facts.days
        if d.doubt is not None and d.weight > certain and d.start not in negated
    )


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


def _spoken(facts: Facts) -> set[int]:
    letters = {at for start, end in facts.cues.spans for at in range(start, end)}
    return {at for at, token in enumerate(facts.tokens) if token.start in letters}


def _asked_day(days: list[Day], elements: list[Element]) -> date | None:
    """The day asked for: not one of the past nor one said not to be meant; after a correction the later one."""
    negated = {e.end for e in elements if isinstance(e, Cue) and "negate" in e.roles}
    asked = [day for day in days if day.day is not None and day.weight and day.start not in negated]
    if not asked:
        return None
    corrections = [e.start for e in elements if isinstance(e, Cue) and "correct" in e.roles]
    later = [day for day in asked[1:] if any(asked[0].end <= at <= day.start for at in corrections)]
    return later[-1].day if later else max(asked, key=lambda day: day.weight).day


def _too_long(text: str) -> Intent:
    question = Question(text[:80], QuestionReason.QUANTITY)
    return Intent(IntentKind.ORDER_CREATE, 0.2, questions=(question,))
