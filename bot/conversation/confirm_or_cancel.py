"""The short words about an order that is there: YES, cancel, where is it."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import order_decisions
from bot.conversation.asked_again import again
from bot.conversation.baskets import priced, quantities_of
from bot.conversation.checkout import check_out
from bot.conversation.orders import ask
from bot.conversation.product_answers import yes_to_product
from bot.conversation.proposed_order import ProposedOrder, delivery_of
from bot.conversation.shortages import without_short
from bot.conversation.targets import ALL, Target, ask_which, cancels, open_order, open_orders
from bot.conversation.turn import Turn, choice_buttons
from bot.decision import Decision, Reply
from bot.language.change_words import leaves_as_it_is
from bot.ordering.notes import joined_notes
from bot.situation import OpenQuestion, OrderView, QuestionKind
from bot.understanding.intent import Named


def confirm(turn: Turn) -> Decision:
    """YES: to a change of a placed order, to the one product that was offered, or to the draft."""
    if (question := turn.asked(QuestionKind.PRODUCT)) is not None:
        return yes_to_product(turn, question)
    question, draft = turn.asked(QuestionKind.CONFIRM), turn.situation.draft
    if question is not None and question.cancels:
        return _cancelled(turn, question)
    if question is not None and question.order_id is not None:
        return _change(turn, question)
    return _confirm_draft(turn, draft)


def _confirm_draft(turn: Turn, draft: OrderView | None) -> Decision:
    """YES to the draft as it is today: without what went off sale meanwhile, which is shown first."""
    if draft is None or not draft.lines:
        return Decision((Reply("nothing_to_confirm"),))
    proposed = _draft(turn, draft)
    if not proposed.lines:
        return with_lead(order_decisions.cancelled(turn, draft), "no_longer_sold")
    if len(proposed.lines) < len(draft.lines):
        return with_lead(order_decisions.ask_yes(turn, proposed, "confirm"), "no_longer_sold")
    return _accepted(turn, proposed)


def _accepted(turn: Turn, proposed: ProposedOrder) -> Decision:
    """After a YES; what others have taken from the stock meanwhile is asked about first."""
    now = without_short(turn, proposed)
    return ask(turn, now) if now.pending else check_out(turn, now, accepted=True)


def decline(turn: Turn) -> Decision:
    """NO to what was asked: the order stays as it is, the draft is dropped."""
    question, draft = turn.situation.question, turn.situation.draft
    if order := _waits_to_change(turn):
        return Decision((Reply("unchanged", {"order": order}),))
    if draft is None:
        return cancel(turn)
    if question is not None and question.cancels:
        return order_decisions.ask_yes(turn, _draft(turn, draft), "confirm")
    return order_decisions.cancelled(turn, draft)


def cancel(turn: Turn) -> Decision:
    """Words that cancel: what was asked, the draft, else an open order; words that only may mean it are asked about first.
    After its cut-off a person decides."""
    if turn.situation.meant_all:
        return _all_cancelled(turn)
    if (question := _asked_to_cancel(turn)) is not None:
        return _cancelled(turn, question)
    if turn.intent.doubtful and _waits_to_change(turn) is not None and not leaves_as_it_is(turn.said.text):
        return unclear(turn)
    target = cancels(turn)
    if (left := _leaves_what_was_asked(turn, target)) is not None:
        return left
    draft = turn.situation.draft
    if draft is not None:
        kept = turn.situation.question
        of_draft = turn.intent.order_id in (None, draft.number)
        return _cancel(turn, draft) if of_draft else _keeping(_cancel_meant(turn, target), kept)
    return _cancel_meant(_doubting(turn) if _asks_of_goods(turn) else turn, target)


def _keeping(decision: Decision, question: OpenQuestion | None) -> Decision:
    """What is asked about the draft waits on while another order is cancelled."""
    return decision if decision.question is not None else replace(decision, question=question)


def _doubting(turn: Turn) -> Turn:
    """Under a question of goods "cancel everything" may mean those goods: an order is not cancelled without a YES."""
    return replace(turn, intent=replace(turn.intent, doubtful=True))


def _asks_of_goods(turn: Turn) -> bool:
    return turn.asked(QuestionKind.PRODUCT) is not None or _waits_to_change(turn) is not None


def _asked_to_cancel(turn: Turn) -> OpenQuestion | None:
    """ "yes cancel", "cancel it": the YES to "shall I cancel it?", unless the words name another order, or all of several."""
    question, intent = turn.asked(QuestionKind.CONFIRM), turn.intent
    if question is None or not question.cancels or intent.doubtful or (order := _waits_to_change(turn)) is None:
        return None
    more = intent.named is Named.ALL and len(open_orders(turn)) > 1
    return question if intent.order_id in (None, order.number) and not more else None


def _leaves_what_was_asked(turn: Turn, target: Target) -> Decision | None:
    """A bare "cancel" under a question gives up what was asked; so do words that would cancel more where nothing more is."""
    nothing_else = target.order is None and target.late is None and not target.several
    if turn.intent.named is not None and not nothing_else:
        return None
    if order := _waits_to_change(turn):
        return Decision((Reply("unchanged", {"order": order}),))
    if (which := turn.asked(QuestionKind.ORDER)) is not None:
        return again(turn, which) if ALL in which.choices and not turn.intent.doubtful else none_meant(which)
    asked = turn.asked(QuestionKind.PRODUCT) is not None and turn.situation.draft is None
    return Decision((Reply("left_out"),)) if asked else None


def none_meant(question: OpenQuestion) -> Decision:
    """None of the orders that were asked about: nothing is cancelled, or nothing changed."""
    return Decision((Reply("unchanged_all" if ALL in question.choices else "left_out"),))


def _all_cancelled(turn: Turn) -> Decision:
    """All of the orders that were asked about, as far as they can still be cancelled."""
    found = [order for each in turn.situation.meant_all if (order := open_order(turn, each)) is not None]
    late = order_decisions.too_late("cancel after cut-off")
    if not found:
        return late
    done = order_decisions.all_cancelled(turn, found)
    if len(found) == len(turn.situation.meant_all):
        return done
    return replace(late, replies=(*done.replies, *late.replies), order=done.order, also=done.also)


def _waits_to_change(turn: Turn) -> OrderView | None:
    """The order whose change, or whose line, the open question is about."""
    question = turn.situation.question
    return turn.order(question.order_id) if question else None


def _cancel_meant(turn: Turn, target: Target) -> Decision:
    if target.several:
        return ask_which(turn, target.several)
    if target.order is not None:
        return _cancel(turn, target.order)
    return order_decisions.too_late("cancel after cut-off") if target.late else Decision((Reply("nothing_to_cancel"),))


def _cancel(turn: Turn, order: OrderView) -> Decision:
    return _ask_cancel(turn, order) if turn.intent.doubtful else order_decisions.cancelled(turn, order)


def _ask_cancel(turn: Turn, order: OrderView) -> Decision:
    """ "不要了", "no need already": whether the order is meant is asked before anything happens to it."""
    placed = None if order.is_draft else order.id
    question = OpenQuestion(
        QuestionKind.CONFIRM, turn.serial, asked=turn.asked_before + 1, order_id=placed, cancels=True
    )
    key = "confirm_drop" if order.is_draft else "confirm_cancel"
    return Decision((Reply(key, {"order": order}, choice_buttons(turn.serial, ("yes", "no"))),), question=question)


def _cancelled(turn: Turn, question: OpenQuestion) -> Decision:
    """YES to cancelling, done to the order as it is now."""
    if question.order_id is None:
        draft = turn.situation.draft
        return order_decisions.cancelled(turn, draft) if draft else Decision((Reply("nothing_to_cancel"),))
    order = open_order(turn, question.order_id)
    return order_decisions.cancelled(turn, order) if order else order_decisions.too_late("cancel after cut-off")


def unclear(turn: Turn) -> Decision:
    """Words that may mean yes or no and may mean neither: the question is put again, and nothing is done."""
    draft, which = turn.situation.draft, turn.asked(QuestionKind.ORDER)
    if which is not None:
        return again(turn, which)
    if draft is not None and draft.lines and not (turn.situation.question and turn.situation.question.about):
        return order_decisions.ask_yes(turn, _draft(turn, draft), "confirm")
    return nothing_asked(turn)


def nothing_asked(turn: Turn) -> Decision:
    """A bare yes, ok or no when nothing was asked changes nothing, least of all a placed order."""
    return Decision((Reply("noted"),), question=turn.situation.question)


def status(turn: Turn) -> Decision:
    """How the draft, the open orders or the latest order stand, from our rows."""
    situation = turn.situation
    opened = open_orders(turn)
    if situation.draft is None and len(opened) > 1:
        return Decision((Reply("status_list", {"orders": opened}),), question=situation.question)
    order = situation.draft or next(iter(opened), None) or next(iter(situation.own_orders), None)
    reply = Reply("status", {"order": order}) if order else Reply("no_order_yet")
    return Decision((reply,), question=situation.question)


def with_lead(decision: Decision, key: str) -> Decision:
    first, *rest = decision.replies
    return replace(decision, replies=(replace(first, lead=key), *rest))


def _change(turn: Turn, question: OpenQuestion) -> Decision:
    """The change that waited, done to the order as it is now."""
    order = open_order(turn, question.order_id)
    if order is None:
        return order_decisions.too_late("change after cut-off")
    return _accepted(turn, proposal(turn, question, order))


def proposal(turn: Turn, question: OpenQuestion, order: OrderView) -> ProposedOrder:
    """What the change that waits makes of the order as it is now."""
    delivery, refused = delivery_of(turn, order, question.day)
    return ProposedOrder(
        order, priced(turn, order, question.changes), question.changes, quantities_of(question.changes),
        limit=question.limit, delivery=delivery, refused=refused, notes=joined_notes(order.notes, question.notes),
    )  # fmt: skip


def _draft(turn: Turn, draft: OrderView) -> ProposedOrder:
    """The draft priced anew from today's rows, without what went off sale meanwhile; its day is judged again."""
    question = turn.situation.question
    delivery, refused = delivery_of(turn, draft, None)
    lines = tuple(line for line in priced(turn, draft, ()) if _sold(turn, line.sku))
    return ProposedOrder(
        draft, lines, delivery=delivery, refused=refused, notes=draft.notes, limit=question.limit if question else None,
        said=tuple(sorted((line.sku, line.quantity) for line in lines)),
    )  # fmt: skip


def _sold(turn: Turn, sku: str) -> bool:
    product = turn.situation.index.products.get(sku)
    return product is not None and product.active
