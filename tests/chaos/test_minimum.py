"""`make minimum`: limits in the form of either kind of kernel, and a refusal instead of a run without them."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaos.minimum import FIRST_VERSION, SECOND_VERSION, bounded, limits, run_within


def test_both_kinds_of_kernel_get_two_cores_and_four_gigabytes() -> None:
    first = {name: value for limit in FIRST_VERSION for name, value in limit.files.items()}
    second = {name: value for limit in SECOND_VERSION for name, value in limit.files.items()}
    assert first == {"memory.limit_in_bytes": "4000000000", "cpu.cfs_quota_us": "200000"}
    assert second == {"memory.max": "4000000000", "memory.swap.max": "0", "cpu.max": "200000 100000"}


@pytest.mark.parametrize("version", [FIRST_VERSION, SECOND_VERSION])
def test_the_kernel_says_which_it_is(version: object, tmp_path: Path) -> None:
    if version is SECOND_VERSION:
        (tmp_path / "cgroup.controllers").write_text("cpu memory\n")
    assert limits(tmp_path) is version


def test_who_cannot_join_does_not_run_unbounded(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    assert run_within([tmp_path / "no-such-group"], ["touch", str(ran)]) == 3
    assert not ran.exists()


def test_groups_that_cannot_be_made_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="memory"), bounded(tmp_path):
        pass
