"""Is the work being done: worker and sweeper alive, the synthetic order through, nobody waiting too long?"""

from __future__ import annotations

import json
from collections.abc import Callable

from bot.runtime import Runtime
from bot.settings import ROOT
from handlers.checks.check import Severity, Verdict
from jobs.reads import stats

AILING = ROOT / "var" / "ailing.json"
"""Written by the supervisor (embedded/var_folder.py)."""
BEAT_LIMIT_S = 45.0
"""A worker beats with every synthetic order, 20 s apart; one may be missed."""
CANARY_LIMIT_S = 60.0
UNANSWERED_LIMIT_S = 60.0
UNSENT_LIMIT_S = 15.0
"""A reply is written to be sent at once: after this something is wrong with its channel."""


def heartbeat_of(kind: str) -> Callable[[Runtime], Verdict]:
    """A check that the process named `kind` gave a sign of life within BEAT_LIMIT_S."""

    def check(runtime: Runtime) -> Verdict:
        with runtime.engine.connect() as connection:
            beat = stats.heartbeats(connection).get(kind)
        if beat is None:
            return Verdict(Severity.UNHEALTHY, f"no {kind} has ever run")
        facts = {"age_s": round(beat.age_s, 1)}
        if beat.age_s > BEAT_LIMIT_S:
            return Verdict(Severity.UNHEALTHY, f"no sign of life for {beat.age_s:.0f} s", facts)
        return Verdict(facts=facts)

    return check


def processes(_runtime: Runtime) -> Verdict:
    """What the supervisor of `make run` says of processes that keep ending; whoever runs them otherwise has a supervisor too."""
    try:
        ailing: dict[str, str] = json.loads(AILING.read_text("utf-8"))
    except FileNotFoundError:
        return Verdict()
    words = "; ".join(f"{name} {what}" for name, what in ailing.items())
    return Verdict(Severity.UNHEALTHY, words, {"ailing": sorted(ailing)}) if ailing else Verdict()


def synthetic_order(runtime: Runtime) -> Verdict:
    """The last order of the canary: fresh, and the whole way through; else the step that stopped it."""
    with runtime.engine.connect() as connection:
        beat = stats.heartbeats(connection).get("canary")
    if beat is None:
        return Verdict(Severity.UNHEALTHY, "no synthetic order has been placed yet")
    facts = {"age_s": round(beat.age_s, 1), "order_ms": beat.detail.get("ms")}
    if not beat.detail.get("ok"):
        step, error = beat.detail.get("step", "?"), beat.detail.get("error", "")
        return Verdict(Severity.UNHEALTHY, f"step {step} failed: {error}", facts | {"step": step})
    if beat.age_s > CANARY_LIMIT_S:
        return Verdict(Severity.UNHEALTHY, f"the last one went through {beat.age_s:.0f} s ago", facts)
    return Verdict(facts=facts)


def unanswered(runtime: Runtime) -> Verdict:
    with runtime.engine.connect() as connection:
        age_s = stats.oldest_unanswered_s(connection)
    return _age(age_s, UNANSWERED_LIMIT_S, "a customer has been waiting for an answer for")


def unsent(runtime: Runtime) -> Verdict:
    """By channel: a provider that is silent or refuses delays its own replies and stops nobody else."""
    with runtime.engine.connect() as connection:
        ages = stats.unsent_by_channel(connection)
    facts = {f"{channel}_oldest_s": round(age_s, 1) for channel, age_s in ages.items()}
    slow = {channel: age_s for channel, age_s in ages.items() if age_s > UNSENT_LIMIT_S}
    if not slow:
        return Verdict(facts=facts)
    words = "; ".join(
        f"{channel}: a reply has been waiting to be sent for {age_s:.0f} s" for channel, age_s in slow.items()
    )
    return Verdict(Severity.DEGRADED, words, facts)


def failures(runtime: Runtime) -> Verdict:
    with runtime.engine.connect() as connection:
        count = stats.failures_open(connection)
    reason = f"{count} failures wait for somebody" if count else ""
    return Verdict(Severity.DEGRADED if count else Severity.HEALTHY, reason, {"open": count})


def escalations(runtime: Runtime) -> Verdict:
    """Tasks for a person: how many wait, and how many wait longer than their priority allows."""
    with runtime.engine.connect() as connection:
        facts = {"open": stats.escalations_open(connection), "overdue": stats.escalations_overdue(connection)}
    if overdue := facts["overdue"]:
        return Verdict(Severity.DEGRADED, f"{overdue} customers wait for a person longer than they should", facts)
    return Verdict(facts=facts)


def _age(age_s: float, limit_s: float, words: str) -> Verdict:
    facts = {"oldest_s": round(age_s, 1)}
    return Verdict(Severity.UNHEALTHY, f"{words} {age_s:.0f} s", facts) if age_s > limit_s else Verdict(facts=facts)
