"""Every test has a level, every level has tests, and the order can be shuffled without losing one."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.levels import LEVELS, OF_FOLDER, TESTS, level_of, shuffled


class Written(NamedTuple):
    path: Path
    name: str


WRITTEN = [Written(Path(f"test_{file}.py"), f"test_{number}") for file in "abcdef" for number in range(5)]
"""Six files of five tests, in their order."""


def test_every_folder_of_tests_has_a_level() -> None:
    folders = {path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py") if path.parent != TESTS}
    assert folders == set(OF_FOLDER)


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_has_tests(level: str) -> None:
    assert any(level_of(path) == level for path in TESTS.rglob("test_*.py"))


def test_every_test_of_this_run_is_on_one_level(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        assert [mark.name for mark in item.iter_markers() if mark.name in LEVELS] == [level_of(item.path)]


def test_a_shuffled_run_has_every_test_once_in_an_order_that_its_seed_repeats() -> None:
    orders = [shuffled(WRITTEN, seed) for seed in (1, 2, 3, 1)]
    assert orders[0] == orders[3]
    assert len({tuple(order) for order in [WRITTEN, *orders]}) == 4
    assert all(sorted(order) == WRITTEN for order in orders)


def test_the_tests_of_a_file_stay_together() -> None:
    paths = [each.path for each in shuffled(WRITTEN, 3)]
    assert sum(before != after for before, after in pairwise(paths)) == len(set(paths)) - 1
