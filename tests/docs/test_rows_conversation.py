"""The table of requirements names tests and dialogues that exist."""

from __future__ import annotations

import re

from bot.settings import ROOT
from tests.journeys.dialogue import FOLDER

TABLE = (ROOT / "docs" / "rows-conversation.md").read_text("utf-8")


def test_every_test_named_in_the_table_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)
    assert len(named) > 20
    missing = [f"{path}::{name}" for path, name in named if f"def {name}(" not in (ROOT / path).read_text("utf-8")]
    assert missing == []


def test_every_dialogue_named_in_the_table_exists() -> None:
    named = set(re.findall(r"D/([\w-]+)", TABLE))
    assert {name for name in named if not (FOLDER / f"{name}.yaml").exists()} == set()
