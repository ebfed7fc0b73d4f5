"""What an answer teaches: the words that had to be asked about, and the product that was meant by them."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.conversation.turn import Turn, chosen_number
from bot.decision import Decision, Learned
from bot.language.folding import fold
from bot.language.scripts import is_unspaced
from bot.situation import QuestionKind
from bot.understanding.intent import Question, QuestionReason

TEACHES = frozenset({QuestionReason.AMBIGUOUS, QuestionReason.UNKNOWN})
MAX_WORDS = 6
MIN_LETTERS = 3
"""A name that is only a number or two letters would be found in every message."""


def with_learned(turn: Turn, decision: Decision) -> Decision:
    """The decision, with what the answer to the open product question taught."""
    question = turn.asked(QuestionKind.PRODUCT)
    learned = _learned(turn, question.about[0]) if question and decision.learned is None else None
    return replace(decision, learned=learned) if learned else decision


def _learned(turn: Turn, asked: Question) -> Learned | None:
    if asked.reason not in TEACHES:
        return None
    name, sku = alias_of(asked.text), _picked(turn, asked)
    return Learned(name, sku) if name and sku else None


def alias_of(words: str) -> str | None:
    """The words as a name: folded, single spaces; None for what is no name."""
    name = re.sub(r"\s+", " ", re.sub(r"[^\w\s&/'\"-]", " ", fold(words).text)).strip()
    short = sum(map(str.isalpha, name)) < MIN_LETTERS and not any(map(is_unspaced, name))
    return None if short or len(name.split()) > MAX_WORDS else name


def _picked(turn: Turn, asked: Question) -> str | None:
    """The candidate that was chosen by number or button, or the only one that the answer's words named."""
    if (number := chosen_number(turn.said, turn.situation.question, len(asked.candidates))) is not None:
        return asked.candidates[number - 1] if len(asked.candidates) > 1 else None
    if turn.said.pressed is not None:
        return None
    named = {line.sku for line in turn.intent.lines} & set(asked.candidates)
    return named.pop() if len(named) == 1 and len(turn.intent.lines) == 1 else None
