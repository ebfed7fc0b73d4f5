"""Ways to ask for goods (data/eval/frames): reads them, and says what their slots are.

A frame is one line: language, marks, a bar, the words. Slots: {lines} in a row, {spoken} as said aloud, {list} one below the other,
{bullets}, {numbered}, {ticks}, {stars}, {parens}; {1} and {2} one line each, {w1} and {w2} the same as said aloud; {goods1} and
{amount1} the two halves of a line; {other} a line that is not wanted; {day} a day that the label then has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.errors import BadInputError
from bot.settings import ROOT

FRAMES = ROOT / "data" / "eval" / "frames"
MARKS = frozenset({"day", "note", "other", "stamp"})
SLOT = re.compile(r"\{(\w+)\}")
ALL_LINES = frozenset({"lines", "spoken", "list", "bullets", "numbered", "ticks", "stars", "parens"})
_NUMBERED = re.compile(r"(?:w|goods|amount)?([1-9])")


@dataclass(frozen=True, slots=True)
class Frame:
    """One way to ask. `marks`: `note` has words beside the goods, `stamp` figures that count nothing, `other` goods not wanted."""

    id: str
    register: str
    language: str
    marks: frozenset[str]
    text: str

    @property
    def slots(self) -> tuple[str, ...]:
        return tuple(SLOT.findall(self.text))

    @property
    def fixed_lines(self) -> int:
        """How many lines the frame has room for; 0 when it takes any number."""
        found = [_NUMBERED.fullmatch(slot) for slot in self.slots]
        return max((int(match.group(1)) for match in found if match), default=0)


@cache
def read_frames(folder: Path = FRAMES) -> tuple[Frame, ...]:
    """Every frame, by register. Raises BadInputError naming the line that cannot be read."""
    return tuple(frame for path in sorted(folder.glob("*.txt")) for frame in _read(path))


def _read(path: Path) -> list[Frame]:
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.startswith("#") and line.strip():
            found.append(_frame(path.stem, number, line))
    return found


def _frame(register: str, number: int, line: str) -> Frame:
    head, bar, text = line.partition(" | ")
    language, *marks = head.split()
    frame = Frame(
        f"{register}-{number}", register, language, frozenset(marks), text.replace("\\n", "\n").replace("\\t", "\t")
    )
    known = all(slot in ALL_LINES | {"day", "other"} or _NUMBERED.fullmatch(slot) for slot in frame.slots)
    if not bar or not known or not MARKS.issuperset(marks) or not frame.slots:
        raise BadInputError(f"{register}.txt row {number}: not a frame")
    return frame
