"""What is done about a basket, each as one whole decision: placed, held for a person, shown for a YES, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation.asked_again import again
from bot.conversation.baskets import priced
from bot.conversation.doubts import DAY_DOUBTS, unusual
from bot.conversation.proposed_order import ProposedOrder
from bot.conversation.turn import Turn, choice_buttons
from bot.decision import Decision, Escalate, OrderWrite, Outcome, Reply
from bot.ordering.delivery import obstacle
from bot.ordering.pricing import total_of
from bot.situation import OpenQuestion, OrderView, QuestionKind
from bot.understanding.intent import Change, ChangeOp


def order_write(turn: Turn, proposed: ProposedOrder, status: str, *events: str) -> OrderWrite:
    base = proposed.base
    return OrderWrite(
        order_id=base.id if base else None,
        version=base.version if base else 0,
        status=status,
        outlet_id=base.outlet_id if base else turn.outlet.id,
        lines=proposed.lines,
        totals=total_of(proposed.lines, turn.situation.tax_rate),
        delivery_date=proposed.delivery,
        notes=proposed.notes,
        events=events,
        number=base.number if base else "",
        before=base,
        said=proposed.said,
    )


def ask_yes(turn: Turn, proposed: ProposedOrder, doubt: str) -> Decision:
    """Shows what would be placed. A new order waits as a draft; a placed one stays as it is until the YES."""
    preview = order_write(turn, proposed, "awaiting_confirmation", "parsed", "drafted")
    question = OpenQuestion(
        QuestionKind.CONFIRM, turn.serial, doubtful=proposed.doubtful, asked=turn.asked_before + 1, doubt=doubt,
        order_id=proposed.base.id if proposed.base and proposed.changes_placed else None,
        changes=proposed.changes if proposed.changes_placed else (), day=proposed.delivery,
        notes=proposed.notes if proposed.changes_placed else "",
    )  # fmt: skip
    if proposed.changes_placed and (before := _asked_already(turn, question)) is not None:
        return again(turn, before)
    reply = confirmation(turn, proposed, preview, doubt)
    return Decision((reply,), order=None if proposed.changes_placed else preview, question=question)


def _asked_already(turn: Turn, question: OpenQuestion) -> OpenQuestion | None:
    """The open question, where it asks for the very same change: that is not shown a second time."""
    before = turn.asked(QuestionKind.CONFIRM)
    if before is None:
        return None
    same = replace(question, serial=before.serial, asked=before.asked, doubtful=before.doubtful)
    return before if same == before else None


def confirmation(turn: Turn, proposed: ProposedOrder, preview: OrderWrite, doubt: str) -> Reply:
    """The sentence that asks for a YES."""
    shown = preview
    if doubt == "confirm_same_again":
        added = priced(turn, None, [Change(ChangeOp.ADD, sku, quantity) for sku, quantity in proposed.said])
        shown = replace(preview, lines=added, totals=total_of(added, turn.situation.tax_rate), before=None)
    line = unusual(turn, proposed)
    values: dict[str, object] = {"order": shown, "product": line.name if line else ""}
    key = "confirm_change" if doubt == "confirm" and proposed.changes_placed else doubt
    odd = turn.intent.odd_day if doubt in DAY_DOUBTS else None
    words = ", ".join(f"“{words}”" for words in turn.intent.doubts if odd is None or words != odd.text)
    lead = "also_wrote" if words and doubt in ("confirm", *DAY_DOUBTS) else None
    values |= {"words": words, **_about_the_day(turn, proposed)}
    return Reply(key, values, choice_buttons(turn.serial, ("yes", "no")), lead=lead)


def _about_the_day(turn: Turn, proposed: ProposedOrder) -> dict[str, object]:
    """Why the day is asked about: `why_day` is the key of the sentence, `day` what the customer asked for."""
    refused, odd = proposed.refused, turn.intent.odd_day
    if refused is not None:
        why = obstacle(refused, turn.said.said_at, turn.now, turn.outlet.delivery)
        return {"why_day": f"day_{why}", "day": refused}
    return {"why_day": f"day_{odd.why}", "day": odd.text} if odd is not None else {}


def place(turn: Turn, proposed: ProposedOrder) -> Decision:
    done = "changed" if proposed.changes_placed else "placed"
    order = order_write(turn, proposed, "placed", "parsed", "validated", "confirmed", done)
    return Decision((Reply(done, {"order": order}),), order=order)


def hold(turn: Turn, proposed: ProposedOrder, over: str) -> Decision:
    held = order_write(turn, proposed, "awaiting_approval", "parsed", "held")
    return Decision(
        (Reply("held", {"order": held}),), Outcome.HANDED_OVER, f"limit_{over}", held,
        escalate=Escalate(f"approval: {over}", takes_over=False),
    )  # fmt: skip


def below_minimum(turn: Turn, proposed: ProposedOrder) -> Decision:
    """A new order waits as a draft for more; a placed one is not brought below the minimum."""
    draft = order_write(turn, proposed, "draft", "parsed")
    values = {"order": draft, "minimum": turn.outlet.min_order_total}
    if proposed.changes_placed:
        return Decision((Reply("below_minimum_change", values),))
    return Decision((Reply("below_minimum", values),), order=draft)


def too_late(reason: str) -> Decision:
    """After the cut-off only a person can still do something; the customer is told so."""
    task = Escalate(reason, takes_over=False)
    return Decision((Reply("too_late"),), Outcome.HANDED_OVER, "after_cutoff", escalate=task)


def cancelled(turn: Turn, order: OrderView) -> Decision:
    """The order as it stands, cancelled."""
    proposed = ProposedOrder(order, order.lines, delivery=order.delivery_date, notes=order.notes)
    write_off = order_write(turn, proposed, "cancelled", "cancelled")
    return Decision((Reply("draft_dropped" if order.is_draft else "cancelled", {"order": write_off}),), order=write_off)


def all_cancelled(turn: Turn, orders: Sequence[OrderView]) -> Decision:
    """Several orders, cancelled by the same words. Raises IndexError for none."""
    writes = [write for order in orders if (write := cancelled(turn, order).order) is not None]
    if len(writes) == 1:
        return Decision((Reply("cancelled", {"order": writes[0]}),), order=writes[0])
    numbers = ", ".join(write.number for write in writes)
    return Decision((Reply("cancelled_all", {"numbers": numbers}),), order=writes[0], also=tuple(writes[1:]))
