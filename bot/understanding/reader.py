"""Reads one message: words in, an Intent out. Pure, deterministic, never raises, linear in the length of the text."""

from __future__ import annotations

from datetime import datetime

from bot.catalog.index import CatalogIndex
from bot.understanding.elements import find_elements
from bot.understanding.intent import Context, Intent, IntentKind, Line, Question
from bot.understanding.resolve import Quoter, Resolver, summed
from bot.understanding.story import tell
from bot.understanding.text import fold
from bot.understanding.when import find_days


def understand(
    text: str, index: CatalogIndex, context: Context, now: datetime, *, outlet_id: str | None = None
) -> Intent:
    """What `text` means to this outlet at `now` (aware; its date is the day words count from)."""
    index = index.for_outlet(outlet_id)
    folded = fold(text)
    tokens = index.tokeniser.read(folded.text, index.mend)
    days = find_days(tokens, now.date())
    skip = {at for day in days for at in range(day.start, day.end)}
    elements = find_elements(tokens, skip, index)
    resolver = Resolver(index, Quoter(tokens, folded))
    lines: list[Line] = []
    questions: list[Question] = []
    for edit in tell(elements, resolver).edits:
        result = edit.outcome
        if edit.op == "remove" or edit.mention is None or (edit.said.at < 0 and not edit.mention.words):
            continue
        if isinstance(result, Line):
            lines.append(result)
        elif result is not None:
            questions.append(result)
    asked = next((day.day for day in days if day.day is not None), None)
    kind = IntentKind.ORDER_CREATE if lines or questions else IntentKind.OTHER
    return Intent(kind, 0.5, summed(lines), (), tuple(questions), asked)
