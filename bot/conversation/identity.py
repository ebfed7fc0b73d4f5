"""Who is speaking, and for which outlet. Decided by the sender's exact address only; names in the text only raise questions."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.base import MessageKind
from bot.channels.registry import spec_of
from bot.conversation import on_behalf
from bot.conversation.turn import Turn, choice_buttons, chosen_number
from bot.decision import Decision, Joining, Outcome, Reply
from bot.identity.names import words_of
from bot.situation import OpenQuestion, Outlet, QuestionKind, Said, Situation
from bot.understanding.intent import WRITES_ORDER, IntentKind

NAMES_ARE_HARMLESS = frozenset(
    {IntentKind.INQUIRY_PRICE, IntentKind.INQUIRY_PRODUCT, IntentKind.INQUIRY_POLICY, IntentKind.THANKS}
    | {IntentKind.COMPLAINT, IntentKind.HUMAN, IntentKind.OPT_OUT}
)
"""What is said with these touches no order, whoever is named."""
MOST_WORDS_OF_INTRODUCTION = 5
MOST_WAITING = 2_000
"""Characters of an order that wait for its sender to be known."""
WORDLESS = frozenset({MessageKind.REACTION, MessageKind.DELETED})


def decided(turn: Turn) -> Decision | None:
    """What is settled by who writes alone: shared contacts, codes, requests, strangers. None for a known contact's words."""
    if turn.said.kind is MessageKind.CONTACT:
        return contact_shared(turn)
    if turn.situation.speaker.join_request is not None:
        return _join_decided(turn)
    if turn.situation.speaker.wrote_code and (coded := _code_written(turn)):
        return coded
    return None if turn.situation.outlets else unknown_sender(turn)


def unknown_sender(turn: Turn) -> Decision:
    """Says how to be registered, leaves a request for a person, and makes no order; the answer is the same whoever is named.
    Who writes more to an order that waits already is told only that."""
    if turn.said.kind in WORDLESS:
        return Decision(outcome=Outcome.IGNORED, reason="unknown_sender")
    shares = spec_of(turn.situation.contact.channel).shares_contact
    reply = Reply("unknown_telegram" if shares else "unknown_sender", asks_contact=shares)
    before, waiting = turn.asked(QuestionKind.LINK), _waiting_order(turn)
    writes = waiting is not None and waiting.serial == turn.serial
    kept = (Reply("order_waits"),) if writes else ()
    more = (Reply("order_waits_too", asks_contact=shares),)
    replies = more if writes and before is not None and before.first_text else (reply, *kept)
    return Decision(
        replies, outcome=Outcome.ANSWERED, reason="unknown_sender", joining=_request(turn), question=waiting
    )


def _waiting_order(turn: Turn) -> OpenQuestion | None:
    """The order that is taken up once it is known who writes; what was written first stays first."""
    before = turn.asked(QuestionKind.LINK)
    if not _writes_order(turn):
        return before
    words = "\n".join(filter(None, (before.first_text if before else "", turn.said.text)))
    return OpenQuestion(QuestionKind.LINK, turn.serial, first_text=words[:MOST_WAITING])


def _writes_order(turn: Turn) -> bool:
    """Whether the message is an order in the sender's own words."""
    own_words = turn.said.kind is MessageKind.TEXT and not turn.said.payload.get("forwarded")
    return own_words and turn.intent.kind in WRITES_ORDER


def contact_shared(turn: Turn) -> Decision:
    """Binds a Telegram chat to the outlets of the phone it shared, only when the contact is the sender's own: anybody's can be forwarded."""
    own = is_own_contact(turn.said, turn.situation)
    if not spec_of(turn.situation.contact.channel).shares_contact:
        return Decision((Reply("media_contact"),), question=turn.situation.question)
    if not own:
        return Decision(
            (Reply("contact_not_yours", asks_contact=True),), reason="contact_not_own", question=turn.situation.question
        )
    found = turn.situation.shared_phone_outlets
    if not found:
        return Decision((Reply("phone_not_known"),), reason="phone_unknown", joining=_request(turn))
    names = ", ".join(outlet.name for outlet in found)
    linked = Decision((Reply("linked", {"outlets": names}),), bind_outlet_ids=tuple(outlet.id for outlet in found))
    return _of_which(turn, linked, found)


def is_own_contact(said: Said, situation: Situation) -> bool:
    """Whether the card is the sender's own: anybody's can be forwarded."""
    contact = said.payload.get("contact") or {}
    own = str(contact.get("user_id")) == situation.contact.address and not said.payload.get("forwarded")
    return own and spec_of(situation.contact.channel).shares_contact


def _of_which(turn: Turn, linked: Decision, outlets: tuple[Outlet, ...]) -> Decision:
    """With an order that waits and several outlets, the next question is whose order it is."""
    before = turn.asked(QuestionKind.LINK)
    if before is None or len(outlets) < 2:
        return linked
    asked = which_outlet(turn.serial, outlets, before.first_text)
    return replace(linked, replies=(*linked.replies, *asked.replies), question=asked.question)


def ask_outlet(turn: Turn) -> Decision:
    """One question with the outlets of this contact; the order said first waits and is read again after the answer."""
    outlets, before = turn.situation.outlets, turn.asked(QuestionKind.OUTLET)
    if before is None or not before.first_text:
        return which_outlet(turn.serial, outlets, turn.said.text)
    words = "\n".join(filter(None, (before.first_text, turn.said.text)))
    return which_outlet(turn.serial, outlets, words, before.asked + 1)


