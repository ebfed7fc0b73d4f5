"""Lets the runtime's GapFiller, when there is one, explain words that the rules left over. Without one the customer is asked."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bot.channels.base import MessageKind
from bot.conversation import aside
from bot.conversation.reading import context_of, without_names
from bot.runtime import Runtime
from bot.settings import ConfirmOrders
from bot.situation import Said, Situation
from bot.understanding.gaps import GapRecord
from bot.understanding.intent import Intent
from jobs.lease import Lease
from jobs.turn.llm_budget import spent_today
from models.database import autocommit

BUDGET_S = 8.0
"""For the documents, where there is no language model with a time of its own."""
MAX_TRIES = 2
"""A message that failed more often is answered by the rules alone: what an answer cost is only counted with its message."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """What the rules read by themselves: the message and the situation as they understand them, and the intent."""

    said: Said
    situation: Situation
    intent: Intent


def until(runtime: Runtime) -> float:
    """When a message that comes now has waited for others for long enough, on the monotonic clock."""
    return time.monotonic() + (runtime.gap_filler.budget_s if runtime.gap_filler else BUDGET_S)


def wanted(runtime: Runtime, held: Lease, noticed: Noticed) -> bool:
    """Whether a language model is to be asked.

    Nobody's words are sent before it is known whose they are. Where orders are placed without a YES nothing is asked: what an
    LLM explains always needs one.
    """
    filler, outlet = runtime.gap_filler, noticed.situation.outlet
    if filler is None or outlet is None or outlet.confirm_orders is ConfirmOrders.NEVER:
        return False
    if held.is_synthetic or held.attempts > MAX_TRIES:
        return False
    if noticed.situation.aside is not None and not aside.is_called(noticed.said):
        return False
    return noticed.said.kind in (MessageKind.TEXT, MessageKind.EDIT) and filler.wants(noticed.intent)


def fill_gaps(runtime: Runtime, noticed: Noticed, until: float) -> tuple[Intent, GapRecord | None]:
    """The reading with its gaps filled where that can be believed, and what asking came to. No transaction may be open.

    No outlet's name is ever sent.
    """
    said, situation, filler = noticed.said, noticed.situation, runtime.gap_filler
    if filler is None or situation.outlet is None:
        return noticed.intent, None
    with autocommit(runtime.engine) as connection:
        spent = spent_today(connection, runtime.clock())
    names = [one.name for one in situation.outlets] + [name for _, name in situation.speaker.named]
    return filler.fill(
        noticed.intent,
        without_names(said.text, names),
        situation.index,
        context_of(said, situation),
        said.said_at.astimezone(runtime.settings.zone),
        outlet_id=situation.outlet.code,
        spent_today=spent,
        until=until,
    )
