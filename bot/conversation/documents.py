"""What the bot says out of the supplier's documents: the passage and its source, a passage offered, or that the team is asked.

Says only what was found; which order there is, and what becomes of it, is never decided here.
"""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import terms
from bot.conversation.turn import Turn, choice_buttons, chosen_number
from bot.decision import Decision, Escalate, Outcome, Reply
from bot.knowledge.found import Answer, Verdict
from bot.language.languages import DEFAULT
from bot.language.short_answers import says_no, says_yes
from bot.situation import OpenQuestion, QuestionKind
from bot.understanding.intent import Intent, IntentKind

YES, NO = 1, 2
ALSO_ASKED = "also_asked"
"""In a message's payload: the question that was taken out of an order's words."""
LIKELY = 0.2
"""Below this an offer is only made to what is plainly a question about our terms."""
SURER = 0.75
"""From this on a document is told beside what the catalog says, or instead of "no such product"."""
QUESTION = "policy question"


def about_terms(turn: Turn) -> Decision:
    """A question about our terms: its answer, an offer, or a task for the team."""
    found = turn.situation.found
    if found is None or found.verdict is Verdict.UNKNOWN:
        return asked_of_team(turn)
    return told(turn, found) if found.verdict is Verdict.ANSWERED else offered(turn, found)


def instead(turn: Turn) -> Decision | None:
    """For a message that nothing else could be made of: a document's answer, or an offer that is likely."""
    found = turn.situation.found
    if found is None or found.verdict is Verdict.UNKNOWN:
        return None
    if found.verdict is Verdict.ANSWERED:
        return told(turn, found)
    return offered(turn, found) if found.confidence >= LIKELY else None


def beside(turn: Turn, decision: Decision) -> Decision:
    """What the catalog says, and below it the document that is about the same question."""
    found = turn.situation.found
    if found is None or found.verdict is not Verdict.ANSWERED or found.confidence < SURER:
        return decision
    return replace(decision, replies=(*decision.replies, quotation(found)))


def with_answer(turn: Turn, decision: Decision) -> Decision:
    """An order's decision, after the answer to the question that came in the same message; what the order asks stays last."""
    found = turn.situation.found
    asked = replace(turn.said, text=str(turn.said.payload[ALSO_ASKED]), payload={})
    if rows := terms.answered(replace(turn, said=asked, intent=Intent(IntentKind.INQUIRY_POLICY, 1.0))):
        return replace(decision, replies=(*rows.replies, *decision.replies))
    if found is not None and found.verdict is Verdict.ANSWERED:
        return replace(decision, replies=(quotation(found), *decision.replies))
    task = decision.escalate or Escalate(QUESTION, takes_over=False)
    return replace(decision, replies=(Reply("ask_team_too"), *decision.replies), escalate=task)


def told(turn: Turn, found: Answer) -> Decision:
    return Decision((quotation(found),), reason="document", question=_kept(turn))


def offered(turn: Turn, found: Answer) -> Decision:
    """Asks whether that is meant; where an order or a question is open a YES would be heard as theirs, so it is quoted with a doubt."""
    values = _values(found)
    if _kept(turn) is not None or turn.situation.draft is not None:
        return Decision((Reply("answer_maybe", values),), reason="document_offered", question=_kept(turn))
    asked = OpenQuestion(
        QuestionKind.TOPIC,
        turn.serial,
        choices=(found.text, found.passages[0].name),
        first_text=turn.said.text,
        doubt=_key(found),
    )
    reply = Reply("offer_answer", values, choice_buttons(turn.serial, ("yes", "no")))
    return Decision((reply,), reason="document_offered", question=asked)


def topic_answered(turn: Turn, question: OpenQuestion) -> Decision | None:
    """YES gets the passage that was offered, NO the team; anything else is a message of its own."""
    number = chosen_number(turn.said, question, NO)
    if number == YES or (number is None and says_yes(turn.said.text)):
        text, source = question.choices
        reply = Reply(question.doubt, {"answer": text, "source": source})
        return Decision((reply,), reason="document")
    if number == NO or (number is None and says_no(turn.said.text)):
        return asked_of_team(turn)
    return None


def asked_of_team(turn: Turn) -> Decision:
    """A task for a person; the bot goes on taking orders meanwhile."""
    task = Escalate(QUESTION, takes_over=False)
    return Decision((Reply("ask_team"),), Outcome.HANDED_OVER, "policy", question=_kept(turn), escalate=task)


def _kept(turn: Turn) -> OpenQuestion | None:
    """What else is open stays so; a passage that was offered does not outlive the next question."""
    still_open = turn.situation.question
    return None if still_open is not None and still_open.kind is QuestionKind.TOPIC else still_open


def quotation(found: Answer) -> Reply:
    return Reply(_key(found), _values(found))


def _values(found: Answer) -> dict[str, str]:
    return {"answer": found.text, "source": found.passages[0].name}


def _key(found: Answer) -> str:
    """A lead stands before a passage that is not in the language of the question."""
    return "answer_document" if found.written or found.language == DEFAULT else "answer_quoted"


ASKS = frozenset({IntentKind.INQUIRY_POLICY, IntentKind.INQUIRY_PRODUCT, IntentKind.INQUIRY_PRICE, IntentKind.OTHER})
"""The kinds of message that the documents are asked about."""