def which_outlet(serial: int, outlets: tuple[Outlet, ...], words: str, asked: int = 1) -> Decision:
    """The question with the outlets as choices; `words` wait for the answer."""
    labels = tuple(outlet.name for outlet in outlets)
    choices = tuple(str(outlet.id) for outlet in outlets)
    question = OpenQuestion(QuestionKind.OUTLET, serial, choices=choices, first_text=words, asked=asked)
    return Decision((Reply("which_outlet", buttons=choice_buttons(serial, labels)),), question=question)


def resume_for_outlet(said: Said, situation: Situation) -> tuple[Said, Situation]:
    """When this turn picks the outlet that was asked about: that outlet, and the words that had waited for it.

    Run before the message is read, because an outlet has names of its own for products.
    """
    question = situation.asked(QuestionKind.OUTLET)
    outlet = _picked_outlet(said, situation, question) if question else None
    if question is None or outlet is None:
        return said, situation
    waiting = replace(said, text=question.first_text or said.text, kind=MessageKind.TEXT, payload={"chosen": outlet.id})
    return waiting, replace(situation, outlet=outlet, question=None)


def _picked_outlet(said: Said, situation: Situation, question: OpenQuestion) -> Outlet | None:
    """The outlet of that number, else the only one of that name."""
    number = chosen_number(said, question, len(question.choices))
    if number:
        return next((o for o in situation.outlets if str(o.id) == question.choices[number - 1]), None)
    by_name = [outlet for outlet in situation.outlets if outlet.name.casefold() == said.text.strip().casefold()]
    return by_name[0] if len(by_name) == 1 else None


def other_outlet(turn: Turn) -> Decision | None:
    """An outlet is named that is not the one meant: asked, never followed. None when nothing of the kind is said."""
    named = turn.situation.speaker.named
    if not named or _harmless(turn, named[0][1]):
        return None
    ids, own = {outlet_id for outlet_id, _ in named}, {outlet.id for outlet in turn.situation.outlets}
    if not ids & own:
        return _not_ours(turn, named[0][1])
    return None if turn.outlet.id in ids or turn.said.payload.get("chosen") else _switch(turn)


def _harmless(turn: Turn, name: str) -> bool:
    """Whether it changes no order that an outlet is named."""
    if turn.intent.kind is IntentKind.OTHER:
        return not _introduces(turn.said.text, name) or on_behalf.adopted(turn.said) == on_behalf.OTHER_OUTLET
    return turn.intent.kind in NAMES_ARE_HARMLESS or on_behalf.adopted(turn.said) == on_behalf.OTHER_OUTLET


def _introduces(text: str, name: str) -> bool:
    """ "This is A&W Jewel" says who speaks; a name in a longer text that orders nothing says nothing about an order."""
    return len(words_of(text)) - len(words_of(name)) <= MOST_WORDS_OF_INTRODUCTION


def _not_ours(turn: Turn, label: str) -> Decision:
    values = {"named": label, "own": turn.outlet.name}
    return on_behalf.ask(turn, on_behalf.OTHER_OUTLET, Reply("other_outlet", values))


def _switch(turn: Turn) -> Decision:
    """Another of the sender's own outlets: they say which; a draft of the first one is finished before."""
    if turn.situation.draft is not None:
        values = {"own": turn.outlet.name}
        return Decision((Reply("draft_first", values),), question=turn.situation.question)
    return ask_outlet(turn)


def _code_written(turn: Turn) -> Decision | None:
    """An invitation binds; a wrong code is told to a stranger only, because a known contact may mean goods by it."""
    speaker = turn.situation.speaker
    if speaker.invitation is not None:
        invitation_id, outlet = speaker.invitation
        reply = Reply("linked", {"outlets": outlet.name})
        return Decision((reply,), reason="invitation", joining=Joining(invitation_id=invitation_id))
    if turn.situation.outlets:
        return None
    if speaker.codes_locked:
        return Decision((Reply("code_locked"),), reason="code_locked")
    return Decision((Reply("code_wrong"),), reason="code_wrong", joining=Joining(wrong_code=True))


def with_wrong_code(turn: Turn, decision: Decision) -> Decision:
    """Whoever writes a code that is none is counted, also a known contact whose words are read like any others."""
    speaker = turn.situation.speaker
    guessed = speaker.wrote_code and speaker.invitation is None and not speaker.codes_locked
    return replace(decision, joining=Joining(wrong_code=True)) if guessed and decision.joining is None else decision


def _join_decided(turn: Turn) -> Decision:
    """A manager's APPROVE or DECLINE of a request for the outlet they manage."""
    request = turn.situation.speaker.join_request
    if request is None:
        raise LookupError("there is no request to decide")
    key = "join_approved" if request.approved else "join_declined"
    reply = Reply(key, {"outlets": request.outlet_name})
    decides = Joining(decides=(request.id, request.approved))
    return Decision((reply,), reason=key, joining=decides, question=turn.situation.question)


def _request(turn: Turn) -> Joining | None:
    """A request for a person, with the outlet that was named when it was exactly one."""
    speaker = turn.situation.speaker
    if speaker.asked_to_join:
        return None
    return Joining(asks=True, asks_outlet_id=speaker.named[0][0] if len(speaker.named) == 1 else None)
