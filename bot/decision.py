"""What decide() hands over: plain values that jobs/turn/apply.py writes in one transaction. Nothing here acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from bot.channels.base import Button
from bot.ordering.pricing import OrderLine, Totals
from bot.situation import OpenQuestion, OrderView, Quantities


class Outcome(StrEnum):
    """The final state of the messages decided on (models.message_state.INBOUND_FINAL without merged and parked)."""

    ANSWERED = "answered"
    HANDED_OVER = "handed_over"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Reply:
    """One sentence set of bot/replies by its key, with the values it names; rendered in the customer's language."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    asks_contact: bool = False
    lead: str | None = None
    """The key of a sentence that stands before it."""


@dataclass(frozen=True, slots=True)
class OrderWrite:
    """What an order becomes. `order_id` None makes a new one; else that order, if it still has `version`.

    `events` are the kinds to record in its history, in order. `before` is the order as it was and `said` what this message
    added, both kept in the history. `number` is known for an order that exists.
    """

    order_id: int | None
    version: int
    status: str
    outlet_id: int
    lines: tuple[OrderLine, ...]
    totals: Totals
    delivery_date: date | None
    notes: str
    events: tuple[str, ...]
    number: str = ""
    before: OrderView | None = None
    said: Quantities = ()


@dataclass(frozen=True, slots=True)
class Escalate:
    """Makes a task for a person. With `takes_over` the bot is silent in the conversation until they hand back."""

    reason: str
    priority: str = "normal"
    takes_over: bool = True
    team: str | None = None
    """Whose work it is, and within how many minutes, where the supplier's escalation rules say so."""
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Joining:
    """What changes in who may order. At most one of these is set.

    `invitation_id` uses up an invitation; `wrong_code` counts against the sender. `asks` leaves a request for a person,
    `asks_outlet_id` with the outlet that was named. `decides` is a request's id and whether it is approved.
    """

    invitation_id: int | None = None
    wrong_code: bool = False
    asks: bool = False
    asks_outlet_id: int | None = None
    decides: tuple[int, bool] | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """A name that the customer has just explained: `text` meant this product."""

    text: str
    sku: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The whole effect of one burst. `question` replaces whatever was open; None closes it.

    `chosen_outlet_id` is remembered for the conversation. `bind_outlet_ids` binds the contact (a phone it proved to own).
    """

    replies: tuple[Reply, ...] = ()
    outcome: Outcome = Outcome.ANSWERED
    reason: str | None = None
    order: OrderWrite | None = None
    also: tuple[OrderWrite, ...] = ()
    """Other orders that become something by the same words: "all of them"."""
    question: OpenQuestion | None = None
    escalate: Escalate | None = None
    chosen_outlet_id: int | None = None
    bind_outlet_ids: tuple[int, ...] = ()
    joining: Joining | None = None
    learned: Learned | None = None
    calls_bot: bool = False
    """The customer calls the bot back from a person; the person's task stays open."""
    opted_out: bool | None = None
    language: str | None = None
    proactive: bool = False
    """Said without being asked: counts against MAX_PROACTIVE_MESSAGES_PER_DAY."""

    @property
    def orders(self) -> tuple[OrderWrite, ...]:
        """Every order that is written, the first of them the one that the reply is about."""
        return (self.order, *self.also) if self.order is not None else ()
