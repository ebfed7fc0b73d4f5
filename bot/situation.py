"""Everything decide() may know: the Situation, read once at the start of a job, as plain frozen values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.catalog.index import CatalogIndex
from bot.channels.base import MessageKind
from bot.knowledge.found import Answer
from bot.knowledge.manners import NO_MANNERS, Manners
from bot.ordering.delivery import DeliveryRules
from bot.ordering.prices import NO_CONTRACTS, PriceList
from bot.ordering.pricing import OrderLine
from bot.settings import ConfirmOrders
from bot.understanding.intent import Basket, Change, ChangeOp, Context, Pack, Question, QuestionReason

Quantities = tuple[tuple[str, Decimal], ...]
"""SKUs with base quantities."""


@dataclass(frozen=True, slots=True)
class Outlet:
    id: int
    code: str
    name: str
    confirm_orders: ConfirmOrders
    delivery: DeliveryRules
    min_order_total: Decimal
    language: str = "en"
    customer_id: int = 0


@dataclass(frozen=True, slots=True)
class Contact:
    id: int
    channel: str
    address: str
    language: str | None = None
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What the customer said: the messages of one burst, read together. `text` joins their texts with line ends."""

    message_ids: tuple[int, ...]
    text: str
    kind: MessageKind
    said_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)

    @property
    def last_id(self) -> int | None:
        """The message that is answered; None when nobody wrote and time itself had something to say."""
        return self.message_ids[-1] if self.message_ids else None

    @property
    def pressed(self) -> str | None:
        """The data of the button that was pressed, when this is a press."""
        return str(self.payload["data"]) if self.kind is MessageKind.BUTTON and self.payload.get("data") else None


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as it stands. `status` is a models.order.OrderStatus value."""

    id: int
    number: str
    status: str
    version: int
    lines: tuple[OrderLine, ...]
    total: Decimal
    delivery_date: date | None
    placed_at: datetime | None
    outlet_id: int
    notes: str = ""
    conversation_id: int = 0
    """The conversation that began it."""
    tax_rate: Decimal | None = None
    recent: tuple[Quantities, ...] = ()
    """What single messages of the last half hour added to it: a repeated basket is asked about."""

    @property
    def is_draft(self) -> bool:
        return self.status in ("draft", "awaiting_confirmation")

    @property
    def quantities(self) -> dict[str, Decimal]:
        """Base units by SKU."""
        return {line.sku: line.quantity for line in self.lines}

    @property
    def basket(self) -> Basket:
        lines = tuple((line.sku, line.quantity) for line in self.lines)
        packs = tuple(
            Pack(line.sku, line.said_quantity, line.said_unit)
            for line in self.lines
            if line.said_quantity is not None and line.said_unit is not None
        )
        return Basket(lines, self.delivery_date, self.number, self.status, packs)


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """A stranger's wish to order for an outlet, which this contact may decide because it manages that outlet."""

    id: int
    outlet_name: str
    approved: bool
    """What the text says: APPROVE or DECLINE."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """What the read beat found about who writes, beyond the outlets they are bound to. Nothing here binds by itself.

    `named` are the outlets of ours whose whole name stands in the text, as (id, name).
    """

    named: tuple[tuple[int, str], ...] = ()
    wrote_code: bool = False
    codes_locked: bool = False
    invitation: tuple[int, Outlet] | None = None
    """The open invitation whose code was written: its id, and its outlet."""
    asked_to_join: bool = False
    """A request of this contact waits, or was declined lately."""
    join_request: JoinRequest | None = None


@dataclass(frozen=True, slots=True)
class Referred:
    """The earlier message of this conversation that this one quotes, edits, deletes or reacts to.

    `answers` is, for a message of ours, the one it replied to (the serial of its buttons). `sku` is its one product,
    None when it was about none or several. `order_id` is the order it made, changed or showed; `sole` says that no other
    message had a part in that order.
    """

    message_id: int
    inbound: bool
    answers: int | None = None
    text: str | None = None
    """Its words as they last stood."""
    sku: str | None = None
    order_id: int | None = None
    sole: bool = False


@dataclass(frozen=True, slots=True)
class Aside:
    """What went on since a person has the conversation: whether they wrote, whether the customer was told that they come,
    and the customer's words that no one has answered."""

    answered: bool = False
    told: bool = False
    unread: str = ""


