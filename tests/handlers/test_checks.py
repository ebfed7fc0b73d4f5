"""Severities form a lattice, and a check that breaks is a finding, not a crash."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.registry import pushed_channels
from bot.runtime import Runtime
from bot.settings import load_settings
from handlers.checks import DOCTOR, READINESS, Check, Severity, Verdict, machine, outside, run_all, worst
from handlers.checks.sentences import sentence_problems

RUNTIME = Runtime(load_settings(_env_file=None))
SEVERITIES = st.sampled_from(list(Severity))


def check(name: str, severity: Severity, at_worst: Severity = Severity.UNHEALTHY) -> Check:
    return Check(name, "group", lambda _runtime: Verdict(severity, "why"), "fix", at_worst)


@pytest.mark.parametrize("found", list(product(Severity, repeat=4)))
def test_no_combination_of_four_hides_its_worst(found: tuple[Severity, ...]) -> None:
    findings = run_all([check(str(n), severity) for n, severity in enumerate(found)], RUNTIME)
    assert worst(f.severity for f in findings) == max(found)
    assert [f.severity for f in findings] == list(found)


@given(st.lists(SEVERITIES), st.lists(SEVERITIES))
def test_order_and_grouping_change_nothing(left: list[Severity], right: list[Severity]) -> None:
    assert worst([*left, *right]) == worst([*right, *left]) == max(worst(left), worst(right))


@given(st.lists(SEVERITIES, min_size=1), SEVERITIES)
def test_another_finding_never_makes_it_better(found: list[Severity], more: Severity) -> None:
    assert worst([*found, more]) >= worst(found)


def test_nothing_found_is_healthy() -> None:
    assert worst([]) is Severity.HEALTHY


def test_check_that_raises_is_unhealthy_with_a_reason_and_the_others_still_run() -> None:
    def broken(_runtime: Runtime) -> Verdict:
        raise KeyError("+6591234567")

    first, second = run_all([Check("broken", "g", broken, "fix"), check("fine", Severity.HEALTHY)], RUNTIME)
    assert (first.severity, first.reason) == (Severity.UNHEALTHY, "the check itself failed: KeyError")
    assert second.severity is Severity.HEALTHY


def test_check_whose_need_failed_is_not_tried_and_not_healthy() -> None:
    tried: list[str] = []

    def dependent(_runtime: Runtime) -> Verdict:
        tried.append("dependent")
        return Verdict()

    first = check("database", Severity.UNHEALTHY)
    second = Check("worker", "g", dependent, "fix", needs="database")
    findings = run_all([first, second], RUNTIME)
    assert tried == []
    assert (findings[1].severity, findings[1].reason) == (Severity.UNHEALTHY, "not checked without database")


def test_needs_name_checks_that_come_before() -> None:
    for checks in (READINESS, DOCTOR):
        names = [c.name for c in checks]
        assert all(names.index(c.needs) < names.index(c.name) for c in checks if c.needs)


def test_check_of_something_optional_can_only_degrade_even_when_it_breaks() -> None:
    def breaker_status(_runtime: Runtime) -> Verdict:
        raise RuntimeError

    (finding,) = run_all([Check("xero", "outside", breaker_status, "fix", Severity.DEGRADED)], RUNTIME)
    assert finding.severity is Severity.DEGRADED


def test_every_check_has_its_own_name_and_says_what_to_do() -> None:
    for checks in (READINESS, DOCTOR):
        assert len({c.name for c in checks}) == len(checks)
        assert all(c.fix for c in checks)


@pytest.mark.parametrize(
    ("percent", "free_gb", "severity"),
    [
        (0.0, 500, Severity.HEALTHY),
        (89.9, 0.5, Severity.HEALTHY),
        (90.0, 4.9, Severity.DEGRADED),
        (97.0, 30, Severity.HEALTHY),
        (97.0, 0.9, Severity.UNHEALTHY),
        (100.0, 0, Severity.UNHEALTHY),
    ],
)
def test_full_disk_makes_it_unready(percent: float, free_gb: float, severity: Severity) -> None:
    assert machine.judge_disk(percent, int(free_gb * machine.GIGABYTE)).severity is severity


def test_numbers_of_the_machine_are_percentages() -> None:
    for run in (machine.disk, machine.memory, machine.cpu):
        (percent,) = run(RUNTIME).facts.values()
        assert 0 <= percent <= 100


def test_services_outside_show_what_is_configured_and_no_value() -> None:
    settings = load_settings(
        _env_file=None, openai_api_key="sk-secret-0123456789", sentry_dsn="https://hidden@sentry.example.com/1"
    )
    runtime = Runtime(settings)
    providers = [outside.provider_of(spec).run for spec in pushed_channels()]
    shown = str([run(runtime).facts for run in (outside.openai, *providers, outside.xero, outside.sentry)])
    assert "'api_key_set': True" in shown
    for value in ("sk-secret", "hidden", "simulator-telegram-token"):
        assert value not in shown
    assert outside.openai(RUNTIME).facts["model"] == "offline: rules only"


def test_every_sentence_of_every_language_renders() -> None:
    found, count = sentence_problems()
    assert found == []
    assert count > 100
