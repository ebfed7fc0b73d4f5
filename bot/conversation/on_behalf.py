"""Words that are not plainly the sender's own order: forwarded ones, or an order in another outlet's name.

They wait in a question; nothing is written before its YES, and then they are read again as the sender's own outlet's.
"""

from __future__ import annotations

from dataclasses import replace

from bot.channels.base import MessageKind
from bot.conversation.turn import Turn, choice_buttons, chosen_number
from bot.decision import Decision, Escalate, Outcome, Reply
from bot.language.short_answers import says_no, says_yes
from bot.situation import OpenQuestion, QuestionKind, Said, Situation
from bot.understanding.intent import WRITES_ORDER, IntentKind

FORWARDED, OTHER_OUTLET = "forwarded", "other_outlet"
YES, NO = 1, 2
MOST_ASKED = 2
"""After two that did not help, a person is asked."""
LEAVES_IT_OPEN = frozenset(
    {IntentKind.GREETING, IntentKind.THANKS, IntentKind.COMPLAINT, IntentKind.HUMAN}
    | {IntentKind.INQUIRY_PRICE, IntentKind.INQUIRY_PRODUCT, IntentKind.INQUIRY_POLICY}
)


def adopted(said: Said) -> str | None:
    """Why these words had waited, once they were accepted."""
    return str(said.payload["adopted"]) if said.payload.get("adopted") else None


def ask(turn: Turn, why: str, reply: Reply) -> Decision:
    """One question; what was said so far waits in it."""
    before = turn.asked(QuestionKind.ADOPT)
    waiting = before.first_text if before else ""
    question = OpenQuestion(
        QuestionKind.ADOPT, turn.serial, choices=(why,), first_text="\n".join(filter(None, (waiting, turn.said.text))),
        asked=before.asked + 1 if before and waiting else 1,
    )  # fmt: skip
    asking = replace(reply, buttons=choice_buttons(turn.serial, ("yes", "no")))
    if question.asked <= MOST_ASKED:
        return Decision((asking,), question=question)
    task = Escalate("order in another outlet's name", takes_over=False)
    return Decision((asking, Reply("offer_person")), Outcome.HANDED_OVER, why, question=question, escalate=task)


def resume(said: Said, situation: Situation) -> tuple[Said, Situation]:
    """After a YES: the words that had waited, to be read as this sender's."""
    question = situation.asked(QuestionKind.ADOPT)
    if question is None:
        return said, situation
    if chosen_number(said, question, NO) != YES and not says_yes(said.text):
        return said, situation
    own = replace(said, text=question.first_text, kind=MessageKind.TEXT, payload={"adopted": question.choices[0]})
    return own, replace(situation, question=None)


def forwarded(turn: Turn) -> Decision | None:
    """A forwarded text that would write an order may be somebody else's: the sender is asked."""
    if not turn.said.payload.get("forwarded") or turn.intent.kind not in WRITES_ORDER:
        return None
    return ask(turn, FORWARDED, Reply("forwarded", {"own": turn.outlet.name}))


def answered(turn: Turn) -> Decision | None:
    """What a turn means while words wait for a YES; None when it is about something else."""
    question = turn.asked(QuestionKind.ADOPT)
    if question is None:
        return None
    if chosen_number(turn.said, question, NO) == NO or says_no(turn.said.text):
        return Decision((Reply("not_adopted"),), reason=question.choices[0])
    if turn.said.pressed is not None:
        return Decision((Reply("question_closed"),), reason="stale_button", question=question)
    if turn.intent.kind in LEAVES_IT_OPEN or question.choices[0] != OTHER_OUTLET:
        return None
    return ask(turn, OTHER_OUTLET, Reply("other_outlet_again", {"own": turn.outlet.name}))
