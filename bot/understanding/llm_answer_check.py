"""What of a language model's answer is believed: nothing that the text, the rules' own reading and the catalog do not bear out.

A product is only ever put to words that the rules could not explain, the amount stays the one that the rules read, and whatever
is filled in needs the customer's YES. Everything else in the answer is passed over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from rapidfuzz import process

from bot.catalog import units
from bot.catalog.index import CatalogIndex
from bot.catalog.match import nearest
from bot.language.folding import fold
from bot.understanding.gaps import UNSURE, needs_llm
from bot.understanding.intent import Change, ChangeOp, Intent, IntentKind, Line, Question, QuestionReason
from bot.understanding.message_facts import Facts
from bot.understanding.prompts import Found, LlmReading
from bot.understanding.resolve import Quoter, line_or_question, local_unit
from bot.understanding.spans import Element, Kind
from bot.understanding.wished_steps import Edit

MAX_CANDIDATES = 60
MAX_FOUND = 20
"""More lines than this in one answer are no reading of a message with a few unknown words: none of it is believed."""
MAX_OFFERED = 4
FILLED = 0.5
"""The confidence of a line that the LLM found the product for; it is never placed without a YES."""

ORDERS = frozenset({IntentKind.ORDER_CREATE, IntentKind.ORDER_AMEND})
QUIET = frozenset(
    {
        IntentKind.INQUIRY_PRODUCT,
        IntentKind.INQUIRY_PRICE,
        IntentKind.INQUIRY_POLICY,
        IntentKind.ORDER_STATUS,
        IntentKind.GREETING,
        IntentKind.THANKS,
    }
)
"""Readings that change nothing. An unsure one of them may turn out to be another; one that acts or hands over never does."""
ANSWERS = frozenset(
    {
        IntentKind.INQUIRY_PRODUCT,
        IntentKind.INQUIRY_PRICE,
        IntentKind.INQUIRY_POLICY,
        IntentKind.ORDER_STATUS,
        IntentKind.COMPLAINT,
        IntentKind.HUMAN,
    }
)
"""What the LLM may say that such a message is instead; it never cancels, confirms, repeats or opts out."""


def worth_asking(intent: Intent) -> bool:
    """True where the rules left a gap that an answer could fill."""
    if not needs_llm(intent):
        return False
    unsure = intent.kind in QUIET and intent.confidence < UNSURE
    return unsure or (intent.kind in ORDERS and any(_unknown(question) for question in intent.questions))


def candidates(index: CatalogIndex, facts: Facts, intent: Intent) -> dict[str, str]:
    """Names by SKU of the active products to choose from: those asked about, those that share words, then the likest names."""
    found: dict[str, None] = dict.fromkeys(sku for question in intent.questions for sku in question.candidates)
    for edit in facts.story.edits:
        if edit.mention is not None:
            found.update(dict.fromkeys(nearest(index, edit.mention.bag, MAX_CANDIDATES)))
    found.update(dict.fromkeys(line.sku for line in facts.story.lines))
    found.update(dict.fromkeys(_likest(index, " ".join(unknown_words(facts, intent)))))
    active = [sku for sku in found if index.products[sku].active]
    return {sku: index.products[sku].name for sku in sorted(active[:MAX_CANDIDATES])}


def _likest(index: CatalogIndex, words: str) -> Iterator[str]:
    names = {sku: p.name for sku, p in index.products.items() if p.active}
    for _, _, sku in process.extract(words, names, limit=MAX_CANDIDATES):
        yield str(sku)


def unknown_words(facts: Facts, intent: Intent) -> list[str]:
    """The customer's words that nobody knows, each with its amount; the whole message where the intent itself is unsure."""
    asked = [question for question in intent.questions if _unknown(question)]
    quoter = Quoter(facts.tokens, facts.folded)
    return [quoter.of(_stretch(edit)) for edit in facts.story.edits if edit.outcome in asked and edit.mention] or [
        facts.folded.source
    ]


def _stretch(edit: Edit) -> Element:
    """From the amount to the words it belongs to, or the other way round."""
    parts = [part for part in (edit.mention, edit.quantity) if part is not None]
    return Element(Kind.MENTION, min(part.start for part in parts), max(part.end for part in parts))


def _unknown(question: Question) -> bool:
    return question.reason is QuestionReason.UNKNOWN


def fill_in(intent: Intent, reading: LlmReading, facts: Facts, offered: Collection[str]) -> Intent:
    """The intent with what may be believed of the LLM's reading; the very same intent when nothing may."""
    kind = IntentKind(reading.kind)
    answer = _Answer(reading, facts, offered)
    if intent.kind in ORDERS:
        if kind is IntentKind.ORDER_CREATE:
            return _filled(intent, answer)
        return _no_order(intent, kind)
    if intent.kind not in QUIET or intent.confidence >= UNSURE:
        return intent
    if kind is IntentKind.ORDER_CREATE:
        return _order_after_all(intent, answer)
    return replace(intent, kind=kind) if kind in ANSWERS else intent