class QuestionKind(StrEnum):
    """What the bot waits for an answer to."""

    PRODUCT = "product"
    CONFIRM = "confirm"
    OUTLET = "outlet"
    ORDER = "order"
    LINK = "link"
    """Who they are: a shared phone or a code. `first_text` holds the order that waits for it (bot/conversation/linking.py)."""
    TOPIC = "topic"
    """Whether a passage of the documents is what was asked for; `choices` are its words and its name, `first_text` the question."""
    OFFERED = "offered"
    """How many of the goods whose price was just told. Nobody asked: an amount right after is of them, and nothing waits for it
    (bot/conversation/offered.py)."""
    ADOPT = "adopt"
    """Whether words that are not plainly the sender's own order are to be read as one (bot/conversation/on_behalf.py)."""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """The question the bot has asked. `serial` is the message it answered: a button of another serial is out of date.

    PRODUCT: `about` holds what is still to be asked, the first is the one asked now. OUTLET and ORDER: `choices` are
    their ids, and `first_text` the words that wait for the choice. `asked` counts questions in a row. `doubtful` and
    `limit` say that a line already in the draft needs a YES or a person's approval, however clear the rest is.
    CONFIRM: with `changes` (or a `day`) the YES is for changing the placed order `order_id`, else for placing the draft.
    PRODUCT with an `order_id`: the answer belongs to that placed order, for delivery on `day` where one was asked for.
    """

    kind: QuestionKind
    serial: int
    about: tuple[Question, ...] = ()
    choices: tuple[str, ...] = ()
    first_text: str = ""
    asked: int = 1
    doubtful: bool = False
    limit: str | None = None
    order_id: int | None = None
    changes: tuple[Change, ...] = ()
    day: date | None = None
    doubt: str = ""
    """CONFIRM: why the YES is asked, as the key of the sentence."""
    notes: str = ""
    """Notes of an order that has no row yet."""
    cancels: bool = False
    """CONFIRM: the YES is for cancelling the placed order `order_id`, or the draft where there is none."""
    passed_over: int = 0
    """How often it was put again because something else was said: of PRODUCT the first of `about`, else `first_text`."""

    def to_json(self) -> dict[str, Any]:
        """As the conversation keeps it, with the version of its form (VERSION)."""
        about = [
            {
                "text": q.text,
                "reason": q.reason.value,
                "candidates": list(q.candidates),
                "quantity_said": None if q.quantity_said is None else str(q.quantity_said),
                "unit_said": q.unit_said,
                "op": q.op.value,
                "units": [list(pair) for pair in q.units],
            }
            for q in self.about
        ]
        return {
            "version": VERSION,
            "kind": self.kind.value,
            "serial": self.serial,
            "about": about,
            "choices": list(self.choices),
        } | {
            "first_text": self.first_text,
            "asked": self.asked,
            "doubtful": self.doubtful,
            "limit": self.limit,
            "order_id": self.order_id,
            "changes": [[c.op.value, c.sku, None if c.quantity is None else str(c.quantity)] for c in self.changes],
            "day": self.day.isoformat() if self.day else None,
            "doubt": self.doubt,
            "notes": self.notes,
            "cancels": self.cancels,
            "passed_over": self.passed_over,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> OpenQuestion:
        """Reads this form and each older one. Raises ValueError for that of a later version, LookupError and TypeError for none."""
        raw = _of_this_version(raw)
        about = tuple(
            Question(
                q["text"],
                QuestionReason(q["reason"]),
                tuple(q["candidates"]),
                None if q["quantity_said"] is None else Decimal(q["quantity_said"]),
                q["unit_said"],
                op=ChangeOp(q["op"]),
                units=tuple((sku, unit) for sku, unit in q["units"]),
            )
            for q in raw["about"]
        )
        return cls(
            QuestionKind(raw["kind"]),
            raw["serial"],
            about,
            tuple(raw["choices"]),
            raw["first_text"],
            raw["asked"],
            raw["doubtful"],
            raw["limit"],
            raw["order_id"],
            tuple(Change(ChangeOp(op), sku, Decimal(q) if q else None) for op, sku, q in raw["changes"]),
            date.fromisoformat(raw["day"]) if raw["day"] else None,
            raw["doubt"],
            raw["notes"],
            raw["cancels"],
            raw["passed_over"],
        )


VERSION = 2
"""Of the form that an open question is kept in: raised when a field is added or changes, with a step in _OLDER that says what an
older row means by having none. Version 1 wrote no version."""


def _from_first(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Version 1 grew by fields that its older rows lack."""
    op = ChangeOp.SET if raw.get("corrects") else ChangeOp.ADD
    about = [{"op": op.value, "units": [], **q} for q in raw["about"]]
    missing: dict[str, Any] = {
        "limit": None,
        "order_id": None,
        "changes": [],
        "day": None,
        "doubt": "",
        "notes": "",
        "cancels": False,
    }
    return {**missing, "passed_over": 0, **raw, "about": about, "version": 2}


_OLDER: Mapping[int, Callable[[Mapping[str, Any]], dict[str, Any]]] = {1: _from_first}


def _of_this_version(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    while (version := raw.get("version", 1)) != VERSION:
        if version not in _OLDER:
            raise ValueError(f"a question of version {version} is not known here")
        raw = _OLDER[version](raw)
    return raw


@dataclass(frozen=True, slots=True)
class Rules:
    """The supplier's limits and switches."""

    max_quantity_per_item: int
    max_order_total: Decimal
    max_line_items: int
    currency: str
    substitutes: bool = False
    """Where too little is in stock, another product is offered before what is left."""


@dataclass(frozen=True, slots=True)
class Usual:
    """In how many of an outlet's last orders a SKU was, and the most of it in one of them (base units)."""

    orders: int
    most: Decimal


@dataclass(frozen=True, slots=True)
class Situation:
    """`outlets` are those this contact may order for; `outlet` the one meant, None while it has to be asked."""

    contact: Contact
    outlets: tuple[Outlet, ...]
    outlet: Outlet | None
    index: CatalogIndex
    rules: Rules
    tax_rate: Decimal
    draft: OrderView | None = None
    orders: tuple[OrderView, ...] = ()
    """Of each outlet of this contact, the newest first: those not delivered yet, and the latest."""
    usual: Mapping[tuple[int, str], Usual] = field(default_factory=dict)
    """What an outlet's last orders held of a SKU."""
    stock: Mapping[str, Decimal] = field(default_factory=dict)
    """How much of a SKU can still be promised, in base units; of those alone whose stock is tracked and known now."""
    prices: PriceList = NO_CONTRACTS
    conversation_id: int = 0
    meant_order_id: int | None = None
    """The order that the customer has just picked where several could be meant."""
    meant_all: tuple[int, ...] = ()
    """The orders that were asked about, when the customer has just picked all of them."""
    meant_apart: bool = False
    """None of those that were asked about: the customer wants an order of its own."""
    question: OpenQuestion | None = None
    language: str = "en"
    spoken: bool = True
    """Whether `language` was spoken here before; else it is the outlet's own, which the writer may not write."""
    last_reply: str | None = None
    shared_phone_outlets: tuple[Outlet, ...] = ()
    """Outlets of the phone that the sender has just proved to own by sharing their own contact."""
    speaker: Speaker = Speaker()
    referred: Referred | None = None
    question_lost: bool = False
    """What was asked cannot be read any more."""
    album_answered: bool = False
    """The photos now sent go on an album whose beginning has had its answer."""
    found: Answer | None = None
    """What the supplier's documents say about what was asked; None where they were not asked or cannot be had."""
    manners: Manners = NO_MANNERS
    """The supplier's tone guidelines and escalation rules."""
    aside: Aside | None = None
    """Set while a person has the conversation."""

    def asked(self, kind: QuestionKind) -> OpenQuestion | None:
        """The open question, when it is of that kind."""
        return self.question if self.question is not None and self.question.kind is kind else None

    @property
    def own_orders(self) -> tuple[OrderView, ...]:
        """The orders of the outlet meant, the newest first; none while the outlet is not known."""
        outlet_id = self.outlet.id if self.outlet else None
        return tuple(order for order in self.orders if order.outlet_id == outlet_id)

    @property
    def last_order(self) -> OrderView | None:
        """What "my order" and "the usual" mean: the order picked, else the latest that was not cancelled, else the latest."""
        own = self.own_orders
        picked = [order for order in own if order.id == self.meant_order_id]
        alive = [order for order in own if order.status != "cancelled"]
        return next(iter(picked or alive or own), None)

    @property
    def context(self) -> Context:
        """What the reader may know of the conversation."""
        question = self.asked(QuestionKind.PRODUCT)
        asked = question.about if question else ()
        draft = self.draft.basket if self.draft and self.draft.lines and self.meant_order_id is None else None
        return Context(draft, self.last_order.basket if self.last_order else None, asked, self.last_reply)
