"""Commands as Telegram offers them: /start greets, /help explains, /stop ends announcements. `/start CODE` is a code, not a command."""

from __future__ import annotations

import re

from bot.channels.registry import spec_of
from bot.conversation import identity
from bot.conversation.turn import Turn
from bot.decision import Decision, Reply

START, STOP = "start", "stop"
_COMMAND = re.compile(r"\s*/([a-z]\w{0,31})(?:@\w+)?(?:\s+[\w-]*)?\s*", re.IGNORECASE | re.ASCII)


def command_in(text: str) -> str | None:
    """The command that the whole message is, in small letters; a word behind it (Telegram's link parameter) may follow."""
    found = _COMMAND.fullmatch(text)
    return found[1].lower() if found else None


def decided(turn: Turn) -> Decision | None:
    """None for what is no command, and for one that carries an invitation code; whatever was asked before stays open."""
    command = None if turn.situation.speaker.wrote_code else command_in(turn.said.text)
    if command is None:
        return None
    if command == STOP:
        return Decision((Reply("opted_out"),), reason=STOP, question=turn.situation.question, opted_out=True)
    if not turn.situation.outlets:
        return _to_a_stranger(turn)
    if command == START and turn.situation.contact.opted_out:
        return Decision((Reply("opted_in"),), reason=START, question=turn.situation.question, opted_out=False)
    return Decision((_help(turn, command),), reason="command", question=turn.situation.question)


def _to_a_stranger(turn: Turn) -> Decision:
    """Says how to be known. Who only presses Start has asked nobody for anything yet."""
    decision = identity.unknown_sender(turn)
    if not spec_of(turn.situation.contact.channel).shares_contact:
        return decision
    return Decision(decision.replies, reason="command", question=turn.situation.question)


def _help(turn: Turn, command: str) -> Reply:
    outlet = turn.situation.outlet
    if command == START and outlet is not None:
        return Reply("help", {"outlet": outlet.name}, lead="greeting")
    return Reply("help")
