"""An open question put once more: after a number that is none of its choices, and as a reminder."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.base import MessageKind
from bot.conversation.asking import MAX_QUESTIONS_IN_A_ROW, asking, quoted
from bot.conversation.targets import choice_of, which_order
from bot.conversation.turn import Turn, choice_buttons, typed_number
from bot.decision import Decision, Reply
from bot.language.short_answers import says_yes
from bot.situation import OpenQuestion, QuestionKind, Situation

NAMES_ONE = frozenset({QuestionKind.OUTLET, QuestionKind.ORDER})
TAKES_AMOUNTS = frozenset({QuestionKind.PRODUCT, QuestionKind.OFFERED, QuestionKind.LINK})
"""Under these a number may be an amount: the reader says what it is."""


def off_the_list(turn: Turn) -> Decision | None:
    """The question again where a bare number is none of its choices; None for everything else."""
    question = turn.situation.question
    if question is None or question.kind in TAKES_AMOUNTS or turn.said.kind is not MessageKind.TEXT:
        return None
    if not _is_off(turn.said.text, question) and not _picks_none(turn, question):
        return None
    return replace(again(turn, question), reason="off_the_list")


def again(turn: Turn, question: OpenQuestion) -> Decision:
    """The question once more, after words that did not answer it; after a few such a person is offered."""
    asked = replace(question, asked=question.asked + 1)
    offer = (Reply("offer_person"),) if asked.asked > MAX_QUESTIONS_IN_A_ROW else ()
    return Decision((question_again(turn.situation, question), *offer), question=asked)


def _picks_none(turn: Turn, question: OpenQuestion) -> bool:
    """ "the monday one", of orders for Wednesday and Friday: a choice that was not taken up before the reading."""
    choice = choice_of(turn.said, turn.situation) if question.kind is QuestionKind.ORDER else None
    return choice is not None and not choice.none


def _is_off(text: str, question: OpenQuestion) -> bool:
    """A number that is not there, or a yes where one of several has to be named."""
    number = typed_number(text)
    if number is None:
        return question.kind in NAMES_ONE and says_yes(text)
    return not 1 <= number <= _choices(question)


def _choices(question: OpenQuestion) -> int:
    return len(question.choices) if question.kind in NAMES_ONE else 2


def withdrawn(text: str) -> Reply:
    """What is said of words that were asked about and passed over so often that they are not put again."""
    return Reply("withdrawn", {"text": quoted(text)})


def question_again(situation: Situation, question: OpenQuestion) -> Reply:
    """The question with the same buttons; where its order cannot be shown, what kind of answer it needs."""
    serial = question.serial
    if question.kind is QuestionKind.PRODUCT:
        return asking(situation, serial, question.about[0])
    if question.kind is QuestionKind.OUTLET:
        return Reply("which_outlet", {}, choice_buttons(serial, tuple(outlet.name for outlet in situation.outlets)))
    if question.kind is QuestionKind.ORDER:
        by_id = {str(order.id): order for order in situation.orders}
        return which_order(question, tuple(by_id[each] for each in question.choices if each in by_id))
    yes_no = choice_buttons(serial, ("yes", "no"))
    draft = situation.draft if question.kind is QuestionKind.CONFIRM and question.order_id is None else None
    if draft is None or question.cancels:
        return Reply("yes_or_no", {}, yes_no)
    return Reply("confirm", {"order": draft}, yes_no)
