"""The runbook as a page: what it tells to type exists, each issue can be played, and links into it lead somewhere.

`make runbook` plays it for real.
"""

from __future__ import annotations

import re
import shlex

import click
import pytest
from flask import Flask

from bot.settings import ROOT
from chaos.rehearsal.document import RUNBOOK, Line, headings, issues, lines, read
from chaos.rehearsal.plays import PLAYS
from handlers.cli import load

PAGE = RUNBOOK.read_text("utf-8")
ISSUES = read()
TYPED = [line.typed for issue in ISSUES.values() for line in issue.lines]
OWNERS = ("500", "slow", "PostgreSQL does not answer", "Redis", "Memory", "Xero", "language model")
"""What every supplier's engineer meets sooner or later."""


def flask_commands() -> list[str]:
    shown = [*TYPED, *re.findall(r"`(flask [^`]+)`", PAGE)]
    found = (re.search(r"\bflask ([a-z][^|;&]*)", typed) for typed in shown)
    return sorted({match[1].strip() for match in found if match})


def test_the_page_has_a_play_for_every_issue_and_an_issue_for_every_play() -> None:
    assert list(ISSUES) == list(PLAYS)
    assert len(ISSUES) >= 12
    assert [words for words in OWNERS if not any(words in title for title in ISSUES)] == []


@pytest.mark.parametrize("title", ISSUES)
def test_an_issue_begins_with_what_is_seen_and_says_how_to_look_mend_and_be_sure(title: str) -> None:
    issue = ISSUES[title]
    body = PAGE.split(f"## {title}\n", 1)[1]
    assert body.lstrip().startswith("**You see** ")
    assert len(issue.seen) > 20
    assert issue.look
    assert issue.mend
    assert issue.well


def test_the_page_names_at_least_fifty_different_commands() -> None:
    assert len(set(TYPED)) >= 50


@pytest.mark.parametrize("typed", flask_commands())
def test_a_flask_command_of_the_page_takes_the_words_it_is_given(typed: str, app: Flask) -> None:
    words = ["7" if re.fullmatch(r"\$?[A-Z_]+", word) else word for word in shlex.split(typed)]
    words = [word for word in words if word != "--help"]
    command: click.Command = load(words.pop(0))
    with app.app_context():
        context = command.make_context("flask", words, resilient_parsing=not words)
        while isinstance(command, click.Group) and (rest := [*context._protected_args, *context.args]):
            name, command, words = command.resolve_command(context, rest)  # type: ignore[assignment]
            context = command.make_context(name, list(words), parent=context)


def test_every_alert_leads_to_a_heading_of_the_page() -> None:
    anchors = headings(PAGE)
    linked = set(
        re.findall(r"runbook\.md#([\w-]+)", "".join(p.read_text("utf-8") for p in (ROOT / "monitoring").rglob("*.yml")))
    )
    assert linked - anchors == set()


def test_a_line_says_what_it_must_answer() -> None:
    found = list(
        lines('flask doctor   # exit 1, says "worker"\nflask stats\ndf -h . # exit 2\ngrep "#1" x # says "one"\n')
    )
    assert found == [
        Line("flask doctor", 1, "worker"),
        Line("flask stats", 0, ""),
        Line("df -h .", 2, ""),
        Line('grep "#1" x', 0, "one"),
    ]


def test_a_section_without_its_three_steps_is_no_issue() -> None:
    assert issues("## A\n\n**You see** this\n\n**Look**\n```sh\nflask doctor\n```\n\n## B\n\nwords\n") == {}
