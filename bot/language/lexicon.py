"""The words of all languages in the look-up tables that reading asks: `languages/*/words.toml`, read once.

A section of such a file is a role (number, unit, weekday, cue of an intent ...); a key in it is what the phrases below mean.
No product word belongs there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import chain, product

from rapidfuzz.distance import OSA

from bot.language.folding import fold
from bot.language.languages import DEFAULT, Sections, languages, listed, sections
from bot.language.scan import pieces
from bot.language.scripts import is_unspaced

_LONG_WORD = re.compile("[A-Za-z]{6,}")
_MEASURING = frozenset({"unit", "number", "scale", "weekday", "month", "day", "attribute", "measure"})
MIN_UNIT = 4
CUES = frozenset(
    {
        "greeting",
        "thanks",
        "human",
        "opt_out",
        "status",
        "price",
        "policy",
        "product_question",
        "complaint",
        "claim",
        "past",
        "plan",
        "want",
        "attack",
        "confirm",
        "cancel_all",
        "repeat",
        "choice",
        "question",
        "told",
        "thanked",
        "anew",
    }
)
"""Sections that say what a message is about; the others build its structure."""

CHATTER = "chatter"

Roles = Mapping[str, str]
Phrase = tuple[str, ...]


class _NoRoles(dict[str, str]):
    """Empty and never written to, so it may be a default value."""

    def __hash__(self) -> int:  # type: ignore[override]
        return 0


NO_ROLES: Roles = _NoRoles()


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases of several words by their first word, the longest first, and their roles."""

    by_first: Mapping[str, tuple[tuple[Phrase, Roles], ...]]

    def longest(self, words: list[str], start: int) -> tuple[int, Roles] | None:
        """How many words from `start` make the longest known phrase, with its roles."""
        for phrase, roles in self.by_first.get(words[start], ()):
            if len(phrase) == 1 or tuple(words[start : start + len(phrase)]) == phrase:
                return len(phrase), roles
        return None

    def alone(self, word: str) -> Roles:
        """The roles of the word by itself."""
        return next((roles for phrase, roles in self.by_first.get(word, ()) if len(phrase) == 1), NO_ROLES)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything the reader knows about languages."""

    structure: Phrases
    cues: Phrases
    words: frozenset[str]
    """Every single word that means something, so that it is never taken for a product nobody knows."""
    unspaced: frozenset[str]
    """Words of scripts without spaces, for cutting."""
    attributes: Mapping[str, str]
    """Words for colours, sizes and materials to the one word that stands for all of them."""
    repairable: tuple[str, ...]
    """Words that a typing slip may be read as."""
    chatter: frozenset[str]
    """Everyday words that say nothing of goods or amounts: known to the account of a message, and to nothing else."""
    language_of: Mapping[str, str]
    """The language whose file first had the word."""


@lru_cache(maxsize=4096)
def unit_near(word: str) -> str | None:
    """The unit that a misspelt unit word stands for ("saks"), when one alone is a slip away."""
    if len(word) < MIN_UNIT:
        return None
    alike = (known for known in _unit_words() if known[0] == word[0])
    near = {_unit_words()[known] for known in alike if OSA.distance(word, known, score_cutoff=1) == 1}
    return near.pop() if len(near) == 1 else None


@cache
def _unit_words() -> Mapping[str, str]:
    """The units by each word for them that is long enough to be told by its look."""
    words = {word: lexicon().structure.alone(word) for word in lexicon().words if len(word) >= MIN_UNIT}
    return {word: roles["unit"] for word, roles in words.items() if "unit" in roles}


def words_of(phrase: str) -> Phrase:
    """A phrase of the lexicon as the words that a folded message would have."""
    return tuple(piece.text for piece in pieces(fold(phrase).text))


@cache
def lexicon() -> Lexicon:
    """All languages together: chats mix them, so the reader knows all of them at once."""
    return _merge({language.code: sections(language.code) for language in languages()})


def _merge(files: Mapping[str, Sections]) -> Lexicon:
    tables = _Tables()
    for language, found in files.items():
        tables.add_words(language, found)
    for language, found in files.items():
        tables.add_ones(language, found)
    for word in [words for words in tables.cues if len(words) == 1]:
        tables.structure.setdefault(word, {}).setdefault("filler", "cue")
    chatter = chain.from_iterable(found.get(CHATTER, {}).get("said", ()) for found in files.values())
    return tables.lexicon(frozenset(chatter))


@dataclass(frozen=True, slots=True)
class _Tables:
    """The tables while they are filled: the roles of each phrase, and the language that first had a word."""

    structure: dict[Phrase, dict[str, str]] = field(default_factory=dict)
    cues: dict[Phrase, dict[str, str]] = field(default_factory=dict)
    language_of: dict[str, str] = field(default_factory=dict)

    def add_words(self, language: str, found: Sections) -> None:
        for section, meaning, phrase in _entries(found):
            words = words_of(phrase)
            table = self.cues if section in CUES else self.structure
            table.setdefault(words, {}).setdefault(section, meaning)
            if len(words) == 1:  # what stands for all words of a kind is English in every file
                self.language_of.setdefault(words[0], DEFAULT if phrase == meaning else language)

    def add_ones(self, language: str, found: Sections) -> None:
        """Malay's "sekotak": one of a unit, written as one word."""
        units = ((unit, phrase) for unit, phrases in found.get("unit", {}).items() for phrase in phrases)
        for one, (unit, phrase) in product(listed("one_before_a_unit", language), list(units)):
            self.structure.setdefault((one + phrase,), {}).setdefault("one_unit", unit)

    def lexicon(self, chatter: frozenset[str]) -> Lexicon:
        alone = {words[0]: roles for words, roles in self.structure.items() if len(words) == 1}
        return Lexicon(
            structure=_phrases(self.structure),
            cues=_phrases(self.cues),
            words=frozenset(alone),
            unspaced=frozenset(filter(is_unspaced, chain(*self.structure, *self.cues))),
            attributes={word: roles["attribute"] for word, roles in alone.items() if "attribute" in roles},
            repairable=tuple(sorted(word for word, roles in alone.items() if _repairable(word, roles))),
            chatter=chatter,
            language_of=self.language_of,
        )


def _entries(found: Sections) -> Iterator[tuple[str, str, str]]:
    """`(section, meaning, phrase)` of one language; a word for all of a kind of attribute stands for itself as well."""
    for section, meanings in found.items():
        for meaning, phrases in meanings.items() if section != CHATTER else ():
            own = (meaning,) if section == "attribute" else ()
            yield from ((section, meaning, phrase) for phrase in (*phrases, *own))


def _repairable(word: str, roles: Roles) -> bool:
    """Words of measure and time: a slip in one must not cost the order. Chatter is left alone: it may be a product."""
    return _LONG_WORD.fullmatch(word) is not None and not _MEASURING.isdisjoint(roles)


def _phrases(table: Mapping[Phrase, Roles]) -> Phrases:
    by_first: dict[str, list[tuple[Phrase, Roles]]] = {}
    for words, roles in table.items():
        by_first.setdefault(words[0], []).append((words, roles))
    return Phrases({first: tuple(sorted(items, key=lambda i: -len(i[0]))) for first, items in by_first.items()})
