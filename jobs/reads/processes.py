"""How large and how busy our processes on this machine are: what `docker stats` shows of containers, for any host.

Known are those that count in the shared folder (bot/metrics_folder.py), the asked one among them; by kind, so that a process
that is started again adds no time series.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from bot.metrics_folder import VARIABLE
from bot.telemetry.metrics import PROCESSES

KINDS = {"jobs.worker": "worker", "jobs.sweep": "sweeper", "gunicorn": "web"}
"""By a word of the command line."""
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Usage:
    """Of one process: bytes of resident memory, seconds of processor time, descriptors."""

    kind: str
    resident: int
    cpu_s: float
    files: int


def families() -> Iterator[Metric]:
    """The largest memory and most descriptors of each kind, and the processor time of all of it together."""
    by_kind: dict[str, list[Usage]] = defaultdict(list)
    for usage in usages(_pids()):
        by_kind[usage.kind].append(usage)
    count, resident, files = (
        GaugeMetricFamily(name, PROCESSES[name], labels=["process"])
        for name in ("tria_processes", "tria_process_resident_bytes", "tria_process_open_files")
    )
    cpu = CounterMetricFamily("tria_process_cpu_seconds", PROCESSES["tria_process_cpu_seconds"], labels=["process"])
    for kind, found in sorted(by_kind.items()):
        count.add_metric([kind], len(found))
        resident.add_metric([kind], max(usage.resident for usage in found))
        files.add_metric([kind], max(usage.files for usage in found))
        cpu.add_metric([kind], sum(usage.cpu_s for usage in found))
    yield from (count, resident, cpu, files)


def usages(pids: set[int]) -> Iterator[Usage]:
    """Of those that still live."""
    for pid in pids:
        with contextlib.suppress(psutil.Error):  # it ended between the look and the question
            process = psutil.Process(pid)
            with process.oneshot():
                times = process.cpu_times()
                kind, resident = kind_of(process.cmdline()), process.memory_info().rss
                yield Usage(kind, resident, times.user + times.system, process.num_fds())


def kind_of(command: list[str]) -> str:
    line = " ".join(command)
    return next((kind for word, kind in KINDS.items() if word in line), OTHER)


def _pids() -> set[int]:
    """This process, and those that count beside it."""
    named = os.environ.get(VARIABLE)
    files = Path(named).glob("*_*.db") if named else ()
    found = {int(match[1]) for file in files if (match := re.search(r"_(\d+)\.db$", file.name))}
    return found | {os.getpid()}
