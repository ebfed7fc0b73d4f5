"""One turn of a conversation: what was said, how it was read, and where things stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.channels.base import Button
from bot.situation import OpenQuestion, OrderView, Outlet, QuestionKind, Said, Situation
from bot.understanding.intent import Intent

MOST_DIGITS = 2
"""Of a choice; a longer number is an amount."""


@dataclass(frozen=True, slots=True)
class Turn:
    intent: Intent
    said: Said
    situation: Situation
    now: datetime

    @property
    def outlet(self) -> Outlet:
        """The outlet of this turn; ordering is only reached when it is known."""
        if self.situation.outlet is None:
            raise LookupError("decide() must settle the outlet before ordering")
        return self.situation.outlet

    @property
    def serial(self) -> int:
        return self.said.message_ids[-1]

    def asked(self, kind: QuestionKind) -> OpenQuestion | None:
        """The open question, when it is of that kind."""
        return self.situation.asked(kind)

    @property
    def asked_before(self) -> int:
        return self.situation.question.asked if self.situation.question else 0

    def price(self, sku: str) -> Decimal | None:
        """This outlet's contract price today; None where it pays the catalog's."""
        today = self.now.astimezone(self.outlet.delivery.zone).date()
        return self.situation.prices.price(self.outlet.customer_id, sku, today)

    def order(self, order_id: int | None) -> OrderView | None:
        return next((order for order in self.situation.own_orders if order.id == order_id), None)


def choice_buttons(serial: int, labels: tuple[str, ...]) -> tuple[Button, ...]:
    """One button a label; the data names the question and the choice's number, and nothing that could be believed."""
    return tuple(Button(label, f"q{serial}:{number}") for number, label in enumerate(labels, 1))


def typed_number(text: str) -> int | None:
    """The number that is all of the text: "2", "2.", "2)"; None for anything else."""
    typed = text.strip().rstrip(".)")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= MOST_DIGITS else None


def chosen_number(said: Said, question: OpenQuestion | None, choices: int) -> int | None:
    """Which of the open question's choices (1 to `choices`) was pressed or typed as its number; None for neither."""
    if question is None:
        return None
    if said.pressed is None:
        number = typed_number(said.text)
    else:
        serial, _, pressed = said.pressed.removeprefix("q").partition(":")
        number = typed_number(pressed) if serial == str(question.serial) else None
    return number if number is not None and 1 <= number <= choices else None
