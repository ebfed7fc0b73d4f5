"""Metrics: closed label sets, names in one place, and all processes of a machine in one scrape."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import REGISTRY, Counter, Histogram
from prometheus_client.parser import text_string_to_metric_families

from bot.settings import ROOT
from bot.telemetry import metrics
from jobs.process_conversation import HELD
from jobs.queues import Bell
from models.failure_kind import FailureKind
from models.order_status import OrderStatus
from models.receipt import Delivery

PROGRAM = """
import sys
from bot.telemetry import metrics
from jobs.queues import Bell
from models.failure_kind import FailureKind
from models.receipt import Delivery
metrics.inbound_total.labels("whatsapp", "recorded").inc(int(sys.argv[1]))
"""
SCRAPE = """
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
registry = CollectorRegistry()
MultiProcessCollector(registry)
print(generate_latest(registry).decode())
"""


def test_label_outside_its_closed_set_is_counted_as_other() -> None:
    before = REGISTRY.get_sample_value("tria_inbound_total", {"channel": "other", "outcome": "recorded"}) or 0
    metrics.inbound_total.labels("+6591234567", "recorded").inc()
    after = REGISTRY.get_sample_value("tria_inbound_total", {"channel": "other", "outcome": "recorded"})
    assert after == before + 1


def test_every_series_is_there_before_anything_happened() -> None:
    assert REGISTRY.get_sample_value("tria_jobs_failed_total", {"kind": "invoice"}) is not None


def test_wrong_number_of_labels_is_a_bug_that_raises() -> None:
    with pytest.raises(ValueError):
        metrics.inbound_total.labels("whatsapp")


def test_counters_of_several_processes_add_up_in_one_scrape(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for count in ("2", "3"):
        subprocess.run([sys.executable, "-c", PROGRAM, count], env=environment, cwd=ROOT, check=True, timeout=60)
    scraped = subprocess.run(
        [sys.executable, "-c", SCRAPE],
        env=environment,
        cwd=ROOT,
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    ).stdout
    families = {family.name: family for family in text_string_to_metric_families(scraped)}
    found = {tuple(s.labels.items()): s.value for s in families["tria_inbound"].samples if s.name.endswith("_total")}
    assert found[(("channel", "whatsapp"), ("outcome", "recorded"))] == 5


def _literal_labels() -> list[tuple[str, str, tuple[str | None, ...]]]:
    """`(file, metric, labels)` of every `metrics.<metric>.labels(...)` in the code; None where a label is computed."""
    found = []
    for path in (path for room in ("bot", "jobs", "handlers") for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Attribute(value=ast.Name(id="metrics"), attr=name), attr="labels")
                ):
                    labels = tuple(arg.value if isinstance(arg, ast.Constant) else None for arg in node.args)
                    found.append((str(path.relative_to(ROOT)), name, labels))
    return found


def test_every_label_that_the_code_spells_out_is_in_its_closed_set() -> None:
    used = _literal_labels()
    assert len(used) > 5
    for place, name, labels in used:
        sets = getattr(metrics, name).sets
        assert len(labels) == len(sets), f"{place}: {name}"
        for label, allowed in zip(labels, sets, strict=True):
            assert label is None or label in allowed, f"{place}: {name} does not know {label}"


def test_labels_that_are_computed_from_our_enums_are_known() -> None:
    for metric, position, values in (
        (metrics.jobs_failed_total, 0, FailureKind),
        (metrics.jobs_failed_total, 0, [bell.name.lower() for bell in Bell]),
        (metrics.sweeper_rung_total, 0, [bell.name.lower() for bell in Bell]),
        (metrics.receipts_total, 1, Delivery),
    ):
        assert set(map(str, values)) <= metric.sets[position]


def test_every_metric_that_is_declared_is_counted_somewhere() -> None:
    declared = {
        name for name, value in vars(metrics).items() if isinstance(value, metrics.Closed | Counter | Histogram)
    }
    used = {
        node.attr
        for room in ("bot", "jobs", "handlers")
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "metrics"
    }
    assert declared - used == set()


def test_a_held_order_is_counted_by_what_it_waits_for() -> None:
    assert set(HELD.values()) == metrics.orders_held_total.sets[0]
    assert set(HELD) <= set(map(str, OrderStatus))
