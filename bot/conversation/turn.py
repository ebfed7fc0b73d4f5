"""One turn of a conversation: what was said, how it was read, and where things stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.channels.base import Button
from bot.situation import OpenQuestion, OrderView, Outlet, Said, Situation
from bot.understanding.intent import Intent


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


def chosen_number(said: Said, question: OpenQuestion | None, choices: int) -> int | None:
    """Which of the open question's choices (1 to `choices`) was pressed or typed as its number; None for neither."""
    if question is None:
        return None
    if said.pressed is not None:
        serial, _, number = said.pressed.removeprefix("q").partition(":")
        typed = number if serial == str(question.serial) else ""
    else:
        typed = said.text.strip().rstrip(".)")
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 2):
        return None
    return int(typed) if 1 <= int(typed) <= choices else None
