"""Every test has a level, every level has tests, and the order can be shuffled without losing one."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.levels import LEVELS, OF_FOLDER, TESTS, level_of, shuffled


def test_every_folder_of_tests_has_a_level() -> None:
    folders = {path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py") if path.parent != TESTS}
    assert folders == set(OF_FOLDER)


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_has_tests(level: str) -> None:
    assert any(level_of(path) == level for path in TESTS.rglob("test_*.py"))


def test_every_test_of_this_run_is_on_one_level(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        assert [mark.name for mark in item.iter_markers() if mark.name in LEVELS] == [level_of(item.path)]


def test_a_shuffled_run_has_every_test_once_in_an_order_that_its_seed_repeats(request: pytest.FixtureRequest) -> None:
    as_written = request.session.items
    orders = [[item.nodeid for item in shuffled(as_written, seed)] for seed in (1, 2, 3, 1)]
    assert orders[0] == orders[3]
    assert len({tuple(order) for order in orders}) == 3
    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(item.nodeid for item in as_written))}


def test_the_tests_of_a_file_stay_together(request: pytest.FixtureRequest) -> None:
    paths = [item.path for item in shuffled(request.session.items, 3)]
    changes = sum(before != after for before, after in pairwise(paths))
    assert changes == len(set(paths)) - 1
