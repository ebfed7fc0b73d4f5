"""What a text is about, the same in every language: words become stems and concepts, and questions get an English gloss.

The phrases of concepts are language data (`knowledge.toml` of each language); a concept's name is its first English phrase.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from bot.language.folding import fold
from bot.language.languages import DEFAULT, concepts, idle_words, languages, listed
from bot.language.lexicon import lexicon
from bot.language.scripts import language_writing

SHORTEST_INSIDE = 4
"""A root of so many letters is found inside longer words ("hantar" in "penghantaran"); a shorter one stands alone."""
SHORTEST_IN_SCRIPT = 2
VIRAMA = 9
"""Unicode's combining class of that sign, in every script of India."""
MOST_WORDS = 5
"""Of an English phrase."""
_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Terms:
    """`english` is the text itself, or a word-by-word gloss of it; `stems` its content words; `concepts` what they speak of."""

    language: str
    english: str
    stems: tuple[str, ...]
    concepts: tuple[str, ...]
    understood: float = 1.0
    """The share of its letters that the gloss speaks for."""

    @property
    def tokens(self) -> tuple[str, ...]:
        """What is counted by a lexical search."""
        return (*self.stems, *(f"={concept}" for concept in self.concepts))


@lru_cache(maxsize=4096)
def terms_of(text: str, language: str | None = None) -> Terms:
    """`language` is the code of the text's language where it is known."""
    plain = fold(text).text
    spoken = language if language and concepts(language) else language_of(plain)
    english, understood = (plain, 1.0) if spoken == DEFAULT else _gloss(plain, spoken)
    found = tuple(_english_concepts(english))
    stems = tuple(stem for stem in map(stemmed, _words(english)) if stem not in _idle())
    return Terms(spoken, english, stems, found, understood)


def language_of(plain: str) -> str:
    """The language that most words of a folded text tell; of scripts of their own, one character does."""
    for char in plain:
        own = language_writing(char)
        if own and own.script and concepts(own.code):
            return own.code
    words = _words(plain)
    counts = {code: sum(_tells(word, code) for word in words) for code in _latin() if code != DEFAULT}
    best = max(counts, key=lambda code: counts[code], default=DEFAULT)
    return best if counts and counts[best] > len(words) / 3 else DEFAULT


@lru_cache(maxsize=8192)
def stemmed(word: str) -> str:
    stem: str = _stemmer().stemWord(word)
    return stem


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


@cache
def _idle() -> frozenset[str]:
    """Stems of English words that say nothing about a topic."""
    return frozenset(stemmed(word) for word in idle_words(DEFAULT))


def _words(text: str) -> list[str]:
    return _WORDS.findall(text)


@cache
def _latin() -> tuple[str, ...]:
    return tuple(each.code for each in languages() if not each.script and concepts(each.code))


def _tells(word: str, code: str) -> bool:
    return word in _telling(code) or lexicon().language_of.get(word) == code


@cache
def _telling(code: str) -> frozenset[str]:
    phrases = {word for each in concepts(code).values() for phrase in each for word in phrase.split()}
    english = {word for each in concepts(DEFAULT).values() for phrase in each for word in phrase.split()}
    return (frozenset(phrases) - english) | frozenset(_tell_tales(code))


def _tell_tales(code: str) -> tuple[str, ...]:
    return listed("tells_the_language", code)


def _gloss(plain: str, code: str) -> tuple[str, float]:
    """Phrases replaced by the concept's name, the longest first, and the share of letters that had one.

    Words that nobody knows stay where they are in Latin letters.
    """
    pattern, names = _phrases(code)
    out, end, known = [], 0, 0
    for match in pattern.finditer(plain):
        out += [*_latin_words(plain[end : match.start()]), names[_phrase(match)]]
        end = match.end()
        known += len(match[0])
    letters = sum(len(word) for word in plain.split())
    return " ".join([*out, *_latin_words(plain[end:])]), min(1.0, known / letters) if letters else 1.0


def _without_end(phrase: str) -> str:
    """Without the sign at its end that says "no vowel here": before a suffix it is another one."""
    return phrase[:-1] if len(phrase) > SHORTEST_IN_SCRIPT and unicodedata.combining(phrase[-1]) == VIRAMA else phrase


def _phrase(match: re.Match[str]) -> str:
    return str(match["phrase"] or match["alone"])


def _latin_words(text: str) -> list[str]:
    return [word for word in _words(text) if word.isascii()]


@cache
def _phrases(code: str) -> tuple[re.Pattern[str], dict[str, str]]:
    names: dict[str, str] = {}
    for concept, phrases in concepts(code).items():
        for phrase in phrases:
            names.setdefault(fold(phrase).text.strip(), concepts(DEFAULT)[concept][0])
    names = {_without_end(phrase): name for phrase, name in names.items()}
    longest = sorted(names, key=len, reverse=True)
    own = next(each for each in languages() if each.code == code)
    either = "|".join(re.escape(phrase) for phrase in longest)
    if own.script and not own.spaces:
        return re.compile(f"(?P<phrase>{either})(?P<alone>(?!))?"), names
    if own.script:  # suffixes grow on its words: what begins a word names it
        return re.compile(rf"(?<![{own.script}])(?P<phrase>{either})[{own.script}]*(?P<alone>(?!))?"), names
    alone = "|".join(re.escape(phrase) for phrase in longest if len(phrase) < SHORTEST_INSIDE)
    inside = "|".join(re.escape(phrase) for phrase in longest if len(phrase) >= SHORTEST_INSIDE)
    return re.compile(rf"\b(?:(?:\w{{0,4}}(?P<phrase>{inside})\w{{0,4}})|(?P<alone>{alone}))\b"), names


def _english_concepts(english: str) -> Iterator[str]:
    """The concepts of an English text, the longest phrase first at each place."""
    words, table = [stemmed(word) for word in _words(english)], _english_table()
    at = 0
    while at < len(words):
        for width in range(min(MOST_WORDS, len(words) - at), 0, -1):
            if found := table.get(tuple(words[at : at + width])):
                yield from found
                at += width
                break
        else:
            at += 1


@cache
def _english_table() -> dict[tuple[str, ...], tuple[str, ...]]:
    table: dict[tuple[str, ...], tuple[str, ...]] = {}
    for concept, phrases in concepts(DEFAULT).items():
        for phrase in phrases:
            key = tuple(stemmed(word) for word in _words(fold(phrase).text))
            known = table.get(key, ())
            table[key] = known if concept in known else (*known, concept)
    return table
