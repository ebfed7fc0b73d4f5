"""The files themselves: valid to the programs that will read them, every alert quiet and firing, every way out the right one."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from monitoring.outcome import Outcome
from monitoring.programs import Programs

HERE = Path(__file__).parent
TIMEOUT_S = 60


def read(name: str) -> Any:
    return yaml.safe_load((HERE / name).read_text("utf-8"))


def alerts() -> list[dict[str, Any]]:
    """Every alert rule, in the order of the file."""
    return [rule for group in read("alerts.yml")["groups"] for rule in group["rules"]]


def try_files(programs: Programs, outcome: Outcome) -> None:
    outcome.section("files")
    outcome.add("prometheus.yml", *_ran([programs.promtool, "check", "config", "prometheus.yml"]))
    outcome.add("alertmanager.yml", *_ran([programs.amtool, "check-config", "alertmanager.yml"]))


def try_rules(programs: Programs, outcome: Outcome, folder: Path) -> None:
    """One run of promtool an alert, with that rule alone: each has its own line, and all together take seconds."""
    outcome.section("alerts: quiet, firing, quiet again")
    tests = read("alerts_test.yml")
    for rule in alerts():
        name = rule["alert"]
        alone, tried = folder / f"{name}.rule.yml", folder / f"{name}.yml"
        alone.write_text(yaml.safe_dump({"groups": [{"name": name, "rules": [rule]}]}))
        cases = [test for test in tests["tests"] if test["alert_rule_test"][0]["alertname"] == name]
        files = [str(HERE / "thresholds.yml"), str(alone)]
        tried.write_text(yaml.safe_dump(tests | {"rule_files": files, "tests": cases}))
        outcome.add(name, *_ran([programs.promtool, "test", "rules", tried]))


def _ran(command: Sequence[Path | str]) -> tuple[bool, str]:
    """Whether it went well, and what it said when not."""
    done = subprocess.run(command, cwd=HERE, check=False, capture_output=True, text=True, timeout=TIMEOUT_S)
    return done.returncode == 0, "" if done.returncode == 0 else (done.stdout + done.stderr).strip()
