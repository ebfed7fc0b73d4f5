"""Reads one message: words in, an Intent out. Pure, deterministic, never raises, linear in the length of the text.

The way of a message, each step a module or a folder of its own: folding, scan and tokens (bot/language), days (when), what the
words allow (reading/lattice), the best readings (reading/decode), what they ask for (reading/meaning), the statements (readings),
what the message is (kinds), and what all that does to the orders of the conversation (effects).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from bot.catalog.index import CatalogIndex
from bot.language import scan
from bot.language.folding import MAX_CHARS, Folded, fold
from bot.language.regions import find_regions
from bot.language.scripts import is_unspaced
from bot.language.tokeniser import SIZE, Token
from bot.understanding.asides import accounted
from bot.understanding.cues import Cues, find_cues
from bot.understanding.dates_in_words import Day, find_days
from bot.understanding.effects import effects
from bot.understanding.findings import Read, days_asked_about, odd_days, silence, spoken, told_of_the_past
from bot.understanding.intent import Context, Intent, IntentKind, Line, Question, QuestionReason
from bot.understanding.message_facts import Facts
from bot.understanding.reading.decode import Derivation, decode
from bot.understanding.reading.find import elements_of, lattice_of, left_by, rival_of, weights
from bot.understanding.reading.lattice import Lattice
from bot.understanding.reading.matching import Matching
from bot.understanding.reading.meaning import told
from bot.understanding.readings import reading_of
from bot.understanding.reasons import stretches
from bot.understanding.resolve import Quoter, Resolver
from bot.understanding.spans import Cue, Element
from bot.understanding.talk import hush
from bot.understanding.uncounted import typed
from bot.understanding.wished_steps import Edit, Story
from bot.understanding.wishes import wanted
from bot.understanding.words_left_over import TokenUse, roles_of

NEW = "new"
"""Nothing is open: neither a draft nor a question nor a placed order."""
NEAR = 0.1
"""A reading whose score is this close to the best one, and that asks for something else, makes it unsure."""
MAX_NODES = 260
"""Numbers in one message: more than MAX_LINE_ITEMS lines hold. Longer lists are asked for in parts."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What stands in a message, before anything is decided: its tokens, days and cues, and all that they allow."""

    folded: Folded
    tokens: list[Token]
    days: list[Day]
    cues: Cues
    context: Context
    lattice: Lattice
    matching: Matching


def understand(
    text: str, index: CatalogIndex, context: Context, now: datetime, *, outlet_id: str | None = None
) -> Intent:
    """What `text` means to this outlet at `now` (aware; its date is the day words count from)."""
    found = read(text, index, context, now, outlet_id=outlet_id)
    return found.intent if found is not None else _too_long(text)


def read(
    text: str, index: CatalogIndex, context: Context, now: datetime, *, outlet_id: str | None = None
) -> Read | None:
    """What `text` means, and the findings that say so; None where there is too much in it."""
    seen = sight(text, index.for_outlet(outlet_id), context, now.date()) if len(text) <= MAX_CHARS else None
    if seen is None:
        return None
    return meant(seen, decode(seen.lattice, seen.matching, weights()), text, now)


def sight(text: str, index: CatalogIndex, context: Context, today: date) -> Sight | None:
    """What the message may be made of. None when there is too much in it."""
    folded = fold(text)
    pieces = list(scan.pieces(folded.text, find_regions(folded)))
    tokens = typed(index.read(folded.text, pieces), index)
    if sum(token.kind in (scan.NUMBER, SIZE) for token in tokens) > MAX_NODES:
        return None
    goods = _goods_in_two_words(tokens, index)
    named = [range(t.start, t.end) for t in (*goods, *(t for t in tokens if t.names or _asks_the_driver(t)))]
    cues = find_cues([piece for piece in pieces if not any(piece.start in span for span in named)])
    days = find_days(tokens, today)
    resolver = Resolver(index, Quoter(tokens, folded))
    lattice, matching = lattice_of(tokens, days, cues, resolver, context)
    return Sight(folded, tokens, days, cues, context, lattice, matching)


def meant(seen: Sight, found: Sequence[Derivation], text: str, now: datetime) -> Read:
    """What the best derivation makes of the message; one near it that asks for something else makes that unsure."""
    facts = facts_of(seen, found[0])
    hush(facts)
    facts, left = accounted(facts, _uses(facts))
    facts = replace(facts, asked_day=_asked_day(_wished(facts, now.date()), facts.elements))
    odd = odd_days(facts)
    doubts = (
        *left, *(day.text for day in odd), *told_of_the_past(facts), *_said_twice(facts),
        *_rivals(seen, found),
    )  # fmt: skip
    intent = effects(reading_of(facts, text, doubts, now.date()), seen.context, facts.index, now)
    return Read(replace(intent, odd_day=next(iter(odd), intent.odd_day)), facts)


