"""What reading a message hands over: plain frozen values, shared by the reader, the decision and the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class IntentKind(StrEnum):
    """The closed list of what a message can mean (data/corpus/README.md)."""

    ORDER_CREATE = "order.create"
    ORDER_AMEND = "order.amend"
    ORDER_CANCEL = "order.cancel"
    ORDER_CONFIRM = "order.confirm"
    ORDER_REPEAT = "order.repeat"
    ORDER_STATUS = "order.status"
    INQUIRY_PRODUCT = "inquiry.product"
    INQUIRY_PRICE = "inquiry.price"
    INQUIRY_POLICY = "inquiry.policy"
    COMPLAINT = "complaint"
    HUMAN = "human"
    GREETING = "greeting"
    THANKS = "thanks"
    OPT_OUT = "opt_out"
    OTHER = "other"


WRITES_ORDER = frozenset({IntentKind.ORDER_CREATE, IntentKind.ORDER_AMEND, IntentKind.ORDER_REPEAT})


class QuestionReason(StrEnum):
    """Why something has to be asked (data/corpus/README.md, `clarify`)."""

    AMBIGUOUS = "ambiguous"
    QUANTITY = "quantity"
    UNIT = "unit"
    UNKNOWN = "unknown"
    INACTIVE = "inactive"
    SHORT = "short"
    """Too little is in stock: `quantity_said` is what is left."""
    NO_HISTORY = "no_history"
    ORDER = "order"
    """Several orders are open and the words fit more than one of them."""


class ChangeOp(StrEnum):
    ADD = "add"
    SET = "set"
    SUB = "sub"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Line:
    """One product wanted. `quantity` is in base units; `unit_said` is the catalog's word, `dozen`, or None."""

    sku: str
    quantity: Decimal
    unit_said: str | None = None
    quantity_said: Decimal | None = None
    text: str = ""
    confidence: float = 1.0
    sure: bool = True
    """False when the match was repaired or relaxed: a person must say YES before it is placed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One step of an amendment. `quantity` is in base units; None only for REMOVE."""

    op: ChangeOp
    sku: str
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What has to be asked about one mention. `candidates` are SKUs, the best first, possibly empty."""

    text: str
    reason: QuestionReason
    candidates: tuple[str, ...] = ()
    quantity_said: Decimal | None = None
    unit_said: str | None = None
    orders: tuple[str, ...] = ()
    """Of ORDER: the numbers of the orders that it may be about."""
    op: ChangeOp = ChangeOp.ADD
    """What the answer does: "make it 8" of several lines is answered by a line that is set to 8."""
    units: tuple[tuple[str, str], ...] = ()
    """Of candidates that are lines of an order: the units in which they were last said, for an amount without one."""


class DayDoubt(StrEnum):
    """Why a day that was said cannot simply be taken."""

    IMPOSSIBLE = "impossible"
    """No calendar has it: 31/2, 12/25."""
    PAST = "past"
    """It is over."""
    VAGUE = "vague"
    """It is no one day: next week, every Monday."""
    FAR = "far"
    """Months away, or next year's because this year's is over."""
    SPLIT = "split"
    """The day of some of the goods only: an order comes on one day."""


@dataclass(frozen=True, slots=True)
class OddDay:
    """A day as the customer wrote it that cannot simply be taken; `meant` is the day that was probably meant."""

    text: str
    why: DayDoubt
    meant: date | None = None


class Named(StrEnum):
    """What the words of a cancellation name. A bare "cancel" names nothing, and may mean what was just asked."""

    ORDER = "order"
    """An order: by its number, its day, its place, or as "my order"."""
    ALL = "all"
    """Everything: "cancel everything", "cancel both"."""


@dataclass(frozen=True, slots=True)
class Pack:
    """How a line of an order was last said: `quantity` of `unit`; the catalog's word, or `dozen`."""

    sku: str
    quantity: Decimal
    unit: str


OPEN_STATUS = frozenset({"confirmed", "placed", "pending", "processing", "awaiting_confirmation", "awaiting_approval"})


@dataclass(frozen=True, slots=True)
class Basket:
    """Lines of a draft or of an order, in base units; `packs` are those that were last said in packs."""

    lines: tuple[tuple[str, Decimal], ...]
    delivery_date: date | None = None
    order_id: str | None = None
    status: str | None = None
    packs: tuple[Pack, ...] = ()

    @property
    def is_open(self) -> bool:
        """A placed order that can still be changed."""
        return self.status in OPEN_STATUS


@dataclass(frozen=True, slots=True)
class Context:
    """What the conversation already holds when the message is read."""

    draft: Basket | None = None
    last_order: Basket | None = None
    pending: tuple[Question, ...] = ()
    last_bot: str | None = None
    orders: tuple[Basket, ...] = ()
    """Every order that is placed and open, where there are several, the oldest first; `last_order` is the latest."""


@dataclass(frozen=True, slots=True)
class Intent:
    """The reading of one message (or of a burst read together).

    For order.amend and order.repeat `lines` are the whole order after the change and `changes` how it came about.
    `confidence` is calibrated: the share of such readings that are right. `leftover` holds the words nothing explained;
    only they may be shown to a language model.
    """

    kind: IntentKind
    confidence: float
    lines: tuple[Line, ...] = ()
    changes: tuple[Change, ...] = ()
    questions: tuple[Question, ...] = ()
    delivery_date: date | None = None
    notes: str = ""
    language: str = "en"
    leftover: tuple[str, ...] = ()
    doubtful: bool = False
    """Lines were read, but whether all was understood, or anything is wanted at all, is not sure: nothing is placed without a YES."""
    doubts: tuple[str, ...] = ()
    """The customer's own words that nothing explains, quoted when the YES is asked for."""
    odd_day: OddDay | None = None
    """A day that was asked for and has to be asked about; its words stand among the doubts too."""
    order_day: date | None = None
    """The day of the order that is meant, where the words say only that: "the friday one"."""
    spoken_of: tuple[str, ...] = ()
    """The SKUs that the message speaks of in whatever way, the best first: what an inquiry is about."""
    order_id: str | None = None
    """The number of the order that is changed or cancelled, where several are open."""
    named: Named | None = None
    """Of a cancellation: what is named."""
    settled: tuple[str, ...] = ()
    """The texts of the open questions that are answered, or whose goods are not wanted any more."""

    apart: bool = False
    """Said to be an order of its own, beside those that are open."""

    @property
    def sure(self) -> bool:
        """True when nothing is asked and every line was matched without repair."""
        return not self.questions and not self.doubtful and all(line.sure for line in self.lines)
