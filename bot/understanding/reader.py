"""Reads one message: words in, an Intent out. Pure, deterministic, never raises, linear in the length of the text.

The stages, each a module of its own: text (fold), scan and tokens, when (days), elements, pairing, story and resolve
(goods and amounts), cues, kinds (what the message is), then changes and answers (what that does to the order).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from bot.catalog.index import CatalogIndex
from bot.catalog.match import headed
from bot.language import scan
from bot.language.detect import language_of
from bot.language.folding import MAX_CHARS, fold
from bot.language.regions import find_regions
from bot.language.tokens import Token
from bot.understanding.accounting import left_over, roles_of
from bot.understanding.answers import Answered, answer
from bot.understanding.changes import Changed, basket_lines, change, change_nameless, wanted
from bot.understanding.cues import Cues, find_cues
from bot.understanding.elements import find_elements
from bot.understanding.facts import Facts
from bot.understanding.intent import (
    Basket,
    Change,
    ChangeOp,
    Context,
    Intent,
    IntentKind,
    Line,
    Question,
    QuestionReason,
)
from bot.understanding.kinds import AGAINST, ORDER, Ranked, rank
from bot.understanding.notes import notes_of
from bot.understanding.resolve import Quoter, Resolver
from bot.understanding.shapes import explained
from bot.understanding.spans import STRONG, Break, Cue, Element, Kind, Mention, Quantity
from bot.understanding.story import Story, tell
from bot.understanding.told import without_told
from bot.understanding.when import Day, find_days

MAX_NODES = 260
"""Goods and amounts in one message: more than MAX_LINE_ITEMS lines hold. Longer lists are asked for in parts."""
INQUIRIES = (IntentKind.INQUIRY_PRODUCT, IntentKind.INQUIRY_PRICE)
ACTS = (IntentKind.ORDER_CONFIRM, IntentKind.ORDER_CANCEL)
ACT = 0.1
"""Less likely than this nothing is accepted or dropped, not even for want of a better reading."""
DOUBT = 0.7
"""An order less certain than this needs a YES; chosen on the risk-coverage curve (docs/understanding.md)."""


def understand(
    text: str, index: CatalogIndex, context: Context, now: datetime, *, outlet_id: str | None = None
) -> Intent:
    """What `text` means to this outlet at `now` (aware; its date is the day words count from)."""
    if len(text) > MAX_CHARS:
        return _too_long(text)
    facts = look(text, index.for_outlet(outlet_id), context, now.date())
    if facts is None:
        return _too_long(text)
    return decide(facts, rank(facts))


def look(text: str, index: CatalogIndex, context: Context, today: date) -> Facts | None:
    """The first stages: what stands in the message, before deciding what it is. None when there is too much in it."""
    folded = fold(text)
    pieces = list(scan.pieces(folded.text, find_regions(folded)))
    tokens = index.tokeniser.read(folded.text, index.mend, pieces)
    days = find_days(tokens, today)
    skip = {at for day in days for at in range(day.start, day.end)}
    elements = find_elements(tokens, skip, index)
    if sum(e.kind in (Kind.MENTION, Kind.QUANTITY) for e in elements) > MAX_NODES:
        return None
    state = context.draft or context.last_order
    known = [sku for sku, _ in state.lines] if state is not None else []
    quoter = Quoter(tokens, folded)
    cues = find_cues(pieces)
    wanted = without_told(elements, tokens, cues)
    story = tell(wanted, Resolver(index, quoter), known, answering=bool(context.pending))
    story.past = len(wanted) < len(elements)
    kept = {id(element) for element in wanted}
    story.told |= {e.start for e in elements if id(e) not in kept}
    story.unplaced = _unplaced(story, quoter)
    _silence(story, tokens, elements, cues)
    return Facts(folded, tokens, days, elements, story, cues, context, index, _asked_day(days, elements))


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


def decide(facts: Facts, ranked: Ranked) -> Intent:
    """The likeliest reading that holds together."""
    for kind, confidence in ranked.order:
        intent = _as_kind(kind, confidence, facts)
        if intent is not None:
            return intent
    return _plain(IntentKind.OTHER, 0.3, facts)


def _as_kind(kind: str, confidence: float, facts: Facts) -> Intent | None:
    if kind == ORDER:
        return _order(facts, confidence)
    if kind == IntentKind.ORDER_REPEAT:
        return _repeat(facts, confidence)
    if confidence < ACT and kind in ACTS:
        return None
    if kind == IntentKind.ORDER_CANCEL and _takes_goods_out(facts):
        return None
    return _plain(IntentKind(kind), confidence, facts)


def _takes_goods_out(facts: Facts) -> bool:
    """ "no rice then": without some goods, known or not, an order is changed and never dropped."""
    negations = {element.text for element in facts.elements if isinstance(element, Cue) and "negate" in element.roles}
    cancels = {phrase for role, phrase in facts.cues.phrases if role == "cancel_all"}
    return any(edit.negated for edit in facts.story.edits) and cancels <= negations


def _plain(kind: IntentKind, confidence: float, facts: Facts) -> Intent:
    spoken_of = tuple(_spoken_of(facts)) if kind in INQUIRIES else ()
    return Intent(kind, confidence, questions=spoken_of, language=language_of(facts.tokens))


def _spoken_of(facts: Facts) -> Iterator[Question]:
    """The goods that an inquiry names, as questions nobody has to answer: it orders none of them."""
    for edit in facts.story.edits:
        if isinstance(edit.outcome, Line):
            yield Question(edit.outcome.text, QuestionReason.QUANTITY, (edit.outcome.sku,))
        elif edit.outcome is not None and edit.outcome.candidates:
            reason = QuestionReason.AMBIGUOUS if len(edit.outcome.candidates) > 1 else QuestionReason.QUANTITY
            yield replace(edit.outcome, reason=reason)


# -- orders


def _order(facts: Facts, confidence: float) -> Intent | None:
    context = facts.context
    if context.pending:
        held = [sku for sku, _ in context.draft.lines] if context.draft is not None else []
        answered = answer(context.pending, facts.story, facts.cues, facts.index, facts.tokens, held)
        if answered.hit:
            return _answered(facts, answered, confidence)
    if context.draft is not None:
        return _amend(facts, context.draft, ChangeOp.SET, confidence)
    if context.last_order is not None and facts.open_order and _speaks_of_last(facts):
        named = any(token.kind == scan.REFERENCE for token in facts.tokens)
        return _amend(facts, context.last_order, ChangeOp.SET if named else ChangeOp.ADD, confidence)
    return _create(facts, confidence)


def _create(facts: Facts, confidence: float) -> Intent | None:
    changed = change(None, facts.story, plain_wish=ChangeOp.ADD)
    lines = tuple(changed.lines.values())
    if not lines and not changed.questions:
        changed.questions += _unnamed(facts)
    if not lines and not changed.questions:
        return None
    return _intent(IntentKind.ORDER_CREATE, facts, confidence, lines, (), changed.questions)


def _unnamed(facts: Facts) -> list[Question]:
    """ "I need 10 boxes" of a catalog that has boxes of many kinds: the unit is all that was said of the goods."""
    loose = facts.story.loose
    if facts.story.edits or len(loose) != 1 or loose[0].unit is None or loose[0].value is None:
        return []
    if facts.cues.has("attack", *AGAINST) or _of_old(facts.tokens, loose[0]):
        return []
    skus = tuple(sku for unit in loose[0].unit.split("|") for sku in headed(facts.index, unit))
    text = Quoter(facts.tokens, facts.folded).of(loose[0])
    return [Question(text, QuestionReason.AMBIGUOUS, skus, loose[0].value)] if skus else []


def _of_old(tokens: list[Token], amount: Quantity) -> bool:
    """ "the 6 kegs", "those 6 kegs": goods that are there already."""
    return amount.start > 0 and tokens[amount.start - 1].text in ("the", "these", "those", "my", "our")


def _amend(facts: Facts, basket: Basket, plain_wish: ChangeOp, confidence: float) -> Intent | None:
    changed = _nameless(facts, basket) or change(
        basket, facts.story, plain_wish=plain_wish, beside=facts.asked_day is not None
    )
    if not changed.changes and not changed.questions and facts.asked_day is None and not _takes_back(facts):
        return None
    return _intent(IntentKind.ORDER_AMEND, facts, confidence, _lines(changed), changed.changes, changed.questions)


def _takes_back(facts: Facts) -> bool:
    """Goods are taken back that the order does not hold: it stays as it is, and that is the answer."""
    return any(edit.op == "remove" and edit.outcome is not None and _names(edit.outcome) for edit in facts.story.edits)


def _names(outcome: Line | Question) -> bool:
    return isinstance(outcome, Line) or (len(outcome.candidates) > 0 and outcome.reason is not QuestionReason.UNKNOWN)


def _nameless(facts: Facts, basket: Basket) -> Changed | None:
    """What an amount with an operation and no goods does: "make it 300"."""
    loose = facts.story.loose
    if facts.story.edits or facts.context.pending or facts.cues.has("attack"):
        return None
    if len(loose) != 1 or loose[0].op not in ("add", "sub", "set"):
        return None
    return change_nameless(basket, loose[0], Quoter(facts.tokens, facts.folded).of(loose[0]), facts.index)


def _answered(facts: Facts, answered: Answered, confidence: float) -> Intent:
    changed = Changed(basket_lines(facts.context.draft))
    for line in answered.lines:
        changed.put(ChangeOp.ADD, line)
    rest = change(
        Basket(tuple((line.sku, line.quantity) for line in changed.lines.values())),
        _story(answered),
        plain_wish=ChangeOp.ADD,
        beside=True,
    )
    for sku, line in changed.lines.items():
        if sku in rest.lines and rest.lines[sku].quantity == line.quantity:
            rest.lines[sku] = line
    questions = [*answered.questions, *changed.questions, *rest.questions]
    changes = [*changed.changes, *rest.changes]
    return _intent(IntentKind.ORDER_AMEND, facts, confidence, _lines(rest), changes, questions)


def _story(answered: Answered) -> Story:
    return Story(edits=answered.others)


def _repeat(facts: Facts, confidence: float) -> Intent | None:
    basket = facts.context.last_order or facts.context.draft
    if basket is None:
        question = Question(facts.folded.source.strip(), QuestionReason.NO_HISTORY)
        return _intent(IntentKind.ORDER_REPEAT, facts, confidence, (), (), [question])
    changed = change(basket, facts.story, plain_wish=ChangeOp.SET)
    return _intent(IntentKind.ORDER_REPEAT, facts, confidence, _lines(changed), changed.changes, changed.questions)


def _lines(changed: Changed) -> tuple[Line, ...]:
    return tuple(changed.lines.values())


def _speaks_of_last(facts: Facts) -> bool:
    """ "add ... to my order", "change", "move it to Friday": the order that is placed, not a new one."""
    if any(edit.op is not None or edit.corrected for edit in facts.story.edits):
        return True
    if any(amount.op is not None for amount in facts.story.loose):
        return True
    if any(token.kind == scan.REFERENCE for token in facts.tokens):
        return True
    last = facts.context.last_order
    adds = any(isinstance(e, Cue) and e.roles.get("op") == "add" for e in facts.elements)
    if adds and last is not None and facts.asked_day is not None and facts.asked_day == last.delivery_date:
        return True
    return not facts.story.edits and facts.asked_day is not None


def _intent(
    kind: IntentKind,
    facts: Facts,
    confidence: float,
    lines: tuple[Line, ...],
    changes: list[Change] | tuple[Change, ...],
    questions: list[Question],
) -> Intent:
    doubts = _doubts(facts) if lines else ()
    return Intent(
        kind=kind,
        confidence=confidence,
        lines=lines,
        changes=tuple(changes),
        questions=tuple(questions),
        delivery_date=facts.asked_day,
        notes=notes_of(facts),
        language=language_of(facts.tokens),
        doubtful=bool(lines) and (confidence < DOUBT or bool(doubts)),
        doubts=doubts,
        leftover=tuple(word for edit in facts.story.edits if edit.mention for word in edit.mention.unknown),
    )


def _doubts(facts: Facts) -> tuple[str, ...]:
    """The customer's words that this reading does not account for."""
    roles = roles_of(facts.tokens, _used(facts), _spoken(facts), facts.index)
    return left_over(facts.tokens, roles, facts.folded)


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
    return {at for at, token in enumerate(facts.tokens) if any(s <= token.start < e for s, e in facts.cues.spans)}


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
