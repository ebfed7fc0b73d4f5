"""Orders: what is wanted becomes a draft, a question or a placed order. Every path ends in one OrderWrite."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from bot.conversation import questions
from bot.conversation.turn import Turn, choice_buttons
from bot.decision import Decision, Escalate, OrderWrite, Outcome, Reply
from bot.ordering.delivery import in_time, is_delivery_day, next_delivery
from bot.ordering.pricing import OrderLine, baskets_equal, price_line, total_of
from bot.settings import ConfirmOrders
from bot.situation import OpenQuestion, OrderView, QuestionKind
from bot.understanding.intent import IntentKind, Line, Question

SAME_AGAIN_WITHIN = timedelta(minutes=30)
"""PRODUCT: the same basket twice "within a short time" gets one question."""
MAX_QUESTIONS_IN_A_ROW = 2
"""After two that did not help, a person is offered."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the order would become: `base` is the order that it changes, None for a new one."""

    base: OrderView | None
    lines: tuple[OrderLine, ...]
    pending: tuple[Question, ...]
    doubtful: bool
    delivery: date | None
    moved: bool
    notes: str


def open_order(turn: Turn) -> OrderView | None:
    """The outlet's placed order that may still be changed: its cut-off is ahead of when the customer wrote."""
    order = turn.situation.last_order
    if order is None or order.status != "placed" or order.delivery_date is None:
        return None
    return order if in_time(order.delivery_date, turn.said.said_at, turn.outlet.delivery) else None


def write(turn: Turn) -> Decision:
    """Create, amend or repeat: settle what is wanted, then ask, hold, confirm or place."""
    wanted = _wanted(turn)
    if not wanted.lines and not wanted.pending:
        return _nothing_left(turn, wanted)
    if wanted.pending:
        return _ask(turn, wanted)
    return _settle(turn, wanted)


def _settle(turn: Turn, wanted: Wanted, *, accepted: bool = False) -> Decision:
    """A basket without questions: limits first, then doubts, then it is placed."""
    totals = total_of(wanted.lines, turn.situation.tax_rate)
    if over := _over_limit(turn, wanted, totals.total):
        held = _order(turn, wanted, "awaiting_approval", ("parsed", "held"))
        return Decision(
            (Reply("held", {"order": held, "reason": over}),), Outcome.HANDED_OVER, f"limit_{over}", held,
            escalate=Escalate(f"approval: {over}", takes_over=False),
        )  # fmt: skip
    if totals.total < turn.outlet.min_order_total or any(line.unit_price <= 0 for line in wanted.lines):
        draft = _order(turn, wanted, "draft", ("parsed",))
        return Decision(
            (Reply("below_minimum", {"order": draft, "minimum": turn.outlet.min_order_total}),), order=draft
        )
    if not accepted and (doubt := _doubt(turn, wanted)):
        return _ask_yes(turn, wanted, doubt)
    events = (
        "parsed",
        "validated",
        "confirmed",
        "changed" if wanted.base and wanted.base.status == "placed" else "placed",
    )
    placed = _order(turn, wanted, "placed", events)
    return Decision((Reply("changed" if events[-1] == "changed" else "placed", {"order": placed}),), order=placed)


def confirm(turn: Turn) -> Decision:
    """YES to the draft. Lines are priced anew from today's rows; open product questions are asked first."""
    draft, question = turn.situation.draft, turn.situation.question
    if draft is None or not draft.lines:
        return Decision((Reply("nothing_to_confirm"),))
    if question and question.kind is QuestionKind.PRODUCT:
        return _ask(turn, replace(_unchanged(turn, draft), pending=question.about, doubtful=question.doubtful))
    return _settle(turn, _unchanged(turn, draft), accepted=True)


def cancel(turn: Turn) -> Decision:
    """Drops the draft, else the open order; after its cut-off a person decides."""
    target = turn.situation.draft or open_order(turn)
    if target is None:
        late = turn.situation.last_order is not None and turn.situation.last_order.status == "placed"
        if late:
            return Decision(
                (Reply("too_late"),),
                Outcome.HANDED_OVER,
                "after_cutoff",
                escalate=Escalate("cancel after cut-off", takes_over=False),
            )
        return Decision((Reply("nothing_to_cancel"),))
    order = _order(turn, _unchanged(turn, target), "cancelled", ("cancelled",))
    return Decision((Reply("cancelled", {"order": order, "was_draft": target.status != "placed"}),), order=order)


def status(turn: Turn) -> Decision:
    """How the latest order stands, from our row."""
    order = turn.situation.draft or turn.situation.last_order
    reply = Reply("status", {"order": order}) if order else Reply("no_order_yet")
    return Decision((reply,), question=turn.situation.question)


def _wanted(turn: Turn) -> Wanted:
    intent, draft = turn.intent, turn.situation.draft
    base = draft or (open_order(turn) if intent.kind is IntentKind.ORDER_AMEND else None)
    joins = base is not None and intent.kind is IntentKind.ORDER_CREATE
    keeps = base is not None and intent.kind is IntentKind.ORDER_AMEND and not intent.lines and not intent.changes
    kept = base.lines if base is not None and (joins or keeps) else ()
    lines = _lines(turn, kept, intent.lines)
    delivery, moved = _delivery(turn, intent.delivery_date or (base.delivery_date if base else None))
    previous = turn.situation.question
    doubtful = any(not line.sure for line in intent.lines) or bool(previous and previous.doubtful)
    notes = " ".join(filter(None, (base.notes if base else "", intent.notes)))
    return Wanted(base, lines, _pending(turn), doubtful, delivery, moved, notes)


