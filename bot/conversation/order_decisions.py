"""What is done about a basket, each as one whole decision: placed, held for a person, shown for a YES, cancelled."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.baskets import priced
from bot.conversation.doubts import unusual
from bot.conversation.turn import Turn, choice_buttons
from bot.conversation.wanted import Wanted
from bot.decision import Decision, Escalate, OrderWrite, Outcome, Reply
from bot.ordering.pricing import total_of
from bot.situation import OpenQuestion, OrderView, QuestionKind
from bot.understanding.intent import Change, ChangeOp


def order_write(turn: Turn, wanted: Wanted, status: str, *events: str) -> OrderWrite:
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
        number=base.number if base else "",
        before=base,
        said=wanted.said,
    )


def ask_yes(turn: Turn, wanted: Wanted, doubt: str) -> Decision:
    """Shows what would be placed. A new order waits as a draft; a placed one stays as it is until the YES."""
    preview = order_write(turn, wanted, "awaiting_confirmation", "parsed", "drafted")
    question = OpenQuestion(
        QuestionKind.CONFIRM, turn.serial, doubtful=wanted.doubtful, asked=turn.asked_before + 1, doubt=doubt,
        order_id=wanted.base.id if wanted.base and wanted.changes_placed else None,
        changes=wanted.changes if wanted.changes_placed else (), day=wanted.delivery,
    )  # fmt: skip
    reply = confirmation(turn, wanted, preview, doubt)
    return Decision((reply,), order=None if wanted.changes_placed else preview, question=question)


def confirmation(turn: Turn, wanted: Wanted, preview: OrderWrite, doubt: str) -> Reply:
    """The sentence that asks for a YES."""
    shown = preview
    if doubt == "confirm_same_again":
        added = priced(turn, None, [Change(ChangeOp.ADD, sku, quantity) for sku, quantity in wanted.said])
        shown = replace(preview, lines=added, totals=total_of(added, turn.situation.tax_rate))
    line = unusual(turn, wanted)
    values = {"order": shown, "product": line.name if line else ""}
    key = "confirm_change" if doubt == "confirm" and wanted.changes_placed else doubt
    words = ", ".join(f"“{words}”" for words in turn.intent.doubts)
    lead = "also_wrote" if words and doubt == "confirm" else None
    return Reply(key, {**values, "words": words}, choice_buttons(turn.serial, ("yes", "no")), lead=lead)


def place(turn: Turn, wanted: Wanted) -> Decision:
    done = "changed" if wanted.changes_placed else "placed"
    order = order_write(turn, wanted, "placed", "parsed", "validated", "confirmed", done)
    return Decision((Reply(done, {"order": order}),), order=order)


def hold(turn: Turn, wanted: Wanted, over: str) -> Decision:
    held = order_write(turn, wanted, "awaiting_approval", "parsed", "held")
    return Decision(
        (Reply("held", {"order": held}),), Outcome.HANDED_OVER, f"limit_{over}", held,
        escalate=Escalate(f"approval: {over}", takes_over=False),
    )  # fmt: skip


def below_minimum(turn: Turn, wanted: Wanted) -> Decision:
    """A new order waits as a draft for more; a placed one is not brought below the minimum."""
    draft = order_write(turn, wanted, "draft", "parsed")
    values = {"order": draft, "minimum": turn.outlet.min_order_total}
    if wanted.changes_placed:
        return Decision((Reply("below_minimum_change", values),))
    return Decision((Reply("below_minimum", values),), order=draft)


def too_late(reason: str) -> Decision:
    """After the cut-off only a person can still do something; the customer is told so."""
    task = Escalate(reason, takes_over=False)
    return Decision((Reply("too_late"),), Outcome.HANDED_OVER, "after_cutoff", escalate=task)


def cancelled(turn: Turn, order: OrderView) -> Decision:
    """The order as it stands, cancelled."""
    wanted = Wanted(order, order.lines, delivery=order.delivery_date, notes=order.notes)
    write_off = order_write(turn, wanted, "cancelled", "cancelled")
    return Decision((Reply("draft_dropped" if order.is_draft else "cancelled", {"order": write_off}),), order=write_off)
