"""One message as a `Reading`: as a change of what is there where every word of it is one, else as wishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.language.detect import language_of
from bot.understanding.change_items import choosing_words, unread_words
from bot.understanding.change_reading import change_of, heard_in, marks_beside
from bot.understanding.denied import denied_amounts
from bot.understanding.frames import frame_of, unplaced
from bot.understanding.kinds import CLEAR_ORDER, ORDER, rank
from bot.understanding.message_facts import Facts
from bot.understanding.notes import notes_of
from bot.understanding.open_orders import something_open
from bot.understanding.picks import places_picked
from bot.understanding.rule_questions import rules_asked
from bot.understanding.spoken import spoken_of
from bot.understanding.statements import Reading
from bot.understanding.wishes import statements_of, unknown_words

POLICY = "inquiry.policy"


def reading_of(facts: Facts, text: str, unexplained: Sequence[str], today: date) -> Reading:
    """The message as statements. `unexplained` are the stretches that the story does not account for."""
    base = _base(facts, text, unexplained)
    if rules_asked(facts.folded.text, facts.index, today):
        return Reading(text, kinds=((POLICY, CLEAR_ORDER),), language=base.language)
    if base.frame.chosen or (base.frame.picks and places_picked(facts.context.pending, facts.tokens)):
        return replace(base, kinds=((ORDER, CLEAR_ORDER), *base.kinds), leftovers=())
    heard = heard_in(facts, base) if something_open(facts.context) else None
    if heard is not None:
        if (change := change_of(heard)) is not None:
            return change
        base = replace(base, frame=replace(base.frame, marks=marks_beside(heard)))
    left = list(base.leftovers)
    if something_open(facts.context):
        left = [words for words in left if words not in choosing_words(facts)] + list(unread_words(facts))
    base = replace(base, leftovers=(*left, *denied_amounts(facts)))
    return replace(base, statements=tuple(statements_of(facts)), unplaced=unplaced(facts))


def _base(facts: Facts, text: str, unexplained: Sequence[str]) -> Reading:
    """What every reading of the message shares."""
    ranked = rank(facts).order
    about = spoken_of(facts.elements, facts.index) if ranked[0][0] != ORDER else ()
    return Reading(
        text, frame=frame_of(facts), kinds=ranked, notes=notes_of(facts), leftovers=tuple(unexplained),
        unknown=unknown_words(facts), spoken_of=about, language=language_of(facts.tokens),
    )  # fmt: skip
