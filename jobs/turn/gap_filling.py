"""Lets the runtime's GapFiller, when there is one, explain words that the rules left over. Without one the customer is asked."""

from __future__ import annotations

from bot.channels.base import Kind
from bot.conversation.reading import without_names
from bot.runtime import Runtime
from bot.settings import ConfirmOrders
from bot.situation import Said, Situation
from bot.understanding.gaps import GapRecord
from bot.understanding.intent import Intent
from jobs.turn.llm_budget import spent_today
from models.database import autocommit


def fill_gaps(runtime: Runtime, said: Said, situation: Situation, intent: Intent) -> tuple[Intent, GapRecord | None]:
    """The reading with its gaps filled where that can be believed, and what asking came to. No transaction may be open.

    Nobody's words are sent before it is known whose they are, and no outlet's name ever is. Where orders are placed without
    a YES nothing is asked: what an LLM explains always needs one.
    """
    filler, outlet = runtime.gap_filler, situation.outlet
    if filler is None or outlet is None or outlet.confirm_orders is ConfirmOrders.NEVER:
        return intent, None
    if said.kind not in (Kind.TEXT, Kind.EDIT) or not filler.wants(intent):
        return intent, None
    with autocommit(runtime.engine) as connection:
        spent = spent_today(connection, runtime.clock())
    names = [one.name for one in situation.outlets] + [name for _, name in situation.speaker.named]
    return filler.fill(
        intent,
        without_names(said.text, names),
        situation.index,
        situation.context,
        said.said_at.astimezone(runtime.settings.zone),
        outlet_id=outlet.code,
        spent_today=spent,
    )
