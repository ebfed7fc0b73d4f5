"""Folds what people type into one plain spelling, keeping the way back to the original characters.

Full-width and other scripts' digits, compatibility forms, curly quotes, inch marks, traditional characters, look-alike
letters and invisible characters all become one spelling; emoji become separators.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from bot.language.languages import listed
from bot.language.scripts import keeps_mark

MAX_CHARS = 10_000
"""Longer messages than any channel delivers; the reader asks instead of reading them."""

_QUOTES = {
    "‘": "'",
    "’": "'",
    "ʼ": "'",
    "′": "'",
    "`": "'",
    "´": "'",
    "“": '"',
    "”": '"',
    "″": '"',
    "〞": '"',
    "＂": '"',
}
_DASHES = dict.fromkeys("‐‑‒–—―−﹣－", "-")
_PUNCTUATION = {
    "，": ",", "、": ",", "。": ". ", "；": ";", "：": ":", "？": "?", "！": "!", "（": "(", "）": ")", "【": "(", "】": ")",
    "×": "x", "✕": "x", "✖": "x", "•": "\n- ", "▪": "\n- ", "·": " ", "●": "\n- ", "◦": "\n- ", "‣": "\n- ", "➢": "\n- ",
    "➤": "\n- ", "…": " ", "～": "~", "⁄": "/", "½": " 1/2 ", "¼": " 1/4 ", "¾": " 3/4 ", "⅓": " 1/3 ", "⅔": " 2/3 ",
    "→": " > ", "➡": " > ", "⇒": " > ", "|": " , ", "\t": "  ", "\r": "\n", "\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\x0c": "\n",
    "👍": " 👍 ", "✅": "\n- ", "☑": "\n- ", "✔": "\n- ", "✓": "\n- ", "№": " no ", "☐": "[ ]", "□": "[ ]", "▢": "[ ]", "◻": "[ ]", "⬜": "[ ]", "🔲": "[ ]",
}  # fmt: skip
_LOOK_ALIKES = dict(zip("аеорсухіјкмтвнАВЕКМНОРСТУХІЅѕοαεικνρτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeopcyxijkmtbhabekmhopctyxissoaeiknptuxabezhikmnoptyx", strict=True))  # fmt: skip
_DRAWN_OVER = re.compile(r"(?:[^\u0335\u0336][\u0335\u0336])+")
"""Letters with a line drawn over them, as some keyboards cross words out."""
_ARROWS = re.compile(r"[-=]+>")
_CROSSES = frozenset("❌🚫❎")
_TABLE: dict[str, str] = {**_QUOTES, **_DASHES, **_PUNCTUATION, **_LOOK_ALIKES}


_BY_CATEGORY = {
    **dict.fromkeys(("Cf", "Cc", "Cs", "Co", "Cn"), ""),
    **dict.fromkeys(("Zs", "Zl", "Zp"), " "),
    **dict.fromkeys(("So", "Sk"), " ; "),
    "Sc": "$",
    "No": "¤",
}
"""What stands for every character of a Unicode category: invisible ones, spaces, pictures, currencies, fractions."""
_SAME = {pair[0]: pair[1] for pair in listed("same_character")}
"""Characters that a language has two of: traditional and simplified ones."""


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` is the one plain spelling; `origin[i]` is where its i-th character stood (None: at the same place)."""

    text: str
    source: str
    origin: tuple[int, ...] | None = None

    def quote(self, start: int, end: int) -> str:
        """The customer's own characters behind a stretch of the folded text."""
        if start >= end:
            return ""
        if self.origin is None:
            return self.source[start:end].strip()
        return self.source[self.origin[start] : self.origin[end - 1] + 1].strip()


def fold(text: str) -> Folded:
    """One plain spelling of `text`, lower case. Never raises; linear in the length."""
    if text.isascii() and text.isprintable() and "|" not in text and "`" not in text:
        return Folded(_headed(text.lower()), text)
    source = unicodedata.normalize("NFC", text)
    parts: list[str] = []
    origin: list[int] = []
    drawn_over = {place: "~" for found in _DRAWN_OVER.finditer(source) for place in found.span()}
    crosses = _crosses(source)
    for position, char in enumerate(_headed(source)):
        plain = drawn_over.get(position, "") + (crosses.get(position) or _plain(char))
        parts.append(plain)
        origin.extend([position] * len(plain))
    return Folded("".join(parts), source, tuple(origin))


def _headed(text: str) -> str:
    """Drawn arrows, "5->6" and "5 => 6", as their heads alone; every character keeps its place."""
    return _ARROWS.sub(lambda arrow: ">".rjust(len(arrow.group())), text) if ">" in text else text


def _crosses(source: str) -> dict[int, str]:
    """What the crosses stand for, by place: before or behind the words of a line it takes them out; alone, or between words,
    it is a no."""
    if _CROSSES.isdisjoint(source):
        return {}
    found: dict[int, str] = {}
    for line in re.finditer(r"[^\n]+", source):
        words = [at for at in range(line.start(), line.end()) if source[at].isalnum()]
        for at in range(line.start(), line.end()):
            if source[at] in _CROSSES:
                found[at] = " no " if not words or words[0] < at < words[-1] else " remove "
    return found


@lru_cache(maxsize=8192)
def _plain(char: str) -> str:
    """The plain spelling of one character; nothing for an invisible one."""
    if char in _TABLE:
        return _TABLE[char]
    if char.isascii():
        return char.lower() if char.isprintable() or char == "\n" else ""
    if char in _SAME:
        return _SAME[char]
    return _of_category(char, unicodedata.category(char))


def _of_category(char: str, category: str) -> str:
    if category == "Nd":
        return str(unicodedata.digit(char))
    if category == "Mn" and not keeps_mark(char):
        return ""
    sign = _BY_CATEGORY.get(category)
    return _compatible(char) if sign is None else sign


def _compatible(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char).lower()
    if len(plain) == 1 and ("\u00c0" <= plain <= "\u024f" or "\u1e00" <= plain <= "\u1eff"):
        base = unicodedata.normalize("NFD", plain)[0]
        return base if base.isascii() else plain
    return plain
