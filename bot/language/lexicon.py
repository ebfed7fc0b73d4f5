"""The words of all languages in the look-up tables that reading asks: `languages/*/words.toml`, read once.

A section of such a file is a role (number, unit, weekday, cue of an intent ...); a key in it is what the phrases below mean.
No product word belongs there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from bot.language.folding import fold
from bot.language.languages import DEFAULT, Sections, languages, listed, sections
from bot.language.scan import pieces
from bot.language.scripts import is_unspaced

MIN_REPAIRABLE = 6
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


class _NoRoles(dict[str, str]):
    """Empty and never written to, so it may be a default value."""

    def __hash__(self) -> int:  # type: ignore[override]
        return 0


NO_ROLES: Roles = _NoRoles()


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases of several words by their first word, the longest first, and their roles."""

    by_first: Mapping[str, tuple[tuple[tuple[str, ...], Roles], ...]]

    def longest(self, words: list[str], start: int) -> tuple[int, Roles] | None:
        """How many words from `start` make the longest known phrase, with its roles."""
        for phrase, roles in self.by_first.get(words[start], ()):
            if len(phrase) == 1 or tuple(words[start : start + len(phrase)]) == phrase:
                return len(phrase), roles
        return None


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
    near = {
        roles["unit"]
        for known, phrases in lexicon().structure.by_first.items()
        for phrase, roles in phrases
        if "unit" in roles and len(phrase) == 1 and known[0] == word[0] and len(known) >= MIN_UNIT
        if OSA.distance(word, known, score_cutoff=1) == 1
    }
    return near.pop() if len(near) == 1 else None


def words_of(phrase: str) -> tuple[str, ...]:
    """A phrase of the lexicon as the words that a folded message would have."""
    return tuple(piece.text for piece in pieces(fold(phrase).text))


@cache
def lexicon() -> Lexicon:
    """All languages together: chats mix them, so the reader knows all of them at once."""
    return _merge({language.code: sections(language.code) for language in languages()})


def _merge(files: Mapping[str, Sections]) -> Lexicon:
    structure: dict[tuple[str, ...], dict[str, str]] = {}
    cues: dict[tuple[str, ...], dict[str, str]] = {}
    language_of: dict[str, str] = {}
    for language, found in files.items():
        for section, meanings in found.items():
            if section == CHATTER:
                continue
            table = cues if section in CUES else structure
            for meaning, phrases in meanings.items():
                for phrase in [*phrases, *([meaning] if section == "attribute" else [])]:
                    words = words_of(phrase)
                    table.setdefault(words, {}).setdefault(section, meaning)
                    if len(words) == 1:  # what stands for all words of a kind is English in every file
                        language_of.setdefault(words[0], DEFAULT if phrase == meaning else language)
    for language, found in files.items():
        for one in listed("one_before_a_unit", language):
            for unit, phrases in found.get("unit", {}).items():
                for phrase in phrases:
                    structure.setdefault((one + phrase,), {}).setdefault("one_unit", unit)
    for words in list(cues):
        if len(words) == 1:
            structure.setdefault(words, {}).setdefault("filler", "cue")
    known = {words[0] for words in structure if len(words) == 1}
    return Lexicon(
        structure=_phrases(structure),
        cues=_phrases(cues),
        words=frozenset(known),
        unspaced=frozenset(w for words in (*structure, *cues) for w in words if is_unspaced(w)),
        attributes={w[0]: roles["attribute"] for w, roles in structure.items() if "attribute" in roles and len(w) == 1},
        repairable=tuple(sorted(words[0] for words, roles in structure.items() if _repairable(words, roles))),
        chatter=frozenset(word for sections in files.values() for word in sections.get(CHATTER, {}).get("said", ())),
        language_of=language_of,
    )


def _repairable(words: tuple[str, ...], roles: Roles) -> bool:
    """Words of measure and time: a slip in one must not cost the order. Chatter is left alone: it may be a product."""
    word = words[0]
    if len(words) > 1 or len(word) < MIN_REPAIRABLE or not (word.isascii() and word.isalpha()):
        return False
    return any(role in roles for role in ("unit", "number", "scale", "weekday", "month", "day", "attribute", "measure"))


def _phrases(table: Mapping[tuple[str, ...], Roles]) -> Phrases:
    by_first: dict[str, list[tuple[tuple[str, ...], Roles]]] = {}
    for words, roles in table.items():
        by_first.setdefault(words[0], []).append((words, roles))
    return Phrases({first: tuple(sorted(items, key=lambda i: -len(i[0]))) for first, items in by_first.items()})
