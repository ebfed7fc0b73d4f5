"""The version before the newest migration works on beside this one; started again on the newer schema it refuses.

The older version is taken from the repository's history: the last commit before the newest migration came.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import threading
from pathlib import Path

from alembic.script import ScriptDirectory

from bot.settings import ROOT
from chaos.house import House, Process, _python_environment
from chaos.scenarios.scenario import Scenario, Trial
from embedded.ports import free_port
from models import schema

ANSWERED = '"event": "answered"'


def deploy_beside(trial: Trial) -> None:
    """Old processes on the old schema, the migration under load, new processes beside the old, then the old leave."""
    house = trial.house
    tree, previous = _older_version(house.folder)
    house.close_all()
    schema.downgrade(house.settings.database_url, previous)
    port = free_port()
    try:
        for kind in ("web", "worker", "sweeper"):
            _start_old(house, tree, kind, port)
        house.wait_for_web(port)
        _traffic_to(trial, port)
        under_way = threading.Thread(target=_traffic_to, args=(trial, port))
        under_way.start()
        with trial.timed(f"migrated from {previous} under load in"):
            schema.upgrade(house.settings.database_url)
        under_way.join()
    finally:
        schema.upgrade(house.settings.database_url)
    house.open(workers=1)
    for _ in range(2):
        _traffic_to(trial, port)
        _traffic_to(trial, 0)
    late = _start_old(house, tree, "worker", port, log="old-late")
    trial.must(late.wait(30), "an old worker started on the newer schema")
    words = (house.folder / "old-late.log").read_text()
    trial.must("revision" in words, f"the old worker's last words were: {words[-200:]}")
    old = house.said("old-worker", ANSWERED)
    trial.must(old > 0, "the old worker answered nothing")
    trial.note(f"the version before answered {old} bursts, a late start of it was refused with words")
    for process in house.processes:
        if process.name.startswith("old-"):
            process.signal(15)
    trial.traffic(8, 2)


def _traffic_to(trial: Trial, port: int) -> None:
    trial.customers.port = port
    trial.customers.order_at_rate(trial.house.phones(60), 8, 3)
    trial.customers.wait(60)
    trial.customers.port = 0


def _older_version(folder: Path) -> tuple[Path, str]:
    """Its files, and the schema's revision that it was written for. Raises RuntimeError without a history."""
    revision = ScriptDirectory.from_config(schema.alembic_config("")).get_revision(schema.head_revision())
    newest = Path(revision.path).relative_to(ROOT)
    commits = _git("log", "--format=%H", "--diff-filter=A", "--", str(newest)).split()
    if not commits or not isinstance(revision.down_revision, str):
        raise RuntimeError("the repository's history does not show the version before the newest migration")
    archive, tree = folder / "old.tar", folder / "old"
    _git("archive", "--format=tar", "-o", str(archive), f"{commits[0]}^")
    with tarfile.open(archive) as packed:
        packed.extractall(tree, filter="data")
    return tree, revision.down_revision


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"git {arguments[0]}: {done.stderr.strip()[-200:]}")
    return done.stdout


COMMANDS = {
    "web": ["gunicorn", "handlers:create_app()"],
    "worker": ["jobs.worker"],
    "sweeper": ["jobs.sweep"],
}


def _start_old(house: House, tree: Path, kind: str, port: int, *, log: str = "") -> Process:
    environment = _python_environment(house.environment) | {"PORT": str(port), "PYTHONPATH": str(tree)}
    with (house.folder / f"{log or f'old-{kind}'}.log").open("ab") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", *COMMANDS[kind]], cwd=tree, env=environment, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    process = Process(f"old-{kind}", started.pid)
    house.processes.append(process)
    return process


SCENARIOS = (Scenario("the version before beside this one", deploy_beside),)
