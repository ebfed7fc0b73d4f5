"""Real processes that must not start: each ends with exit code 1 and one list of sentences, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT
from embedded.ports import free_port
from tests.bot.test_settings import PRODUCTION
from tests.scratch import scratch_database
from tests.servers import redis_server

WORKER, SWEEPER = [sys.executable, "-m", "jobs.worker"], [sys.executable, "-m", "jobs.sweep"]
WEB = [str(Path(sys.executable).parent / "gunicorn"), "handlers:create_app()"]
PROCESSES = pytest.mark.parametrize("command", [WORKER, SWEEPER, WEB], ids=["worker", "sweeper", "web"])


@pytest.fixture(scope="module")
def migrated(postgres_url: str) -> Iterator[str]:
    """A database with this code's schema and nothing in it, whose role has a password as production demands."""
    with scratch_database(postgres_url, migrated=True) as url:
        yield url


def start(command: list[str], *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, *arguments], env={"PATH": os.defpath, "PORT": str(free_port()), **environment}, cwd=ROOT,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def of_production(**changed: str) -> dict[str, str]:
    return {name.upper(): str(value) for name, value in (PRODUCTION | changed).items()}


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode != 0, done.stdout
    assert "Traceback" not in done.stderr + done.stdout
    return done.stderr


@PROCESSES
def test_missing_settings_are_one_clean_list(command: list[str]) -> None:
    said = refused(start(command, ENVIRONMENT="production"))
    assert "Settings are not usable:" in said
    assert "  SECRET_KEY: is required in production" in said
    assert "  TWILIO_ACCOUNT_SID: is required in production" in said


def test_a_failpoint_that_cannot_be_read_is_a_sentence() -> None:
    assert "FAIL: 'nonsense' is not NAME:NTH:" in refused(start(SWEEPER, FAIL="nonsense"))


# What a process refuses is one list for all of them (startup_checks.refuse_unfit): each of them is asked for one of its reasons.


def test_armed_failpoints_are_refused_in_production_by_the_web_process() -> None:
    said = refused(start(WEB, **of_production(), FAIL="apply.after_release:1:kill"))
    assert "FAIL: must not be set in production" in said


def test_a_schema_that_is_not_this_codes_is_refused_by_the_worker(postgres_url: str) -> None:
    with scratch_database(postgres_url, migrated=False) as url:
        said = refused(start(WORKER, DATABASE_URL=url, REDIS_URL="redis://127.0.0.1:1/0"))
    assert "The database is not the one this code was written for" in said


def test_an_empty_catalog_is_refused_in_production_by_the_sweeper(migrated: str) -> None:
    said = refused(start(SWEEPER, **of_production(database_url=migrated)))
    assert "There is no active product in the catalog" in said
    assert "flask catalog import" in said
    assert "--allow-empty" in said


def test_a_redis_that_is_required_and_away_is_refused_in_production(migrated: str) -> None:
    values = of_production(database_url=migrated, redis_url="redis://:any@127.0.0.1:1/0")
    said = refused(start(SWEEPER, "--allow-empty", **values))
    assert "Redis cannot be reached" in said
    assert "REDIS_REQUIRED=false" in said


def test_unless_somebody_says_that_it_is_meant(migrated: str) -> None:
    with redis_server() as server:
        values = of_production(database_url=migrated, redis_url=server.url)
        environment = {"PATH": os.defpath, **values}
        with subprocess.Popen(
            [*SWEEPER, "--allow-empty"], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                if "sweeper started" in line:
                    process.terminate()
        assert process.returncode == 0
    assert any("sweeper started" in line for line in lines), lines
