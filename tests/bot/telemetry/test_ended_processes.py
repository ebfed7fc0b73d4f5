"""What ended processes counted stays in the sums, and their files do not stay in the folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from bot import failpoints
from bot.telemetry.ended_processes import add_up, alone_in

COUNTS = """
from prometheus_client import Counter, Histogram
asked = Counter("asked", "Questions", ["channel"])
seconds = Histogram("seconds", "Time", buckets=(1, 5))
asked.labels("whatsapp").inc(3)
asked.labels("telegram").inc()
for took in (0.5, 3, 30):
    seconds.observe(took)
"""


def count_in(folder: Path, program: str = COUNTS) -> None:
    """A process of its own counts there, and ends."""
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)


def scraped(folder: Path) -> list[str]:
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
    return sorted(line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#"))


def tidied(folder: Path) -> int:
    with alone_in(folder):
        return add_up(folder)


def databases(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob("*.db"))


def test_nothing_that_was_counted_is_lost(tmp_path: Path) -> None:
    for _ in range(3):
        count_in(tmp_path)
    before = scraped(tmp_path)
    assert 'asked_total{channel="whatsapp"} 9.0' in before
    assert tidied(tmp_path) == 3
    assert (scraped(tmp_path), databases(tmp_path)) == (before, ["counter_ended.db", "histogram_ended.db"])
    count_in(tmp_path)
    assert tidied(tmp_path) == 1
    assert 'asked_total{channel="whatsapp"} 12.0' in scraped(tmp_path)
    assert tidied(tmp_path) == 0


def test_a_process_that_lives_keeps_its_files(tmp_path: Path) -> None:
    program = COUNTS + 'print("counted", flush=True)\ninput()'
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as living:
        assert living.stdout is not None
        assert living.stdin is not None
        living.stdout.readline()
        files = databases(tmp_path)
        assert (tidied(tmp_path), databases(tmp_path)) == (0, files)
        living.stdin.close()
    assert (tidied(tmp_path), len(databases(tmp_path))) == (1, 2)


@pytest.mark.parametrize("place", ["metrics.sum_written", "metrics.set_aside", "metrics.sum_replaced"])
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_wherever_it_is_interrupted_the_next_one_finds_the_same_sums(tmp_path: Path, place: str, nth: int) -> None:
    for _ in range(2):
        count_in(tmp_path)
    before = scraped(tmp_path)
    failpoints.arm(f"{place}:{nth}:raise")
    try:
        with pytest.raises(failpoints.FailpointError):
            tidied(tmp_path)
    finally:
        failpoints.arm("")
    tidied(tmp_path)
    assert (scraped(tmp_path), databases(tmp_path)) == (before, ["counter_ended.db", "histogram_ended.db"])
    assert sorted(file.name for file in tmp_path.iterdir() if file.suffix != ".db") == ["lock"]
