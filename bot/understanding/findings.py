"""What holds of a message whoever reads it: odd days, talk of the past, known phrases, sentences that speak to the machine."""

from __future__ import annotations

from dataclasses import dataclass

from bot.language.tokeniser import Token
from bot.understanding.cues import Cues
from bot.understanding.dates_in_words import Day
from bot.understanding.intent import Intent, Line, OddDay
from bot.understanding.message_facts import Facts
from bot.understanding.spans import STRONG, Break, Cue, Element
from bot.understanding.wished_steps import Story


@dataclass(frozen=True, slots=True)
class Read:
    """A message as it is understood, and what it was understood from."""

    intent: Intent
    facts: Facts


def silence(story: Story, tokens: list[Token], elements: list[Element], cues: Cues) -> None:
    """In a sentence that gives the machine orders, only goods that are certain count; the rest asks nothing."""
    ends = [tokens[e.start].start for e in elements if isinstance(e, Break) and e.strength >= STRONG]
    attacked = {sum(end <= at for end in ends) for at in cues.attacks}
    for edit in story.edits if attacked else ():
        if edit.mention is not None and not isinstance(edit.outcome, Line):
            edit.chatter |= sum(end <= tokens[edit.mention.start].start for end in ends) in attacked


def told_of_the_past(facts: Facts) -> tuple[str, ...]:
    """ "5 ctn liner last week": what ends so may be a report of what was had, and no wish."""
    text = facts.folded.text.rstrip(" .!")
    if facts.cues.has("repeat") or any(token.has("past_verb") for token in facts.tokens):
        return ()
    return tuple(phrase for role, phrase in facts.cues.phrases if role == "past" and text.endswith(" " + phrase))[:1]


def odd_days(facts: Facts) -> tuple[OddDay, ...]:
    """The days that were asked for and cannot simply be taken, in the customer's words."""
    tokens = facts.tokens
    return tuple(
        OddDay(facts.folded.quote(tokens[d.start].start, tokens[d.end - 1].end), d.doubt, d.suggestion or d.day)
        for d in days_asked_about(facts)
        if d.doubt is not None
    )


def days_asked_about(facts: Facts) -> tuple[Day, ...]:
    """The days that were asked for and cannot simply be taken, where no other is asked for as clearly."""
    negated = {e.end for e in facts.elements if isinstance(e, Cue) and "negate" in e.roles}
    certain = max((day.weight for day in facts.days if day.day is not None and day.doubt is None), default=0)
    return tuple(d for d in facts.days if d.doubt is not None and d.weight > certain and d.start not in negated)


def spoken(facts: Facts) -> set[int]:
    letters = {at for start, end in facts.cues.spans for at in range(start, end)}
    return {at for at, token in enumerate(facts.tokens) if token.start in letters}
