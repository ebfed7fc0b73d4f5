"""What a message says, before anybody asks what that does to an order: the values between the reader and the effects.

A `Reading` is one whole way to read a message. It holds statements about goods and amounts in the order in which they hold
(corrections inside the message are already made), and a frame: everything that is said about the order or the talk itself.
Nothing in here depends on the conversation; what a reading means beside a draft, an open question or placed orders is
decided in effects.py and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bot.catalog.match import How
from bot.understanding.intent import Question

Span = tuple[int, int]
"""Characters of the folded text, the end not included."""
NOWHERE: Span = (-1, -1)
ORDER = "order"
"""In `Reading.kinds`: goods are wanted or changed. Whether that creates or amends an order is for the effects to say."""


class Op(StrEnum):
    """What a statement does with its goods."""

    WISH = "wish"
    """Goods are wanted and no word says how: "5 ctn foil"."""
    ADD = "add"
    """ "add 5 ctn foil", "2 more", "one more carton"."""
    SET = "set"
    """ "make it 8", "foil should be 3", "8 instead", "6 ctn foil not 2"."""
    SUB = "sub"
    """ "1 less", "take away 2 ctn"."""
    REMOVE = "remove"
    """ "no liner", "remove the foil": with an amount it takes away that many."""
    SCALE = "scale"
    """ "double it", "halve the foil", "x3": `factor` says how."""
    KEEP = "keep"
    """ "keep the pens": a line that stays as it is, and is spoken of: "the rest" is what is not."""
    SWAP = "swap"
    """ "change the brown to white", "12 inch not 10 inch": `goods` in place of `instead`."""


class Pointer(StrEnum):
    """Words that speak of goods without naming them."""

    IT = "it"
    """ "it", "that one", "this", "same one": the one line there is, or the goods spoken of last."""
    ALL = "all"
    """ "everything", "all", "the order": every line."""
    BOTH = "both"
    """ "both", of an order of two lines; of more it is asked which."""
    OTHER = "other"
    """ "the other one", "the rest": what is not spoken of otherwise."""
    PLACE = "place"
    """ "the first", "number 2", "the last one": `place` says which, counted from 1, or from the end as -1."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How many. `unit` is as the lexicon says ("carton|case": whichever the goods have); None when no unit was said.

    `value` is None for words that count nothing certain ("some", "a few"). `odd` has to be asked about whatever else is
    clear: a choice of two, a negative, a range.
    """

    value: Decimal | None = None
    unit: str | None = None
    parts: tuple[tuple[Decimal, str | None], ...] = ()
    """The pieces of a sum: "1 ctn + 2 pkt"."""
    odd: bool = False
    each: bool = False
    """ "2 each": of all the goods it stands beside."""
    pack_of: Decimal | None = None
    """What a pack was said to hold."""
    text: str = ""
    span: Span = NOWHERE

    @property
    def units(self) -> tuple[str | None, ...]:
        return tuple(unit for _, unit in self.parts) or (self.unit,)


@dataclass(frozen=True, slots=True)
class Pick:
    """One candidate of a question that was picked, and how many of it were said."""

    sku: str
    amount: Amount | None = None


@dataclass(frozen=True, slots=True)
class Goods:
    """Words for goods, as the catalog answers them.

    `skus` are the candidates that the words and a unit beside them leave, the best first (one, when `how` is EXACT or
    WORDS or INACTIVE); for UNKNOWN the nearest, to offer. `fits` are all active SKUs that hold the words, whatever the unit
    and however an alias decides: among them a change finds the line of the order that is meant ("the 12 inch box").
    """

    text: str
    how: How = How.UNKNOWN
    skus: tuple[str, ...] = ()
    fits: tuple[str, ...] = ()
    bag: frozenset[str] = frozenset()
    """The catalog's words among them."""
    pointer: Pointer | None = None
    place: int = 0
    """Of a PLACE."""
    definite: bool = False
    """ "the box", "that box": points at what is there already."""
    modifier: bool = False
    """Only words for size or colour: "the white", "L"."""
    note: str = ""
    """Words beside it that no product has ("fresh", "with handles"): kept with the line, and shown for a YES."""
    sure: bool = True
    """False when spelling was repaired or the match relaxed: a line of it needs a YES."""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing said about goods. At least one of goods, amount and factor is there."""

    op: Op
    goods: Goods | None = None
    amount: Amount | None = None
    factor: Decimal | None = None
    """Of SCALE: 2, 3, 0.5."""
    instead: Goods | None = None
    """What `goods` replace."""
    excepted: tuple[Goods, ...] = ()
    """What is left as it is, of ALL: "everything except the foil"."""
    not_amount: Amount | None = None
    """The amount said to be wrong: the 2 of "6 not 2"."""
    corrects: bool = False
    """Put after an earlier one of the same message that it mends."""
    retells: bool = False
    """ "I mean ...": of a message before it, put in other words."""
    mends: bool = False
    """Said with words of correction that are more than a hesitation: "sorry, ...", and not "oh, ..."."""
    negated: bool = False
    """Of REMOVE: said with a no ("no rice then"), not with a word for taking out."""
    chatter: bool = False
    """Words that ask nothing when they fit no goods: said to the machine, or told."""
    text: str = ""
    span: Span = NOWHERE


class Mark(StrEnum):
    """What words of the frame say. Each comes from the language data, none from a product."""

    ACCEPT = "accept"
    """ "yes", "ok confirm", "can proceed"."""
    REJECT = "reject"
    """ "no", "不是", "tak": a bare no."""
    WAIT = "wait"
    """ "ok wait", "hold on", "noted": neither yes nor no."""
    REFUSE = "refuse"
    """ "no need already", "不要了", "forget it", "never mind": a polite refusal that may mean to cancel."""
    DROP = "drop"
    """Words that say to cancel the whole order: "cancel", "cancel my order", "取消"."""
    ORDER_NAMED = "order_named"
    """ "my order" of "cancel my order": what is dropped is more than what was just asked."""
    ALL_NAMED = "all_named"
    """ "everything" of "cancel everything": so is every order that is open."""
    KEEP = "keep"
    """ "don't cancel", "keep the order"."""
    ANEW = "anew"
    """ "start again", "new order", "from scratch": what follows is the whole order."""
    APART = "apart"
    """ "a separate order", 另外下一单: what is wanted is an order of its own."""
    REPEAT = "repeat"
    """ "same as last time", "the usual"."""
    CHANGE = "change"
    """What is said is a change of the order that is there, and nothing else: every word has its part in it."""
    ADDS = "adds"
    """ "add ... to it": what is named travels with an order that is there."""
    SPLIT = "split"
    """ "half the bowls to tuesday": goods that shall come on another day than the rest."""
    MOVE = "move"
    """ "push it to", "deliver on", "postpone": a day is changed."""
    NOTE = "note"
    """Words about the delivery itself: "leave at guard house", "call me when arrive"."""
    QUESTION = "question"
    COMPLAINT = "complaint"
    STATUS = "status"
    TOLD = "told"
    """A report of what was delivered or is in stock."""
    PLAN = "plan"
    """ "will order more next week"."""
    NOTHING_MORE = "nothing_more"
    """ "nothing else", "that's all", "no worries"."""
    WRONG_CHAT = "wrong_chat"
    """ "sorry wrong chat", "not for you"."""
    BOTH = "both"
    """ "both", "all of them": every one of what was asked."""
    NONE = "none"
    """ "neither", "none of these", "都不要": none of what was asked."""
    UNSURE = "unsure"
    """ "not sure", "anything": no answer."""
    CHEAPEST = "cheapest"
    DEAREST = "dearest"
    SMALLEST = "smallest"
    BIGGEST = "biggest"


class Points(StrEnum):
    """What a day is said of."""

    DELIVERY = "delivery"
    """The day to deliver on."""
    ORDER = "order"
    """Which order is meant: "thursday order", "the fri one", "from thu"."""


@dataclass(frozen=True, slots=True)
class SaidDay:
    """A day that was said; `day` is None where it cannot be ("31/2") or is no one day ("next week")."""

    day: date | None
    points: Points = Points.DELIVERY
    text: str = ""
    dropped: bool = False
    """Said with words of refusal: "no need tomorrow"."""
    kept: bool = False
    """ "keep the fri one"."""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Frame:
    """What is said about the order and the talk itself, with the customer's own words for each."""

    marks: frozenset[Mark] = frozenset()
    words: tuple[tuple[Mark, str], ...] = ()
    """The phrases that said so, in order."""
    days: tuple[SaidDay, ...] = ()
    order_ids: tuple[str, ...] = ()
    """Order numbers as they were written."""
    order_place: int = 0
    """ "the first order" 1, "the latest order" -1; 0 when none was said."""
    shift: int = 0
    """ "postpone one day": days from the day that the order has."""
    chosen: tuple[Pick, ...] = ()
    """What a message of nothing else picks of the one list that is asked about, each with its amount."""
    picks: tuple[int, ...] = ()
    """Places picked of a numbered list, from 1; -1 is the last."""

    pick_beside: tuple[int, tuple[int, int]] | None = None
    """A place picked by the first or the last words of a message that says more, and the characters of those words."""

    def says(self, *marks: Mark) -> bool:
        return not self.marks.isdisjoint(marks)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a message, every token with its role."""

    text: str
    statements: tuple[Statement, ...] = ()
    frame: Frame = field(default_factory=Frame)
    kinds: tuple[tuple[str, float], ...] = ()
    """What the message may be, the likeliest first: `IntentKind` values and ORDER, with their probabilities."""
    notes: str = ""
    """The customer's words about the delivery."""
    leftovers: tuple[str, ...] = ()
    """Stretches that no role explains ("03-12"), in the customer's words: each makes the reading unsure."""
    spoken_of: tuple[str, ...] = ()
    """The active SKUs that any words speak of, the best first: what an inquiry is about."""
    whole: bool = False
    """Every word has its part in a change: what it says to drop is dropped without asking."""
    unplaced: tuple[Question, ...] = ()
    """Amounts that belong to nothing named, to be asked about."""
    unknown: tuple[str, ...] = ()
    """Words for goods that nobody knows: all that may be shown to a language model."""
    language: str = "en"

    @property
    def day(self) -> date | None:
        """The day to deliver on, where one was said that can be."""
        return next((said.day for said in self.frame.days if said.points is Points.DELIVERY and said.day), None)

    def has(self, *ops: Op) -> bool:
        return any(statement.op in ops for statement in self.statements)
