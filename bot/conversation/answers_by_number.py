"""Answers given by number, button or a plain yes or no; answers in words are the reader's work."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import confirm_or_cancel, documents, orders
from bot.conversation.asking import MAX_CHOICES, offers_one
from bot.conversation.product_answers import as_answer, left_out, yes_to_product
from bot.conversation.targets import choice_of
from bot.conversation.turn import Turn, chosen_number
from bot.decision import Decision, Reply
from bot.language.short_answers import says_no, says_once_more, says_the_same, says_yes
from bot.situation import OpenQuestion, QuestionKind

YES, NO = 1, 2
TWICE = "confirm_same_again"


def answered(turn: Turn) -> Decision | None:
    """The decision when this turn picks a choice or says a bare yes or no; None when it has to be understood as words."""
    if question := turn.asked(QuestionKind.PRODUCT):
        return _product_answered(turn, question) or _closed(turn)
    if question := turn.asked(QuestionKind.ORDER):
        return _order_declined(turn, question) or _closed(turn)
    if question := turn.asked(QuestionKind.TOPIC):
        return documents.topic_answered(turn, question) or _closed(turn)
    if question := turn.asked(QuestionKind.CONFIRM):
        return _confirm_answered(turn, _yes_or_no(turn, question)) or _closed(turn)
    return _closed(turn)


def _order_declined(turn: Turn, question: OpenQuestion) -> Decision | None:
    """ "no", "none of them": what waited for the order is given up."""
    choice = choice_of(turn.said, turn.situation)
    none = choice is not None and choice.none
    return confirm_or_cancel.none_meant(question) if none or says_no(turn.said.text) else None


def _confirm_answered(turn: Turn, agreed: bool | None) -> Decision | None:
    if agreed is None:
        return None
    return confirm_or_cancel.confirm(turn) if agreed else confirm_or_cancel.decline(turn)


def _yes_or_no(turn: Turn, question: OpenQuestion) -> bool | None:
    """True for a yes, False for a no, by button, number or word; None for neither."""
    number, text = chosen_number(turn.said, question, NO), turn.said.text
    twice = question.doubt == TWICE
    if number == YES or says_yes(text) or (twice and says_once_more(text)):
        return True
    return False if number == NO or says_no(text) or (twice and says_the_same(text)) else None


def _closed(turn: Turn) -> Decision | None:
    """A button of a question that is answered already has no effect; None for words."""
    if turn.said.pressed is None:
        return None
    return Decision((Reply("question_closed"),), reason="stale_button", question=turn.situation.question)


def _product_answered(turn: Turn, question: OpenQuestion) -> Decision | None:
    first = question.about[0]
    shown = first.candidates[:MAX_CHOICES]
    if offers_one(first) and (says_yes(turn.said.text) or chosen_number(turn.said, question, NO) == YES):
        return yes_to_product(turn, question)
    if says_no(turn.said.text) or (offers_one(first) and chosen_number(turn.said, question, NO) == NO):
        return left_out(turn)
    number = chosen_number(turn.said, question, len(shown)) if len(shown) > 1 else None
    if number is None:
        return None
    return orders.write(replace(turn, intent=as_answer(turn, first, shown[number - 1])))
