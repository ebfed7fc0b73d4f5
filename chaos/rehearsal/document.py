"""Reads the runbook: its issues, and in each the commands of looking, mending and being well again, with what they must answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.settings import ROOT

RUNBOOK = ROOT / "docs" / "runbook.md"
LOOK, MEND, WELL = "Look", "Mend", "Well again"
STEPS = (LOOK, MEND, WELL)
_ISSUE = re.compile(r"^## (.+?)\n(.*?)(?=^#{1,2} |\Z)", re.MULTILINE | re.DOTALL)
_STEP = re.compile(r"^\*\*(Look|Mend|Well again)\*\*[^\n]*\n```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"\s+# (?:exit (?P<code>\d+))?(?:, )?(?:says \"(?P<says>[^\"]+)\")?$")
_SEEN = re.compile(r"^\*\*You see\*\* (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """One command as it is typed, the exit code that it must have, and words that it must print."""

    typed: str
    code: int
    says: str


@dataclass(frozen=True, slots=True)
class Issue:
    title: str
    seen: str
    look: tuple[Line, ...]
    mend: tuple[Line, ...]
    well: tuple[Line, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.look + self.mend + self.well


def issues(text: str) -> dict[str, Issue]:
    """By title, in the order of the page; a section without the three steps is no issue."""
    found = {}
    for title, body in _ISSUE.findall(text):
        steps = {name: tuple(lines(block)) for name, block in _STEP.findall(body)}
        seen = _SEEN.search(body)
        if len(steps) == len(STEPS) and seen:
            found[title] = Issue(title, seen[1], steps[LOOK], steps[MEND], steps[WELL])
    return found


def lines(block: str) -> Iterator[Line]:
    for written in filter(str.strip, block.splitlines()):
        comment = _COMMENT.search(written.rstrip())
        typed = written[: comment.start()] if comment else written
        yield Line(
            typed.strip(),
            int((comment and comment["code"]) or 0),
            (comment and comment["says"]) or "",
        )


def read(path: Path = RUNBOOK) -> dict[str, Issue]:
    return issues(path.read_text("utf-8"))


def headings(text: str) -> set[str]:
    """The anchors of a page, as they stand in links."""
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in found}
