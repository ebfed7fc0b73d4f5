"""Each critical path of the list has tests, and every file it names is one of the suite's."""

from __future__ import annotations

import re

import pytest

from bot.settings import ROOT

PAGE = (ROOT / "docs" / "critical-paths.md").read_text("utf-8")
PATHS = re.findall(r"^\| ([^|`]+?) \| `([^`]+)` \|$", PAGE, re.MULTILINE)


def test_the_list_is_not_empty_and_names_each_path_once() -> None:
    assert len(PATHS) >= 12
    assert len({path for path, _ in PATHS}) == len(PATHS)


@pytest.mark.parametrize(("path", "file"), PATHS)
def test_a_critical_path_has_tests(path: str, file: str) -> None:
    assert re.search(r"^def test_\w{10,}", (ROOT / file).read_text("utf-8"), re.MULTILINE), path
