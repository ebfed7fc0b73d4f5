"""docs/rows-identity.md names tests and scenarios that exist."""

from __future__ import annotations

import re

from bot.settings import ROOT
from tests.journeys.test_who_orders_for_whom import SCENARIOS

DOCUMENT = (ROOT / "docs" / "rows-identity.md").read_text("utf-8")


def test_every_scenario_it_names_is_in_the_table() -> None:
    named = set(re.findall(r"\bS/(\w+)", DOCUMENT))
    assert named
    assert named <= set(SCENARIOS)


def test_every_test_it_names_is_defined() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", DOCUMENT)
    assert named
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).exists() or (name and f"def {name}(" not in (ROOT / path).read_text("utf-8"))
    ]
    assert missing == []
