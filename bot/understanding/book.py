"""The lines of an order while a message changes them: frozen, every step makes a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bot.understanding.intent import Basket, Change, ChangeOp, Line, Question
from bot.understanding.resolve import tidy


@dataclass(frozen=True, slots=True)
class Book:
    """`lines` by SKU in the order in which they stand; how they came about; what has to be asked.

    `focus` are the lines that the last statement spoke of: what "it" means next.
    """

    lines: Mapping[str, Line] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    questions: tuple[Question, ...] = ()
    focus: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    """Words that do not agree with the order: the 2 of "6 not 2", of a line that had 5."""

    @staticmethod
    def of(basket: Basket | None) -> Book:
        """The order as it is, each line with the amount and unit in which it was last said."""
        if basket is None:
            return Book()
        said = {pack.sku: pack for pack in basket.packs}
        lines = {
            sku: Line(sku, quantity, said[sku].unit, said[sku].quantity) if sku in said else Line(sku, quantity)
            for sku, quantity in basket.lines
        }
        return Book(lines)

    def asking(self, question: Question) -> Book:
        return replace(self, questions=(*self.questions, question))

    def doubting(self, words: str) -> Book:
        return replace(self, doubts=(*self.doubts, words))

    def put(self, line: Line) -> Book:
        """The line as it shall be, in the place of an older one of the same goods."""
        change = Change(ChangeOp.SET, line.sku, line.quantity)
        return self._with(line, change)

    def more(self, line: Line) -> Book:
        """That much more of the goods, or a new line."""
        old = self.lines.get(line.sku)
        change = Change(ChangeOp.ADD, line.sku, line.quantity)
        return self._with(line if old is None else _joined(old, line, old.quantity + line.quantity), change)

    def less(self, line: Line) -> Book:
        """That much less of a line that is there; what falls to nothing is gone."""
        old = self.lines[line.sku]
        after = old.quantity - line.quantity
        if after <= 0:
            return self.without(line.sku)
        taken = replace(line, quantity_said=None if line.quantity_said is None else -line.quantity_said)
        return self._with(_joined(old, taken, after), Change(ChangeOp.SUB, line.sku, line.quantity))

    def without(self, sku: str) -> Book:
        if sku not in self.lines:
            return self
        left = {key: line for key, line in self.lines.items() if key != sku}
        return replace(self, lines=left, changes=(*self.changes, Change(ChangeOp.REMOVE, sku)), focus=())

    def _with(self, line: Line, change: Change) -> Book:
        return replace(self, lines={**self.lines, line.sku: line}, changes=(*self.changes, change), focus=(line.sku,))


def _joined(old: Line, new: Line, quantity: Decimal) -> Line:
    """Both amounts as one line; said in a pack only where both were said in the same."""
    same = old.unit_said == new.unit_said and old.quantity_said is not None and new.quantity_said is not None
    said = (old.quantity_said or Decimal(0)) + (new.quantity_said or Decimal(0)) if same else None
    unit = old.unit_said if same else None
    return replace(
        new, quantity=tidy(quantity), unit_said=unit, quantity_said=said, sure=old.sure and new.sure,
    )  # fmt: skip
