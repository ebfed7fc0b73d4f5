"""How people and catalogs write units (data/eval/units.toml): finds the unit behind a word, and a word for a unit."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from bot.settings import ROOT

UNITS = ROOT / "data" / "eval" / "units.toml"
WORDS = ROOT / "data" / "eval" / "words.toml"
SPOKEN = ("one", "many", "short", "ms", "zh", "ta")
LETTERS = r"A-Za-z\u00C0-\u024F_\u0B80-\u0BFF"
"""What may not touch a word on either side; Tamil's vowel signs are no word characters to `re`."""


@dataclass(frozen=True, slots=True)
class UnitWords:
    """`words[unit][style]` lists how a unit is written; `units_of[word]` holds every unit a word may mean."""

    words: Mapping[str, Mapping[str, tuple[str, ...]]]
    units_of: Mapping[str, frozenset[str]]
    styles_of: Mapping[str, str]
    codes: Mapping[str, str]
    pattern: re.Pattern[str]

    def canonical(self, code: str) -> str:
        """The unit behind a catalog's word for it (CTN, EA, botol); a word that nobody listed stands for itself."""
        return self.codes.get(code.lower(), code.lower())

    def spelling(self, unit: str, style: str, *, many: bool) -> str:
        """One way to write `unit` in `style`, in English where the style has none."""
        own = self.words.get(unit, {})
        if style in ("one", "many"):
            style = "many" if many else "one"
        found = own.get(style) or own.get("many" if many else "one") or (unit,)
        return found[0]


@dataclass(frozen=True, slots=True)
class SwapWords:
    """Words of language that the swaps have to know (data/eval/words.toml)."""

    fillers: frozenset[str]
    no_heads: frozenset[str]
    numbers: frozenset[str]


@cache
def swap_words() -> SwapWords:
    """The shipped list."""
    raw = tomllib.loads(WORDS.read_text("utf-8"))
    return SwapWords(*(frozenset(raw[key]["words"]) for key in ("fillers", "no_heads", "numbers")))


@cache
def unit_words() -> UnitWords:
    """The shipped table."""
    raw: dict[str, dict[str, list[str]]] = tomllib.loads(UNITS.read_text("utf-8"))
    units_of: dict[str, set[str]] = {}
    styles: dict[str, str] = {}
    for unit, styled in raw.items():
        for style in SPOKEN:
            for word in styled.get(style, ()):
                units_of.setdefault(word.lower(), set()).add(unit)
                styles.setdefault(word.lower(), style)
    return UnitWords(
        words={unit: {style: tuple(words) for style, words in styled.items()} for unit, styled in raw.items()},
        units_of={word: frozenset(units) for word, units in units_of.items()},
        styles_of=styles,
        codes=_codes(raw),
        pattern=phrase_pattern(units_of, digits_touch=True),
    )


def _codes(raw: Mapping[str, Mapping[str, list[str]]]) -> dict[str, str]:
    latin = [(word, unit) for unit, styled in raw.items() for s in (*SPOKEN, "codes") for word in styled.get(s, ())]
    return {unit: unit for unit in raw} | {word.lower(): unit for word, unit in latin if word.isascii()}


def phrase_pattern(phrases: Iterable[str], *, digits_touch: bool = False, ends: str = "") -> re.Pattern[str]:
    """Finds any of the phrases, the longest first, as whole words where their script has spaces.

    With `digits_touch` a number may stand right before one ("5ctn"); `ends` may follow one in a script with spaces.
    """
    kinds: dict[tuple[bool, bool], list[str]] = {
        (False, True): [],
        (True, False): [],
        (False, False): [],
        (True, True): [],
    }
    for phrase in sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase)):
        kinds[is_han(phrase[0]), is_han(phrase[-1])].append(r"\s+".join(map(re.escape, phrase.split())))
    before = f"(?<![{'' if digits_touch else '0-9'}{LETTERS}])"
    parts = [
        f"{'' if first else before}(?:{'|'.join(bodies)}){'' if last else f'{ends}(?![0-9{LETTERS}])'}"
        for (first, last), bodies in kinds.items()
        if bodies
    ]
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


def is_han(character: str) -> bool:
    """Whether the character belongs to a script that writes no spaces."""
    return "\u4e00" <= character <= "\u9fff"
