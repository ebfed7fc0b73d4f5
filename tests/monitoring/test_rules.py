"""The alerts ask for what is really exported, take every number from one file, and each is tried quiet and firing.

What the rules do is tried by `make alerts`, which needs Prometheus; here they are only read.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.runtime import Runtime
from bot.settings import ROOT
from jobs.reads.gauges import exposition

MONITORING = ROOT / "monitoring"
OTHERS = (
    r"up|(redis_up|pg_up|pg_stat_activity_count|pg_settings_max_connections|node_cpu_seconds_total|node_memory_\w+_bytes"
    r"|node_filesystem_\w+_bytes|container_memory_working_set_bytes|container_spec_memory_limit_bytes)"
)
"""What the exporters beside the product export; `make alerts` asks the real ones."""
CATEGORIES = {"api", "cache", "database", "system", "availability", "business"}


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((MONITORING / name).read_text("utf-8"))
    return content


def rules(name: str) -> list[dict[str, Any]]:
    return [rule for group in read(name)["groups"] for rule in group["rules"]]


def series_of(expression: str) -> set[str]:
    """The names of the series that it asks for: what has a selector, a bracket's end or a comparison behind it."""
    bare = re.sub(r'"[^"]*"|\b(?:by|on|without|ignoring) \([^)]*\)|threshold:[\w:]+|\[\w+\]', "", expression)
    words = set(re.findall(r"\b[a-z]\w*\b(?!\s*\()", re.sub(r"\{[^}]*\}", "", bare)))
    return words - {"and", "or", "unless", "by", "on", "bool"}


ALERTS = rules("alerts.yml")
TESTS = read("alerts_test.yml")["tests"]


@pytest.fixture
def exported(runtime: Runtime) -> set[str]:
    families = text_string_to_metric_families(exposition(runtime).decode())
    return {sample.name for family in families for sample in family.samples} | named(runtime)


def named(runtime: Runtime) -> set[str]:
    """Names whose first value is still to come stand in the exposition's TYPE lines."""
    return set(re.findall(r"^# TYPE (\w+) gauge$", exposition(runtime).decode(), re.MULTILINE))


def test_every_series_that_an_alert_asks_for_is_exported(exported: set[str]) -> None:
    asked = {name for alert in ALERTS for name in series_of(alert["expr"])}
    assert len(asked) > 30
    assert {name for name in asked if name not in exported and not re.fullmatch(OTHERS, name)} == set()


def test_there_are_alerts_of_every_category_and_each_says_what_it_costs_and_where_to_read() -> None:
    names = [alert["alert"] for alert in ALERTS]
    assert len(names) == len(set(names)) >= 24
    assert {alert["labels"]["category"] for alert in ALERTS} == CATEGORIES
    for alert in ALERTS:
        assert alert["labels"]["severity"] in {"warning", "critical"}
        assert alert["annotations"].keys() == {"summary", "runbook"}
        assert alert["annotations"]["runbook"] == f"docs/runbook.md#{alert['alert'].lower()}"


def test_each_link_to_the_runbook_ends_at_a_heading() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text("utf-8")
    headings = {words.lower().replace(" ", "-") for words in re.findall(r"^#+ (.+)$", runbook, re.MULTILINE)}
    linked = {alert["annotations"]["runbook"].partition("#")[2] for alert in ALERTS}
    assert linked - headings == set()


def test_numbers_stand_in_one_file_and_each_is_used() -> None:
    thresholds = [rule["record"] for rule in rules("thresholds.yml")]
    used = {name for alert in ALERTS for name in re.findall(r"threshold:[\w:]+", alert["expr"])}
    assert len(thresholds) == len(set(thresholds))
    assert set(thresholds) == used
    # What is left are zeros, ones, quantiles, windows and the hours of a working day.
    for alert in ALERTS:
        bare = re.sub(r"\[\w+\]|quantile\(0\.95|hour\(\) >= 1 < 10|day_of_week\(\) >= 1 < 6", "", alert["expr"])
        assert set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?\b", bare)) <= {"0", "1"}, alert["alert"]


def test_each_alert_is_tried_quiet_firing_and_quiet_again() -> None:
    cases = [(case["alertname"], bool(case.get("exp_alerts"))) for test in TESTS for case in test["alert_rule_test"]]
    tried = Counter(name for name, firing in cases if firing)
    quiet = Counter(name for name, firing in cases if not firing)
    assert tried.keys() == {alert["alert"] for alert in ALERTS}
    assert all(quiet[name] >= 2 * count for name, count in tried.items())


def test_five_kinds_of_targets_are_scraped_every_fifteen_seconds() -> None:
    prometheus = read("prometheus.yml")
    assert prometheus["global"]["scrape_interval"] == "15s"
    assert [job["job_name"] for job in prometheus["scrape_configs"]] == [
        "backend",
        "postgres",
        "redis",
        "node",
        "cadvisor",
    ]
    assert all("scrape_interval" not in job for job in prometheus["scrape_configs"])
    assert all((MONITORING / name).is_file() for name in prometheus["rule_files"])


def test_files_of_the_folder_can_all_be_read() -> None:
    for path in (*MONITORING.rglob("*.yml"), Path(ROOT / "monitoring" / "prometheus.yml")):
        assert yaml.safe_load(path.read_text("utf-8")), path
