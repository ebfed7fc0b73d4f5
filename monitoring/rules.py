"""The files themselves: valid to the programs that will read them, every alert quiet and firing, every way out the right one."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from embedded.debian import NotToBeHadError
from monitoring.outcome import Outcome
from monitoring.programs import program

HERE = Path(__file__).parent
TIMEOUT_S = 60


def read(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text("utf-8"))


def alerts() -> list[dict[str, Any]]:
    """Every alert rule, in the order of the file."""
    return [rule for group in read("alerts.yml")["groups"] for rule in group["rules"]]


def try_files(outcome: Outcome) -> None:
    """Raises NotToBeHadError without promtool; where Alertmanager is not installed and cannot be, its file is not tried."""
    outcome.section("files")
    outcome.add("prometheus.yml", *_ran([program("promtool"), "check", "config", "prometheus.yml"]))
    try:
        amtool = program("amtool")
    except NotToBeHadError as error:
        outcome.leave("alertmanager.yml", str(error))
    else:
        outcome.add("alertmanager.yml", *_ran([amtool, "check-config", "alertmanager.yml"]))


def try_rules(outcome: Outcome, folder: Path) -> None:
    """One run of promtool an alert, with that rule alone: each has its own line, and all together take seconds."""
    outcome.section("alerts: quiet, firing, quiet again")
    promtool, tests = program("promtool"), read("alerts_test.yml")
    for rule in alerts():
        outcome.add(rule["alert"], *_ran([promtool, "test", "rules", _alone(rule, tests, folder)]))


def _alone(rule: dict[str, Any], tests: dict[str, Any], folder: Path) -> Path:
    """A file for promtool with this rule, the thresholds and its own cases."""
    name = rule["alert"]
    alone, tried = folder / f"{name}.rule.yml", folder / f"{name}.yml"
    alone.write_text(yaml.safe_dump({"groups": [{"name": name, "rules": [rule]}]}))
    cases = [test for test in tests["tests"] if test["alert_rule_test"][0]["alertname"] == name]
    tried.write_text(yaml.safe_dump(tests | {"rule_files": [str(HERE / "thresholds.yml"), str(alone)], "tests": cases}))
    return tried


def _ran(command: Sequence[Path | str]) -> tuple[bool, str]:
    """Whether it went well, and what it said when not."""
    done = subprocess.run(command, cwd=HERE, check=False, capture_output=True, text=True, timeout=TIMEOUT_S)
    return done.returncode == 0, "" if done.returncode == 0 else (done.stdout + done.stderr).strip()
