"""Finds what chat and mail programs write around a message that is forwarded or copied: who wrote when, and quoted lines.

Such a stamp holds days, hours and phones that say nothing about the order. Shapes are here, words are language data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bot.language.folding import Folded, fold
from bot.language.languages import listed

Span = tuple[int, int]

_DATE = (
    r"\d{1,4}[./-]\d{1,2}(?:[./-]\d{2,4})?|\d{4}年\d{1,2}月\d{1,2}日"
    r"|(?:[^\W\d_]{2,9},? )?\d{1,2} [^\W\d_]{3,9}(?: \d{4})?|[^\W\d_]{3,9} \d{1,2},? \d{4}"
)
_TIME = r"(?:[^\W\d_]{2} ?)?\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[ap]\.?m\.?| ?p(?:g|tg))?"
_NAME = r"(?: ?~? ?(?:[^\W\d_][^:\d\n\[\]]{0,40}|\+?\d[\d ()-]{6,18}\d):(?= |\n|$))?"
_WHEN = rf"(?:{_DATE}),? (?:[^\W\d_]{{2}} )?{_TIME}|{_TIME},? (?:{_DATE})|(?:[^\W\d_]{{2,9}},? )?{_TIME}"
_BRACKETED = re.compile(rf"(?:(?m:^)[^\n\[\]:]{{1,40}}, )?\[ ?(?:{_WHEN}) ?\](?: ?:)?{_NAME}")
""" "[27/11, 9:41 pm] Ah Huat:", "[21:41, 27/11/2026] +65 8000 0199:", "Ah Huat, [17.11.2026 21:41]"."""
_EXPORTED = re.compile(rf"(?m:^)(?:{_DATE}),? {_TIME} - {_NAME}")
""" "17/11/2026, 9:41 pm - Ah Huat:", a chat as it is exported."""
_DIVIDER = re.compile(r"(?m:^)[-_=*]{3,}[^\n]{0,40}?[-_=*]{3,} ?(?m:$)")
""" "----- Original Message -----"."""


def find_stamps(text: str) -> Iterator[Span]:
    """Where in folded text a stamp stands, in no order."""
    if "[" in text:
        yield from (found.span() for found in _BRACKETED.finditer(text))
    if " - " in text and ":" in text:
        yield from (found.span() for found in _EXPORTED.finditer(text))
    if _heads().search(text) is not None:
        yield from _letter_heads(text)


def find_quotes(folded: Folded) -> list[Span]:
    """The lines of a reply that quote what somebody wrote before ("> 5 ctn foil")."""
    return [(start, start + len(line)) for start, line in lines(folded.text) if _quotes(folded, start, line)]


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line with the place where it starts."""
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _quotes(folded: Folded, start: int, line: str) -> bool:
    """The mark itself, and no arrow that is folded to it."""
    mark = start + len(line) - len(line.lstrip())
    return line.lstrip().startswith(">") and folded.quote(mark, mark + 1) == ">"


@cache
def _heads() -> re.Pattern[str]:
    """A line of the head of a letter: "Sent: Tuesday ...", and the line that says who wrote what follows."""
    named = "|".join(f"(?P<{key}>{_any_of(f'stamp_{key}')})" for key in ("from", "sent", "date", "to", "subject"))
    wrote = rf"[^\n]{{3,160}}(?:{_any_of('stamp_wrote')}) ?:"
    passed_on = _any_of("stamp_forwarded")
    return re.compile(
        rf"(?m:^)[*]?(?:(?:{named})[*]? ?:[^\n]*|(?P<wrote>{wrote})|(?P<forwarded>{passed_on}) ?:?) ?(?m:$)"
    )


def _any_of(name: str) -> str:
    phrases = (fold(phrase).text for phrase in listed(name))
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))


def _letter_heads(text: str) -> Iterator[Span]:
    """Lines that say who wrote when. A form may have a "Date:" of its own, so that alone is none."""
    yield from (found.span() for found in _DIVIDER.finditer(text))
    block: list[re.Match[str]] = []
    for _, line, found in _lines_with_heads(text):
        if found is not None and found.lastgroup in ("wrote", "forwarded", "tagged"):
            yield found.span()
        elif found is not None:
            block.append(found)
        elif line.strip():
            yield from _whole_head(block)
            block = []
    yield from _whole_head(block)


def _lines_with_heads(text: str) -> Iterator[tuple[int, str, re.Match[str] | None]]:
    for start, line in lines(text):
        yield start, line, _heads().match(text, start, start + len(line))


def _whole_head(block: list[re.Match[str]]) -> Iterator[Span]:
    named = {found.lastgroup for found in block}
    timed = any(found.lastgroup in ("sent", "date") and re.search(_TIME, found.group()) for found in block)
    if "sent" in named or ("from" in named and (timed or "subject" in named)):
        yield from (found.span() for found in block if found.lastgroup != "subject")