def _filled(intent: Intent, answer: _Answer) -> Intent:
    """An order whose unknown words are explained: as a line to be confirmed, or at least as the first thing to offer."""
    amends = intent.kind is IntentKind.ORDER_AMEND
    context = answer.facts.context
    taken = {line.sku for line in intent.lines} | {change.sku for change in intent.changes}
    if amends:
        taken |= {sku for basket in (context.draft, context.last_order) if basket for sku, _ in basket.lines}
    lines, questions = list(intent.lines), []
    edits = list(answer.facts.story.edits)
    for question in intent.questions:
        edit = next((e for e in edits if e.outcome == question), None) if _unknown(question) else None
        if edit is None:
            questions.append(question)
            continue
        edits.remove(edit)
        line = answer.line(edit)
        if line is None or line.sku in taken:
            questions.append(answer.offering(edit, question))
            continue
        taken.add(line.sku)
        lines.append(line)
    new = tuple(Change(ChangeOp.ADD, line.sku, line.quantity) for line in lines[len(intent.lines) :]) if amends else ()
    if len(lines) == len(intent.lines) and tuple(questions) == intent.questions:
        return intent
    doubtful = intent.doubtful or len(lines) > len(intent.lines)
    changes = (*intent.changes, *new)
    return replace(intent, lines=tuple(lines), changes=changes, questions=tuple(questions), doubtful=doubtful)


def _no_order(intent: Intent, kind: IntentKind) -> Intent:
    """ "cream turned sour, 4 packets": an order of nothing but unknown words may be none; one with any line stays one."""
    empty = intent.kind is IntentKind.ORDER_CREATE and not intent.lines and all(map(_unknown, intent.questions))
    if not empty or kind not in ANSWERS:
        return intent
    return Intent(kind, min(intent.confidence, UNSURE), language=intent.language)


def _order_after_all(intent: Intent, answer: _Answer) -> Intent:
    """An unsure inquiry becomes an order to be confirmed, when every item that the rules saw in it is explained."""
    context = answer.facts.context
    if context.draft is not None or context.pending or not answer.facts.story.edits:
        return intent
    lines: list[Line] = []
    for edit in answer.facts.story.edits:
        line = answer.line(edit)
        if line is None or line.sku in {other.sku for other in lines}:
            return intent
        lines.append(line)
    return replace(
        intent,
        kind=IntentKind.ORDER_CREATE,
        lines=tuple(lines),
        questions=(),
        delivery_date=answer.facts.asked_day,
        doubtful=True,
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    """The LLM's reading beside the rules' own."""

    reading: LlmReading
    facts: Facts
    offered: Collection[str]

    def line(self, edit: Edit) -> Line | None:
        """The line that this step of the message makes with the product the LLM names for it, to be confirmed."""
        named = self._named(edit)
        if len({found.sku for found in named}) != 1 or not _plainly_wanted(edit):
            return None
        found = named[0]
        if isinstance(edit.outcome, Line):
            same = found.sku == edit.outcome.sku and self._same_amount(edit, found)
            return replace(edit.outcome, confidence=FILLED, sure=False) if same else None
        if not isinstance(edit.outcome, Question) or not _unknown(edit.outcome):
            return None
        if not self._same_amount(edit, found) or not self._holds(edit, found.sku):
            return None
        product = self.facts.index.products[found.sku]
        outcome = line_or_question(product, edit.said, edit.outcome, FILLED, sure=False)
        return outcome if isinstance(outcome, Line) else None

    def offering(self, edit: Edit, question: Question) -> Question:
        """The same question, the product that the LLM names offered first; the customer chooses."""
        named = [found.sku for found in self._named(edit)]
        if not named:
            return question
        return replace(question, candidates=tuple(dict.fromkeys([*named, *question.candidates]))[:MAX_OFFERED])

    def _named(self, edit: Edit) -> list[Found]:
        return [found for found in self.reading.lines if found.sku in self._sold and self._speaks_of(edit, found)]

    @property
    def _sold(self) -> set[str]:
        products = self.facts.index.products
        return {sku for sku in self.offered if sku in products and products[sku].active}

    def _speaks_of(self, edit: Edit, found: Found) -> bool:
        """Whether the words it quotes stand in the message, whole, and touch those of this step."""
        if edit.mention is None:
            return False
        tokens = self.facts.tokens
        first, last = tokens[edit.mention.start].start, tokens[edit.mention.end - 1].end
        return any(start < last and first < end for start, end in self._places(found.span))

    def _places(self, span: str) -> Iterator[tuple[int, int]]:
        words, text = fold(span).text.strip(), self.facts.folded.text
        starts, ends = {t.start for t in self.facts.tokens}, {t.end for t in self.facts.tokens}
        at = text.find(words) if words else -1
        while at >= 0:
            if at in starts and at + len(words) in ends:
                yield at, at + len(words)
            at = text.find(words, at + 1)

    def _same_amount(self, edit: Edit, found: Found) -> bool:
        """Whether it points at the one amount that the rules read for this step, in the unit that they read."""
        said = edit.said
        if said.value is None or said.parts or said.odd or found.quantity is None:
            return False
        if Decimal(str(found.quantity)) != said.value:
            return False
        return found.unit is None or self._same_unit(said.unit, found)

    def _same_unit(self, read: str | None, found: Found) -> bool:
        """The word it gives for the unit stands in the message, and means the unit that the rules read there."""
        word = fold(found.unit or "").text.strip()
        meant = {t.roles["unit"] for t in self.facts.tokens if t.has("unit") and word in (t.text, t.word)}
        if read is None:
            return meant == {units.PIECE}
        product = self.facts.index.products[found.sku]
        return local_unit(product, read) in {local_unit(product, unit) for unit in meant}

    def _holds(self, edit: Edit, sku: str) -> bool:
        """Every size and every word of the catalog that was said with it belongs to the product."""
        index, mention = self.facts.index, edit.mention
        if mention is None:
            return False
        known = {word for word in mention.words if index.knows(word)} | {size.word for size in mention.sizes}
        return known <= index.held[sku]


def _plainly_wanted(edit: Edit) -> bool:
    """A plain wish: nothing taken back, corrected, swapped or said to the machine."""
    turned = edit.negated or edit.corrected or edit.chatter or edit.swapped_for is not None
    return edit.op in (None, "add") and not turned
