"""Each kind of process of the machine is exported with its memory, its processor time and its descriptors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.reads import processes


def test_kinds_are_told_by_the_command() -> None:
    assert processes.kind_of(["/usr/bin/python", "-m", "jobs.worker"]) == "worker"
    assert processes.kind_of(["python", "-m", "jobs.sweep", "--allow-empty"]) == "sweeper"
    assert processes.kind_of(["gunicorn", "handlers:create_app()"]) == "web"
    assert processes.kind_of(["pytest"]) == "other"


def test_what_counts_in_the_folder_is_measured_and_what_ended_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [sys.executable, "-c", "print('up', flush=True); input()", "-m", "jobs.worker"]
    with (
        subprocess.Popen(waiting, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker,
        subprocess.Popen(["true"]) as ended,
    ):
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"up\n"
        ended.wait()
        for pid in (worker.pid, ended.pid):
            (tmp_path / f"counter_{pid}.db").touch()
        monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
        found = {family.name: family for family in processes.families()}
        worker.kill()
    counts = {sample.labels["process"]: sample.value for sample in found["tria_processes"].samples}
    assert counts["worker"] == 1
    assert sum(counts.values()) == 2  # and the one that was asked
    memory = {sample.labels["process"]: sample.value for sample in found["tria_process_resident_bytes"].samples}
    assert memory["worker"] > 1_000_000
    assert found["tria_process_cpu_seconds"].type == "counter"


def test_a_process_alone_measures_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    [own] = processes.usages({os.getpid()})
    assert own.resident > 10_000_000
    assert own.cpu_s > 0
    assert own.files > 2
