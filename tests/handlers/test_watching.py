"""The watch after a release: what it adds up, and that a bad look is never averaged away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from handlers.checks import Check, Finding, Severity, Verdict
from handlers.watching import Watch, duration
from tests.conftest import Shop
from tests.handlers.cli.conftest import Terminal
from tests.handlers.cli.conftest import flask as flask

BEGAN = datetime(2026, 11, 28, 3, tzinfo=UTC)
CHECKS = {name: Check(name, "work", lambda _: Verdict(), "") for name in ("worker", "cpu")}
BEATS = "INSERT INTO heartbeats (name, detail) VALUES ('worker', '{}'), ('sweeper', '{}'), ('canary', '{\"ok\": true, \"ms\": 9}')"


def finding(name: str, severity: Severity, reason: str = "") -> Finding:
    return Finding(CHECKS[name], severity, reason, {}, 1.0)


def watched(*looks: Severity, failures: int = 0) -> Watch:
    watch = Watch(BEGAN, failures_before=2)
    for number, severity in enumerate(looks):
        at = BEGAN + timedelta(minutes=number)
        watch.add(at, [finding("worker", severity, f"look {number}"), finding("cpu", Severity.HEALTHY)], 2 + failures)
    return watch


def test_one_look_without_an_order_to_be_taken_among_many_is_not_well() -> None:
    watch = watched(Severity.HEALTHY, Severity.UNHEALTHY, Severity.DEGRADED, Severity.HEALTHY)
    assert not watch.ok(allowed=0)
    assert watch.ok(allowed=1)
    report = watch.report(0)
    assert (report["looks"], report["healthy"], report["degraded"], report["unhealthy"]) == (4, 2, 1, 1)
    (trouble,) = report["troubles"]
    assert (trouble["check"], trouble["worst"], trouble["looks"], trouble["reason"]) == (
        "worker",
        "unhealthy",
        2,
        "look 2",
    )
    assert trouble["first"] < trouble["last"]


def test_failures_that_were_there_before_are_not_this_releases_and_new_ones_are() -> None:
    assert watched(Severity.HEALTHY).ok(0)
    watch = watched(Severity.HEALTHY, failures=3)
    assert (watch.ok(0), watch.new_failures) == (False, 3)


def test_a_watch_that_never_looked_is_not_well() -> None:
    assert not watched().ok(0)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("24h", 86400), ("7d", 604800), ("0.5h", 1800)]
)
def test_a_time_is_said_with_its_unit(text: str, seconds: int) -> None:
    assert duration(text).total_seconds() == seconds


@pytest.mark.parametrize("words", ["24", "h", "", "3 weeks"])
def test_a_time_without_a_unit_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"could not convert|is not a time"):
        duration(words)


def test_the_command_ends_with_what_it_found(flask: Terminal, shop: Shop) -> None:
    quiet = flask("watch", "--for", "0s")
    assert (quiet.exit_code, "It did NOT stay well." in quiet.output) == (1, True), "nobody works"
    with shop.runtime.engine.begin() as connection:
        connection.execute(text(BEATS))
    found = flask.json("watch", "--for", "0.2s", "--every", "0.1s", "--json")
    assert (found["ok"], found["unhealthy"], found["new_failures"]) == (True, 0, 0)
    assert found["looks"] >= 1
    assert flask("watch", "--for", "soon").exit_code == 2
