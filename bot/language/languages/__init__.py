"""The languages of the house: one folder a language, and whatever is in this folder is there. Adding a language is adding one.

`about.toml` says how it is written, `words.toml` holds the words it is read by, `replies.toml` the sentences it is answered in
(a variety of another language has none and is answered in that one), `knowledge.toml` what questions are about. Nothing else
in the code lists languages.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
DEFAULT = "en"
"""What is spoken where nothing tells another language."""
LISTS = "lists"

Sections = Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Language:
    """How a language is written. `script` is the inside of a regular expression's class, empty for Latin letters."""

    code: str
    name: str
    own_name: str
    order: int
    script: str = ""
    spaces: bool = True
    keeps_marks: bool = False
    short_tails: bool = False
    variety_of: str | None = None
    tag: str = ""

    @property
    def called(self) -> str:
        """What a reading calls it: its code, or en-SG and the like for a variety."""
        return self.tag or self.code

    def writes(self, char: str) -> bool:
        """Whether the character is one of its own script."""
        return any(first <= char <= last for first, last in _ranges(self.script))


@cache
def languages() -> tuple[Language, ...]:
    """All of them, the first that is to be asked first."""
    found = [Language(path.parent.name, **_read(path)) for path in FOLDER.glob("*/about.toml")]
    return tuple(sorted(found, key=lambda language: (language.order, language.code)))


@cache
def answered() -> tuple[str, ...]:
    """The codes of those that customers are answered in."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/replies.toml")))


@cache
def replies(code: str) -> Mapping[str, Mapping[str, str]]:
    """The sentences and words of its replies. Raises FileNotFoundError for a language without any."""
    book: Mapping[str, Mapping[str, str]] = _read(FOLDER / code / "replies.toml")
    return book


@cache
def sections(code: str) -> Sections:
    """Section -> meaning -> phrases: the words that have a role in the reading of messages."""
    return {name: meanings for name, meanings in _words(code).items() if name != LISTS}


@cache
def section(name: str) -> Mapping[str, tuple[str, ...]]:
    """One section of all languages: meaning -> phrases, in the order of the languages."""
    merged: dict[str, tuple[str, ...]] = {}
    for language in languages():
        for meaning, phrases in sections(language.code).get(name, {}).items():
            merged[meaning] = (*merged.get(meaning, ()), *phrases)
    return merged


@cache
def listed(name: str, code: str | None = None) -> tuple[str, ...]:
    """The words of one list, of one language or (None) of all in their order; none where a language lacks the list.

    Raises KeyError for a list that no language has: a name written wrong must not read as "no words".
    """
    of_all = {language.code: _words(language.code).get(LISTS, {}).get(name) for language in languages()}
    if not any(of_all.values()):
        raise KeyError(name)
    codes = of_all if code is None else (code,)
    return tuple(phrase for each in codes for phrase in of_all[each] or ())


@cache
def concepts(code: str) -> Mapping[str, tuple[str, ...]]:
    """What customers ask about: concept -> phrases. A variety has its parent's; a language without the file has none."""
    return {concept: tuple(phrases) for concept, phrases in _knowledge(code).get("concepts", {}).items()}


@cache
def moods() -> Mapping[str, tuple[str, ...]]:
    """Mood -> the phrases of all languages that tell it."""
    merged: dict[str, tuple[str, ...]] = {}
    for language in languages():
        for mood, phrases in _knowledge(language.code).get("moods", {}).items():
            merged[mood] = (*merged.get(mood, ()), *phrases)
    return merged


@cache
def idle_words(code: str) -> frozenset[str]:
    """The words of a question that say nothing about its topic."""
    return frozenset(_knowledge(code).get("idle", ()))


@cache
def leaning_words(code: str) -> frozenset[str]:
    """What a sentence begins with that makes no sense without the one before it."""
    return frozenset(_knowledge(code).get("leaning", ()))


@cache
def _knowledge(code: str) -> dict[str, Any]:
    path = FOLDER / code / "knowledge.toml"
    return _read(path) if path.exists() else {}


@cache
def _words(code: str) -> Sections:
    raw = _read(FOLDER / code / "words.toml")
    return {name: {key: tuple(phrases) for key, phrases in keys.items()} for name, keys in raw.items()}


@cache
def _ranges(script: str) -> tuple[tuple[str, str], ...]:
    """The pairs of first and last characters of "a-zàé": a lone character is a pair of itself."""
    found, rest = [], script
    while rest:
        width = 3 if rest[1:2] == "-" else 1
        found.append((rest[0], rest[width - 1]))
        rest = rest[width:]
    return tuple(found)


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)
