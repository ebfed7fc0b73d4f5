"""The supervisor against real processes: restart with a limit, order of the stop, nobody left behind."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from embedded.process import ChildProcess
from embedded.supervisor import RestartLimitError, Supervisor
from embedded.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60

# Says when it is up, then on SIGTERM writes its name to a common file; the dots give a wrong order time to show.
POLITE = """
import pathlib, signal, sys, time
name, book = sys.argv[1], pathlib.Path(sys.argv[2])
def leave(*_):
    time.sleep(0.05)
    with book.open("a") as file: file.write(name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print("up", flush=True)
while True: signal.pause()
"""
STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
while True: signal.pause()
"""


class Stage:
    """A supervisor whose terminal is a string, and children made of one-liners."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.book = folder, folder / "book"
        self.screen = io.StringIO()
        self.told: list[dict[str, str]] = []
        self.supervisor = Supervisor(
            Terminal(Console(file=self.screen, width=200)),
            restarts=2,
            window_s=60,
            tell=lambda a: self.told.append(dict(a)),
        )

    def child(self, name: str, code: str, *, grace_s: float = 20) -> ChildProcess:
        argv = [sys.executable, "-I", "-S", "-c", code, name, str(self.book)]
        return ChildProcess(name, argv, log=self.folder / f"{name}.log", grace_s=grace_s)

    def watch_until_up(self, *children: ChildProcess, times: int = 1) -> None:
        deadline = time.monotonic() + PATIENCE_S
        self.supervisor.watch(lambda: all(ups(child) >= times for child in children) or time.monotonic() > deadline)
        assert all(ups(child) >= times for child in children)


def ups(child: ChildProcess) -> int:
    return child.log.read_text(encoding="utf-8").count("up")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.supervisor.stop()


def test_groups_stop_in_the_opposite_order_of_their_start(stage: Stage) -> None:
    database, doorbell, web = (stage.child(name, POLITE) for name in ("database", "doorbell", "web"))
    for child in (database, doorbell, web):
        stage.supervisor.start(child)
    stage.watch_until_up(database, doorbell, web)

    stage.supervisor.stop()

    assert stage.book.read_text(encoding="utf-8").split() == ["web", "doorbell", "database"]
    assert [child.exit_code for child in (database, doorbell, web)] == [0, 0, 0]


def test_killed_child_is_started_again_and_the_terminal_says_so(stage: Stage) -> None:
    worker = stage.child("worker", POLITE)
    stage.supervisor.start(worker)
    stage.watch_until_up(worker)
    first = worker.pid

    worker.kill()
    stage.watch_until_up(worker, times=2)

    assert worker.pid not in (None, first)
    assert "worker ended (SIGKILL); starting it again" in stage.screen.getvalue()


def test_child_that_keeps_dying_is_given_up_with_its_last_words(stage: Stage) -> None:
    broken = stage.child("worker", "import sys; sys.exit('no such column: outlet')")
    stage.supervisor.start(broken)

    with pytest.raises(
        RestartLimitError, match=r"worker ended 3 times within 60 s .*exit code 1[\s\S]*no such column: outlet"
    ):
        stage.supervisor.watch()


def test_what_no_order_needs_may_keep_dying_before_everything_is_ready(stage: Stage) -> None:
    web = stage.child("web", POLITE)
    broken = stage.child("chroma", "import sys; sys.exit('no room')")
    stage.supervisor.start(web)
    stage.watch_until_up(web)
    stage.supervisor.start(broken, vital=False)

    deadline = time.monotonic() + PATIENCE_S
    stage.supervisor.watch(lambda: bool(stage.told) or time.monotonic() > deadline)

    assert stage.told == [{"chroma": "ended 3 times in a row (exit code 1)"}]
    assert web.running


def test_after_everything_was_ready_the_others_go_on_beside_one_that_keeps_dying(stage: Stage) -> None:
    web = stage.child("web", POLITE)
    broken = stage.child("worker", "import sys; sys.exit('no such column: outlet')")
    stage.supervisor.start(web)
    stage.watch_until_up(web)
    stage.supervisor.settled()
    first = web.pid
    began = time.monotonic()
    stage.supervisor.start(broken)

    deadline = began + PATIENCE_S
    stage.supervisor.watch(lambda: bool(stage.told) or time.monotonic() > deadline)

    assert stage.told == [{"worker": "ended 3 times in a row (exit code 1)"}]
    said = stage.screen.getvalue()
    assert "worker KEEPS ENDING" in said
    assert "tried again in 2 s" in said
    assert "no such column: outlet" in said
    assert web.pid == first
    stage.supervisor.watch(lambda: len(stage.told) > 1 or time.monotonic() > deadline)
    assert time.monotonic() - began >= 3, "one second before the second restart, two before the third"
    assert stage.told[-1] == {"worker": "ended 4 times in a row (exit code 1)"}


def test_one_that_runs_again_for_a_while_is_well_again(stage: Stage) -> None:
    stage.supervisor = Supervisor(
        Terminal(Console(file=stage.screen, width=200)),
        restarts=0,
        window_s=0.5,
        tell=lambda a: stage.told.append(dict(a)),
    )
    stage.supervisor.settled()
    worker = stage.child("worker", POLITE)
    stage.supervisor.start(worker)
    stage.watch_until_up(worker)
    worker.kill()
    deadline = time.monotonic() + PATIENCE_S
    stage.supervisor.watch(lambda: len(stage.told) > 1 or time.monotonic() > deadline)
    assert stage.told == [{"worker": "ended 1 times in a row (SIGKILL)"}, {}]


def test_child_that_ignores_the_request_is_killed_after_its_grace(stage: Stage) -> None:
    stubborn = stage.child("worker", STUBBORN, grace_s=0.3)
    stage.supervisor.start(stubborn)
    stage.watch_until_up(stubborn)

    stage.supervisor.stop()

    assert stubborn.exit_code == -signal.SIGKILL
    assert "worker did not stop in time and is killed" in stage.screen.getvalue()


def test_second_signal_cuts_the_grace_short(stage: Stage) -> None:
    stubborn = stage.child("worker", STUBBORN, grace_s=60)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        stage.supervisor.listen()
        stage.supervisor.start(stubborn)
        stage.watch_until_up(stubborn)
        os.kill(os.getpid(), signal.SIGTERM)
        stage.supervisor.watch()
        os.kill(os.getpid(), signal.SIGTERM)
        began = time.monotonic()
        stage.supervisor.stop()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert time.monotonic() - began < stubborn.grace_s
    assert not stubborn.running


def test_log_lines_reach_the_terminal_with_their_sender_and_the_file_in_full(stage: Stage) -> None:
    line = '{"event": "order.placed", "level": "info", "timestamp": "2026-11-22T07:01:02Z", "lines": 2}'
    worker = stage.child("worker", f"print('up')\nprint('''{line}''', flush=True)\nimport signal\nsignal.pause()")
    stage.supervisor.start(worker)
    stage.watch_until_up(worker)
    deadline = time.monotonic() + PATIENCE_S
    stage.supervisor.watch(lambda: "order.placed" in stage.screen.getvalue() or time.monotonic() > deadline)

    assert "worker   | 07:01:02 order.placed lines=2" in stage.screen.getvalue()
    assert line in worker.log.read_text(encoding="utf-8")


def test_everyday_requests_stay_in_the_file_and_refused_ones_are_shown(stage: Stage) -> None:
    request = '{"event": "request", "level": "info", "status": %d, "rule": "/page-%d"}'
    lines = "\n".join(request % (status, status) for status in (200, 304, 500))
    web = stage.child("web", f"print({lines!r}, flush=True)\nimport signal\nsignal.pause()")
    stage.supervisor.start(web)
    deadline = time.monotonic() + PATIENCE_S
    stage.supervisor.watch(lambda: "/page-500" in stage.screen.getvalue() or time.monotonic() > deadline)
    assert "/page-500" in stage.screen.getvalue()
    assert "/page-200" not in stage.screen.getvalue()
    assert "/page-304" not in stage.screen.getvalue()
    assert web.log.read_text(encoding="utf-8").count("/page-") == 3


def test_child_of_a_supervisor_killed_with_signal_9_ends_by_its_own_stop_signal(tmp_path: Path) -> None:
    """Linux sends it at once; elsewhere nobody does, so the child goes on until it is asked."""
    code = f"""
import sys, time
from pathlib import Path
from embedded.process import ChildProcess
child = ChildProcess("web", [sys.executable, "-c", {POLITE!r}, "web", {str(tmp_path / "book")!r}], log=Path({str(tmp_path / "log")!r}))
child.start()
while not child.log.read_text(): time.sleep(0.02)
print(child.pid, flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        child = psutil.Process(int(supervisor.stdout.readline()))
        supervisor.kill()
    if sys.platform != "linux":
        assert child.is_running()
        child.terminate()
    child.wait(PATIENCE_S)
    assert (tmp_path / "book").read_text(encoding="utf-8") == "web\n"
