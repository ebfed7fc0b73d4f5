"""How to answer and whom to call, by the supplier's own tone guidelines and escalation rules: `- name: value` lines of a section.

Wording and urgency only: no fact and no order ever depends on them, and without them the bot goes by its own rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.knowledge.documents import Passage

PRIORITIES = ("urgent", "high", "normal")
LONGEST_WORDS = 300
_LINE = re.compile(r"^[-*]\s*([a-z ]+?)\s*:\s*(\S.*)$", re.IGNORECASE | re.MULTILINE)
_MINUTES = re.compile(r"(\d{1,4})\s*(minutes?|hours?)", re.IGNORECASE)
_UNSAFE = re.compile(r"https?://|www\.|[{}<>]")
"""What no opening or first word may have: an address to go to, or a place for values."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What an escalation of one kind gets. None or "" where the rule does not say."""

    priority: str | None = None
    team: str | None = None
    minutes: int | None = None
    first_words: str = ""


@dataclass(frozen=True, slots=True)
class Manners:
    """`openings`: the sentence before an answer, by mood. `rules`: by what it is about."""

    openings: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)


NO_MANNERS = Manners()


def manners_of(tones: Iterable[Passage], rules: Iterable[Passage]) -> Manners:
    openings = {
        lines["when"]: words for lines in map(_lines, tones) if "when" in lines and (words := _words(lines, "opening"))
    }
    return Manners(openings, {lines["when"]: _rule(lines) for lines in map(_lines, rules) if "when" in lines})


def _lines(passage: Passage) -> dict[str, str]:
    return {name.strip().lower(): value.strip() for name, value in _LINE.findall(passage.text)}


def _words(lines: Mapping[str, str], name: str) -> str:
    words = lines.get(name, "")
    return "" if len(words) > LONGEST_WORDS or _UNSAFE.search(words) else words


def _rule(lines: Mapping[str, str]) -> Rule:
    priority = lines.get("priority", "").lower()
    minutes = _MINUTES.search(lines.get("answer within", ""))
    factor = 60 if minutes and minutes[2].lower().startswith("hour") else 1
    return Rule(
        priority if priority in PRIORITIES else None,
        lines.get("owner", "")[:60] or None,
        int(minutes[1]) * factor if minutes else None,
        _words(lines, "first words"),
    )
