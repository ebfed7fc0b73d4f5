"""`flask doctor --staging`: the checkpoints are counted, each can fail, and each says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.runtime import Runtime
from bot.settings import ROOT, Environment
from handlers import create_app
from handlers.checks import DOCTOR, ONLINE, run_all
from handlers.checks.staging_list import STAGING
from jobs.backup.create import create
from tests.conftest import Shop
from tests.handlers.cli.conftest import Terminal

EVERY = (*DOCTOR, *ONLINE, *STAGING)


@pytest.fixture
def runtime_of_staging(shop: Shop, tmp_path: Path) -> Iterator[Runtime]:
    """The suite's servers behind settings of which half are as they should be."""
    made = Runtime(
        shop.runtime.settings.model_copy(
            update={
                "environment": Environment.PRODUCTION,
                "public_url": "http://127.0.0.1:9",
                "metrics_token": SecretStr("a-token-of-its-own-1"),
                "backup_dir": tmp_path / "shelf",
                "log_level": "DEBUG",
            }
        )
    )
    yield made
    made.close()


def found(runtime: Runtime) -> dict[str, str]:
    """Reasons by name of everything on the list that is not well."""
    return {f.check.name: f.reason for f in run_all(STAGING, runtime) if f.severity}


def test_there_are_at_least_thirty_five_checkpoints_each_with_a_name_of_its_own_and_a_fix() -> None:
    assert len(EVERY) >= 35
    names = [check.name for check in EVERY]
    assert len(set(names)) == len(names)
    assert all(check.fix for check in EVERY)


def test_the_guide_names_every_checkpoint_of_its_own_and_no_other() -> None:
    page = (ROOT / "docs" / "staging.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == {check.name for check in STAGING}


def test_what_is_not_so_is_named(runtime_of_staging: Runtime) -> None:
    reasons = found(runtime_of_staging)
    assert reasons["public_url"] == "it is not https"
    assert reasons["log_level"] == "it is DEBUG"
    assert reasons["backup_fresh"] == "there is none"
    assert reasons["backup_sealed"] == "backups can be read by whoever finds them"
    assert reasons["administrator"] == "nobody has the role admin"
    assert reasons["postgres_role"] == "it is a superuser"
    assert reasons["postgres_fsync"] == "it is off"
    assert "cannot be reached" in reasons["alive"]
    assert {"environment", "metrics_token", "postgres_version", "redis_version", "redis_password", "postgres_clock", "ledger",
            "audit", "demo_login"} & set(reasons) == set()  # fmt: skip


def test_a_backup_makes_its_checkpoints_well_until_it_is_damaged(runtime_of_staging: Runtime) -> None:
    made = create(runtime_of_staging, "")
    assert {"backup_fresh", "backup_whole"} & set(found(runtime_of_staging)) == set()
    made.dump.write_bytes(b"")
    assert "the manifest says" in found(runtime_of_staging)["backup_whole"]


def test_the_demo_login_is_found(runtime_of_staging: Runtime, shop: Shop) -> None:
    Terminal(create_app(shop.runtime))("users", "demo")
    reasons = found(runtime_of_staging)
    assert "password is printed" in reasons["demo_login"]
    assert "administrator" not in reasons


def test_what_a_stranger_gets_is_asked_over_http(shop: Shop, app_url: str) -> None:
    """The suite's own web process is open where production is closed, and closed where both are."""
    asked = Runtime(shop.runtime.settings.model_copy(update={"public_url": app_url}))
    reasons = found(asked)
    asked.close()
    assert {"alive", "console_closed", "api_closed", "diagnostics_closed"} & set(reasons) == set()
    assert reasons["metrics_closed"] == "answers 200 to a stranger"
    assert reasons["simulator_gone"].startswith("answers ")
    assert "Strict-Transport-Security" in reasons["hsts"]


def test_the_command_counts_all_of_them_and_exits_1(runtime_of_staging: Runtime) -> None:
    said = Terminal(create_app(runtime_of_staging))("doctor", "--staging")
    assert said.exit_code == 1
    assert f"{len(EVERY)} checks: " in said.output
    assert "Mend these before the first customer writes." in said.output