def facts_of(seen: Sight, derivation: Derivation) -> Facts:
    """The findings of one derivation."""
    state = seen.context.draft or seen.context.last_order
    known = [sku for sku, _ in state.lines] if state is not None else []
    resolver = seen.matching.resolver
    elements = elements_of(derivation, seen.tokens, seen.days, seen.lattice)
    story = told(derivation.items, resolver, known)
    story.unplaced = _unplaced(story, resolver.quote)
    story.past = bool(seen.lattice.told)
    silence(story, seen.tokens, elements, seen.cues)
    return Facts(
        seen.folded, seen.tokens, seen.days, elements, story, seen.cues, seen.context, resolver.index,
        _asked_day(seen.days, elements), left_by(derivation, seen.lattice),
    )  # fmt: skip


def _goods_in_two_words(tokens: Sequence[Token], index: CatalogIndex) -> list[Token]:
    """The first words of "wet wipes": before another word of the same name it says what goods, and not how they are."""
    spaced = (
        pair for pair in pairwise(tokens) if not any(is_unspaced(token.text) for token in pair)
    )  # 香米什么价: one run, and a question in it
    known = (pair for pair in spaced if all(index.knows(token.word) for token in pair))
    return [one for one, other in known if one.word != other.word and index.holding((one.word, other.word))]


def _asks_the_driver(token: Token) -> bool:
    """ "call me when arrive" asks nobody when it arrives."""
    return token.has("note") and len(token.text.split()) > 1


def _unplaced(story: Story, quoter: Quoter) -> list[Question]:
    """An amount in cartons that belongs to nothing named may be an order half understood."""
    if not story.edits:
        return []
    return [
        Question(quoter.of(q), QuestionReason.UNKNOWN, (), q.value, q.unit.split("|")[0])
        for q in story.loose
        if q.unit is not None and (q.value is not None or q.odd)
    ]


def _uses(facts: Facts) -> list[TokenUse]:
    return roles_of(facts.tokens, _used(facts), spoken(facts), facts.index)


def _used(facts: Facts) -> set[int]:
    """The tokens that the reading uses: all but those it passes over, and goods that it neither takes nor asks about."""
    used = set(range(len(facts.tokens))) - facts.left
    asked = days_asked_about(facts)  # its own question, and no words left over
    used |= {at for day in asked for at in range(day.start, day.end)}
    lost = (day for day in facts.days if not (day.past or day.day or day in asked))
    used -= {at for day in lost for at in range(day.start, day.end)}
    if facts.story.edits and not (facts.context.pending or facts.context.draft or facts.context.last_order):
        used -= {at for q in facts.story.loose if q.unit is None for at in range(q.start, q.end)}
    if facts.context.pending:
        used |= {
            at
            for at, token in enumerate(facts.tokens)
            if facts.index.knows(token.word) or token.has("attribute") or token.kind == scan.ORDINAL
        }
    answers = bool(facts.context.pending)
    idle = [e.mention for e in facts.story.edits if e.mention and _idle(e) and not (answers and e.mention.words)]
    return used - {at for mention in idle for at in range(mention.start, mention.end)}


def _idle(edit: Edit) -> bool:
    """Goods that are neither taken, nor taken out, nor asked about."""
    if edit.mention is not None and edit.mention.modifier and edit.mention.words:
        return False
    if edit.mention is not None and not edit.mention.words and edit.said.at < 0:
        return True  # "we have no zibbets"
    return edit.op != "remove" and not isinstance(edit.outcome, Line) and not wanted(edit)


def _said_twice(facts: Facts) -> Iterator[str]:
    """The words of a second amount of the same goods, which nothing joins to the first or puts in its place."""
    seen: set[str] = set()
    for edit in facts.story.edits:
        if isinstance(edit.outcome, Line) and edit.op is None:
            if edit.outcome.sku in seen:
                yield edit.outcome.text
            seen.add(edit.outcome.sku)


def _rivals(seen: Sight, found: Sequence[Derivation]) -> Iterator[str]:
    """The words that a near reading takes otherwise."""
    span = rival_of(found, seen.matching, NEAR) if seen.lattice.context == NEW else None
    if span is not None:
        yield seen.folded.quote(seen.tokens[span[0]].start, seen.tokens[span[1] - 1].end)


def _wished(facts: Facts, today: date) -> list[Day]:
    """The days without a "today" of which something is only told: "today the queue is crazy"."""
    aside = {at for run in stretches(facts.tokens) if not facts.asides.isdisjoint(run) for at in run}
    return [day for day in facts.days if day.day != today or day.start not in facts.told & aside]


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
