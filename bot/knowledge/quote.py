"""The right sentences of a passage, in its own words and order: a short passage whole, of a longer one what was asked about."""

from __future__ import annotations

from bot.knowledge.documents import Passage
from bot.knowledge.sentences import sentences
from bot.knowledge.terms import Terms, terms_of
from bot.language.languages import DEFAULT, leaning_words

WHOLE_UP_TO = 260
"""Characters: a chat message that is read at a glance."""
MOST_SENTENCES = 3
NEARLY_AS_GOOD = 0.6
FIGURES = frozenset({"how_much", "how_long", "when", "due_date", "hours", "minimum", "maximum"})
"""Concepts of a question that a figure answers."""


def quoted(passage: Passage, question: Terms) -> str:
    """Never a word that the passage does not have."""
    every = sentences(passage.text)
    if len(passage.text) <= WHOLE_UP_TO or len(every) <= 1:
        return passage.text if len(every) <= 1 else " ".join(every)
    values = [_value(sentence, question) for sentence in every]
    best = max(values)
    wanted = [place for place, value in enumerate(values) if best and value >= NEARLY_AS_GOOD * best]
    kept = set(sorted(wanted, key=lambda place: (-values[place], place))[:MOST_SENTENCES]) or set(range(MOST_SENTENCES))
    kept |= {place - 1 for place in kept if place and _leans_back(every[place])}
    return " ".join(sentence for place, sentence in enumerate(every) if place in kept)


def _value(sentence: str, question: Terms) -> float:
    """How many of the question's words and concepts it has; a figure where a figure is asked for."""
    has = set(terms_of(sentence, DEFAULT).tokens)
    wanted = set(question.tokens)
    figure = any(char.isdigit() for char in sentence) and bool(FIGURES & set(question.concepts))
    return len(has & wanted) + (1.0 if figure else 0.0)


def _leans_back(sentence: str) -> bool:
    """Whether it begins with a word that points to the sentence before."""
    return sentence.split(" ", 1)[0].casefold().strip(",") in leaning_words(DEFAULT)
