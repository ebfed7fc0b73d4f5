"""What a dialogue's customer does besides saying and pressing: quotes, edits, deletes, reacts, forwards, sends a photo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from bot.channels.base import MessageKind
from bot.decision import Decision
from bot.identity.names import OutletNames
from bot.situation import OpenQuestion, Referred, Speaker
from bot.understanding.intent import Intent


@cache
def names_of_all(outlets: tuple[tuple[int, str], ...]) -> OutletNames:
    return OutletNames.of(outlets)


@dataclass
class Memory:
    """Which order each message of the customer made or changed, and which product it was about."""

    orders: dict[int, int] = field(default_factory=dict)
    skus: dict[int, set[str]] = field(default_factory=dict)

    def note(self, message: int, intent: Intent, decision: Decision, order_id: int | None) -> None:
        self.skus[message] = {line.sku for line in intent.lines}
        if decision.order is not None and order_id is not None:
            self.orders[message] = order_id

    def referred(self, payload: Mapping[str, Any]) -> Referred | None:
        """As jobs/turn/referred_message.py finds it: `quotes` is the bot's answer to that message, `own` the message itself."""
        quoted, own = payload.get("quotes"), payload.get("own")
        message = quoted or own
        if message is None:
            return None
        skus, order_id = self.skus.get(message, set()), self.orders.get(message)
        return Referred(
            message_id=message,
            inbound=own is not None,
            answers=quoted,
            sku=next(iter(skus)) if len(skus) == 1 else None,
            order_id=order_id,
            sole=list(self.orders.values()).count(order_id or 0) == 1,
        )


def speaker_of(text: str, question: OpenQuestion | None, names: OutletNames) -> Speaker:
    ids = sorted(names.named_in(f"{question.first_text if question else ''}\n{text}"))
    return Speaker(named=tuple((outlet_id, names.labels[outlet_id]) for outlet_id in ids))


def done_by(turn: Mapping[str, Any]) -> tuple[str, MessageKind, dict[str, Any]] | None:
    """The text, kind and payload of a turn that is more than words; None for plain ones."""
    words = str(turn.get("says", ""))
    if "reacts" in turn:
        return str(turn["reacts"]), MessageKind.REACTION, {"quotes": turn["to"]}
    if "edits" in turn:
        return words, MessageKind.EDIT, {"own": turn["edits"]}
    if "deletes" in turn:
        return "", MessageKind.DELETED, {"own": turn["deletes"]}
    if "sends" in turn:
        return words, MessageKind(turn["sends"]), {}
    if "quotes" in turn or "quotes_own" in turn:
        return words, MessageKind.TEXT, {"quotes": turn.get("quotes"), "own": turn.get("quotes_own")}
    return (words, MessageKind.TEXT, {"forwarded": True}) if turn.get("forwarded") else None
