"""What the steps of a message do to a draft or to the last order: the whole order afterwards, and how it came about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bot.catalog import units
from bot.catalog.index import CatalogIndex
from bot.understanding.intent import Basket, Change, ChangeOp, Line, Question, QuestionReason
from bot.understanding.resolve import line_or_question, local_unit, said, tidy
from bot.understanding.spans import Quantity
from bot.understanding.story import Edit, Story

NAMELESS = 0.95
"""How sure it is that an amount without goods means the only line there is."""
_TIMES = {"double": Decimal(2), "halve": Decimal("0.5")}
_OPS = {"add": ChangeOp.ADD, "sub": ChangeOp.SUB, "set": ChangeOp.SET}


@dataclass(slots=True)
class Changed:
    """The order while it is being changed."""

    lines: dict[str, Line]
    changes: list[Change] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def put(self, op: ChangeOp, line: Line) -> None:
        """Adds to, takes from or sets one line; nothing left removes it, less than nothing is asked about."""
        old = self.lines.get(line.sku)
        before = old.quantity if old is not None else Decimal(0)
        after = {ChangeOp.ADD: before + line.quantity, ChangeOp.SUB: before - line.quantity}.get(op, line.quantity)
        if after < 0 or (op is ChangeOp.SUB and old is None):
            self.questions.append(
                Question(line.text, QuestionReason.QUANTITY, (line.sku,), line.quantity_said, line.unit_said)
            )
            return
        if after == 0:
            self.remove(line.sku)
            return
        unit = line.unit_said if op is ChangeOp.SET or old is None else None
        said = line.quantity_said if op is ChangeOp.SET or old is None else None
        self.lines[line.sku] = Line(line.sku, tidy(after), unit, said, line.text, line.confidence, line.sure)
        self.changes.append(Change(op, line.sku, line.quantity))

    def remove(self, sku: str) -> None:
        if self.lines.pop(sku, None) is not None:
            self.changes.append(Change(ChangeOp.REMOVE, sku))


def basket_lines(basket: Basket | None) -> dict[str, Line]:
    """The lines of a basket as they are, by SKU."""
    return {sku: Line(sku, quantity) for sku, quantity in basket.lines} if basket is not None else {}


def change(basket: Basket | None, story: Story, *, plain_wish: ChangeOp, beside: bool = False) -> Changed:
    """Applies the story to the basket. `plain_wish` is what a wish without an operation does to a line that is there.

    `beside`: the message does something else as well, so that goods without an amount may only be spoken of.
    """
    changed = Changed(basket_lines(basket))
    several = len(story.edits) > 1 or beside
    for edit in story.edits:
        if not (basket is not None and several and _leaves(edit, changed)):
            _apply(changed, edit, plain_wish)
    changed.questions.extend(story.unplaced)
    return changed


def change_nameless(basket: Basket, amount: Quantity, text: str, index: CatalogIndex) -> Changed:
    """ "make it 300", "add 2 more ctn": the only line that has such a unit; of several it is asked which."""
    changed = Changed(basket_lines(basket))
    asked = said(amount)
    unit = amount.unit.split("|")[0] if amount.unit else None
    products = [index.products[sku] for sku in changed.lines if sku in index.products]
    fitting = [p for p in products if units.factor(p, local_unit(p, amount.unit)) is not None] or products
    if len(fitting) != 1 or len(products) != len(changed.lines):
        candidates = tuple(product.sku for product in products)
        changed.questions.append(Question(text, QuestionReason.AMBIGUOUS, candidates, amount.value, unit))
        return changed
    ask = Question(text, QuestionReason.QUANTITY, (), amount.value, unit)
    outcome = line_or_question(fitting[0], asked, ask, NAMELESS, True)
    if isinstance(outcome, Line):
        changed.put(_OPS[amount.op or "set"], outcome)
    else:
        changed.questions.append(outcome)
    return changed


def _leaves(edit: Edit, changed: Changed) -> bool:
    """ "eggs stay", "drinks for Tuesday": goods of the order, named without asking for anything."""
    if edit.op is not None or edit.said.at >= 0:
        return False
    return bool(changed.lines.keys() & set(_found(edit))) or edit.mention is None or edit.mention.modifier


def _apply(changed: Changed, edit: Edit, plain_wish: ChangeOp) -> None:
    if edit.op == "remove":
        _remove(changed, edit)
    elif edit.op == "swap":
        _swap(changed, edit)
    elif edit.op in _TIMES:
        _multiply(changed, edit, _TIMES[edit.op])
    elif isinstance(edit.outcome, Line):
        op = _OPS.get(edit.op or "", plain_wish)
        if op is ChangeOp.SET and edit.outcome.sku not in changed.lines:
            op = ChangeOp.ADD
        changed.put(op, edit.outcome)
    elif isinstance(edit.outcome, Question) and wanted(edit):
        changed.questions.append(edit.outcome)


def wanted(edit: Edit) -> bool:
    """Whether an open question is worth asking: words nobody knows, said without a quantity, are chatter."""
    if edit.mention is None or edit.op == "remove":
        return False
    if edit.chatter:
        return False
    said_something = edit.said.at >= 0 or (bool(edit.mention.unknown) and any(s.unit for s in edit.mention.sizes))
    if not said_something and edit.mention.modifier and _reason(edit) is not QuestionReason.QUANTITY:
        return False
    return said_something or (bool(edit.mention.words) and not edit.mention.unknown) or edit.mention.sku is not None


def _reason(edit: Edit) -> QuestionReason | None:
    return edit.outcome.reason if isinstance(edit.outcome, Question) else None


def _found(edit: Edit | None) -> tuple[str, ...]:
    if edit is None:
        return ()
    if isinstance(edit.outcome, Line):
        return (edit.outcome.sku,)
    return edit.outcome.candidates if edit.outcome is not None else ()


def _remove(changed: Changed, edit: Edit) -> None:
    there = [sku for sku in _found(edit) if sku in changed.lines]
    taken_back = set(_found(edit))
    changed.questions = [q for q in changed.questions if not (q.candidates and set(q.candidates) <= taken_back)]
    if len(there) == 1:
        if isinstance(edit.outcome, Line) and edit.outcome.quantity < changed.lines[there[0]].quantity:
            changed.put(ChangeOp.SUB, edit.outcome)
        else:
            changed.remove(there[0])
    elif len(there) > 1 and isinstance(edit.outcome, Question):
        for sku in there:
            changed.remove(sku)


def _swap(changed: Changed, edit: Edit) -> None:
    old = [sku for sku in _found(edit) if sku in changed.lines]
    target = edit.swapped_for
    new = _found(target)
    if target is None or len(old) != 1 or len(new) != 1:
        if target is not None and target.outcome is not None:
            _ask(changed, target.outcome, new)
        return
    if isinstance(target.outcome, Line):
        changed.remove(old[0])
        changed.put(ChangeOp.SET, target.outcome)
    elif isinstance(target.outcome, Question) and target.outcome.reason is QuestionReason.QUANTITY:
        quantity = changed.lines[old[0]].quantity
        changed.remove(old[0])
        changed.put(ChangeOp.SET, Line(new[0], quantity, None, None, target.outcome.text))
    else:
        _ask(changed, target.outcome, new)


def _ask(changed: Changed, outcome: Line | Question | None, candidates: tuple[str, ...]) -> None:
    if isinstance(outcome, Question):
        changed.questions.append(outcome)
    elif outcome is not None:
        changed.questions.append(Question(outcome.text, QuestionReason.AMBIGUOUS, candidates))


def _multiply(changed: Changed, edit: Edit, times: Decimal) -> None:
    for sku in _found(edit):
        line = changed.lines.get(sku)
        if line is None:
            continue
        after = tidy(line.quantity * times)
        if after % 1 and not line.quantity % 1:
            text = edit.outcome.text if edit.outcome is not None else line.text
            changed.questions.append(Question(text, QuestionReason.QUANTITY, (sku,)))
            continue
        changed.put(ChangeOp.SET, Line(sku, after, None, None, line.text))


def total(lines: Iterable[Line]) -> Mapping[str, Decimal]:
    """Quantities by SKU."""
    return {line.sku: line.quantity for line in lines}