def _lines(turn: Turn, kept: tuple[OrderLine, ...], said: tuple[Line, ...]) -> tuple[OrderLine, ...]:
    """`kept` and `said` summed by SKU, in order of first mention, priced from our rows."""
    products = turn.situation.index.products
    quantities: dict[str, Decimal] = {line.sku: line.quantity for line in kept}
    packs: dict[str, tuple[Decimal, str]] = {}
    for line in said:
        if line.unit_said and line.quantity_said is not None:
            packs[line.sku] = (line.quantity_said, line.unit_said)
        quantities[line.sku] = quantities.get(line.sku, Decimal(0)) + line.quantity
    return tuple(
        price_line(products[sku], quantity, packs.get(sku)) for sku, quantity in quantities.items() if sku in products
    )


def _pending(turn: Turn) -> tuple[Question, ...]:
    """Questions of this reading, and earlier ones that it did not answer."""
    previous = turn.situation.question
    earlier = previous.about[1:] if previous and previous.kind is QuestionKind.PRODUCT else ()
    wanted = {line.sku for line in turn.intent.lines}
    asked_again = {question.text for question in turn.intent.questions}
    left = tuple(q for q in earlier if q.text not in asked_again and not wanted.intersection(q.candidates))
    return turn.intent.questions + left


def _delivery(turn: Turn, asked: date | None) -> tuple[date | None, bool]:
    """The day it will be delivered, and whether that differs from the day asked for."""
    rules, said_at = turn.outlet.delivery, turn.said.said_at
    if asked is None:
        return next_delivery(said_at, rules), False
    if is_delivery_day(asked, rules) and in_time(asked, said_at, rules):
        return asked, False
    return next_delivery(said_at, rules, asked), True


def _over_limit(turn: Turn, wanted: Wanted, total: Decimal) -> str | None:
    rules = turn.situation.rules
    said = [line.pack_quantity or line.quantity for line in wanted.lines]
    if any(quantity > rules.max_quantity_per_item for quantity in said):
        return "quantity"
    if len(wanted.lines) > rules.max_line_items:
        return "lines"
    return "total" if total > rules.max_order_total else None


def _doubt(turn: Turn, wanted: Wanted) -> str | None:
    """Why a YES is needed, as the key of the sentence that asks for it; None to place at once."""
    if wanted.moved:
        return "confirm_moved"
    if _same_again(turn, wanted):
        return "confirm_same_again"
    mode = turn.outlet.confirm_orders
    awaiting = wanted.base is not None and wanted.base.status == "awaiting_confirmation"
    unsure = wanted.doubtful or awaiting or wanted.delivery is None
    return "confirm" if mode is ConfirmOrders.ALWAYS or (mode is ConfirmOrders.WHEN_UNSURE and unsure) else None


def _same_again(turn: Turn, wanted: Wanted) -> bool:
    last = turn.situation.last_order
    if wanted.base is not None or last is None or last.status != "placed" or last.placed_at is None:
        return False
    return turn.now - last.placed_at < SAME_AGAIN_WITHIN and baskets_equal(wanted.lines, last.lines)


def _ask_yes(turn: Turn, wanted: Wanted, doubt: str) -> Decision:
    draft = _order(turn, wanted, "awaiting_confirmation", ("parsed", "drafted"))
    question = OpenQuestion(QuestionKind.CONFIRM, turn.serial, doubtful=wanted.doubtful)
    reply = Reply(doubt, {"order": draft}, choice_buttons(turn.serial, ("yes", "no")))
    return Decision((reply,), order=draft, question=question)


def _ask(turn: Turn, wanted: Wanted) -> Decision:
    """Keeps what is clear in the draft and asks the first of what is not; after two in a row offers a person too."""
    first, *rest = wanted.pending
    position = turn.asked_before + 1
    reply, question = questions.ask(turn, first, position, wanted.doubtful, tuple(rest))
    draft = _order(turn, wanted, "draft", ("parsed", "asked")) if wanted.lines or wanted.base else None
    replies = (reply,) if position <= MAX_QUESTIONS_IN_A_ROW else (reply, Reply("offer_person"))
    return Decision(replies, order=draft, question=question)


def _nothing_left(turn: Turn, wanted: Wanted) -> Decision:
    if wanted.base is not None and turn.intent.changes:
        order = _order(turn, _unchanged(turn, wanted.base), "cancelled", ("cancelled",))
        return Decision(
            (Reply("cancelled", {"order": order, "was_draft": wanted.base.status != "placed"}),), order=order
        )
    return Decision((Reply("no_open_order" if turn.intent.kind is IntentKind.ORDER_AMEND else "help"),))


def _unchanged(turn: Turn, order: OrderView) -> Wanted:
    """`order` as it stands, priced anew while it is a draft; a placed order keeps its prices."""
    lines = order.lines if order.status == "placed" else _lines(turn, order.lines, ())
    return Wanted(order, lines, (), False, order.delivery_date, False, order.notes)


def _order(turn: Turn, wanted: Wanted, status: str, events: tuple[str, ...]) -> OrderWrite:
    base = wanted.base
    return OrderWrite(
        order_id=base.id if base else None,
        version=base.version if base else 0,
        status=status,
        outlet_id=base.outlet_id if base else turn.outlet.id,
        lines=wanted.lines,
        totals=total_of(wanted.lines, turn.situation.tax_rate),
        delivery_date=wanted.delivery,
        notes=wanted.notes,
        events=events,
    )
