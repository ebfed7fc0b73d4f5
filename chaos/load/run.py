"""One profile from its first user to its verdict, in a house of its own on the simulator."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from chaos.customers import Customers
from chaos.house import House, house
from chaos.invariants import violations
from chaos.load import measure
from chaos.load.profile import Phase, Profile
from chaos.load.report import Measured, PhaseFigures, ProfileReport
from chaos.load.users import ANSWERED, Users
from chaos.sizes import sizes
from chaos.soak import FAULT_EVERY_S, QUIET_S, SWEEPERS, WORKERS, Nemesis
from simulator.faults import Fault, FaultKind

Say = Callable[[str], None]
SAMPLES = 60
SETTLED = 0.25
"""Of the run: what a process loads and connects at its first work is no growth."""
LEAKS_SHOW_S = 1800.0


@dataclass
class Course:
    """What happened when: seconds since 1970 of each phase, and how large processes were meanwhile."""

    phases: list[tuple[Phase, float, float]] = field(default_factory=list)
    sizes: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    risky: int = 0
    """Deaths that may cost an extra copy."""


def run_profile(profile: Profile, *, quick: bool, seed: int, say: Say, keep: Path | None = None) -> ProfileReport:
    say(f"{profile.name}: up to {profile.users} users, {profile.seconds:.0f} s")
    half = (profile.users + 1) // 2
    with house(outlets=half, telegram_users=half, burst_ms=300, seed=seed, keep=keep) as opened:
        opened.open(workers=WORKERS, sweepers=SWEEPERS)
        customers = Customers(opened, seed)
        started = datetime.now(UTC)
        course = _play(profile, opened, customers, seed, say)
        customers.wait(120)
        drained = opened.drained(QUIET_S)
        report = _report(profile, opened, customers, course, started, seed, quick=quick, drained=drained)
        customers.close()
        return report


def _play(profile: Profile, opened: House, customers: Customers, seed: int, say: Say) -> Course:
    """The users act in a thread of theirs; faults come from this one, with which servers that it starts again would end."""
    course, users = Course(), Users(opened, customers, _mixed(opened), seed)
    nemesis = Nemesis(opened, random.Random(seed), lambda words: say(f"  {words}"))
    if profile.faults:
        _let_calls_fail(opened, profile.faults)
    traffic = threading.Thread(target=_phases, args=(profile, users, course))
    traffic.start()
    next_sample, next_fault = 0.0, time.monotonic() + nemesis.random.uniform(*FAULT_EVERY_S)
    while traffic.is_alive():
        traffic.join(0.5)
        now = time.monotonic()
        if now >= next_sample:
            course.sizes.append((now, {kind: size.mb for kind, size in sizes(opened).items()}))
            next_sample = now + max(1.0, profile.seconds / SAMPLES)
        if profile.faults and now >= next_fault and traffic.is_alive():
            nemesis.strike()
            next_fault = time.monotonic() + nemesis.random.uniform(*FAULT_EVERY_S)
    opened.simulator.faults.remove()
    nemesis.start_what_ended()
    course.faults, course.risky = nemesis.done + _failed_calls(opened), nemesis.risky
    return course


def _phases(profile: Profile, users: Users, course: Course) -> None:
    for phase in profile.phases:
        began = time.time()
        users.keep(phase.users, phase.seconds)
        course.phases.append((phase, began, time.time()))


def _mixed(opened: House) -> list[str]:
    """One of WhatsApp, one of Telegram, and so on."""
    pairs = zip(opened.phones(opened.outlets), opened.chats(), strict=True)
    return [address for pair in pairs for address in pair]


def _let_calls_fail(opened: House, share: float) -> None:
    """A third of them is refused, a third answered by nothing, a third is slow."""
    for provider, operation in (("twilio", "messages.create"), ("telegram", "sendMessage")):
        always = {"provider": provider, "operation": operation, "count": None, "probability": share / 3}
        opened.simulator.faults.add(Fault(FaultKind.ERROR, status=503, **always))  # type: ignore[arg-type]
        opened.simulator.faults.add(Fault(FaultKind.ACCEPT_THEN_DROP, **always))  # type: ignore[arg-type]
        opened.simulator.faults.add(Fault(FaultKind.DELAY, delay_s=1.0, **always))  # type: ignore[arg-type]


def _failed_calls(opened: House) -> Counter[str]:
    return Counter(f"call: {entry.fault}" for entry in opened.simulator.ledger.entries() if entry.fault)


def _report(
    profile: Profile, opened: House, customers: Customers, course: Course, started: datetime, seed: int, *, quick: bool,
    drained: float | None,
) -> ProfileReport:  # fmt: skip
    found, said = measure.waits(opened), list(customers.said)
    phases = [measure.of_phase(phase, began, ended, found) for phase, began, ended in course.phases]
    wrong = violations(opened, said, crashes_while_sending=course.risky)
    wrong += [] if drained is not None else [f"I7 the backlog stayed for {QUIET_S:.0f} s"]
    answered = len(opened.rows(ANSWERED, ids=[each.sid for each in said]))
    measured = [*_speed(profile, found, measure.errors(said, answered)), *_recovery(profile, course, phases, found)]
    measured += _growth(profile, course)
    counted = measure.counted(opened, said)
    return ProfileReport(
        profile=profile.name, quick=quick, seed=seed, started_at=started.isoformat(timespec="seconds"),
        seconds=round(sum(phase.seconds for phase in phases), 1), phases=phases, measured=measured, counted=counted,
        faults=dict(sorted(course.faults.items())), violations=wrong,
        passed=not wrong and counted.adds_up and all(each.ok for each in measured),
    )  # fmt: skip


def _speed(profile: Profile, found: list[measure.Wait], errors: float) -> list[Measured]:
    p95, limits = measure.percentile([seconds for _, seconds in found], 95), profile.limits
    return [
        Measured(what="errors", value=errors, limit=limits.errors, unit="share", ok=errors < limits.errors),
        Measured(what="message to reply, p95", value=p95, limit=limits.p95_s, unit="s", ok=p95 is not None and p95 < limits.p95_s),
    ]  # fmt: skip


def _recovery(
    profile: Profile, course: Course, phases: list[PhaseFigures], found: list[measure.Wait]
) -> list[Measured]:
    limit = profile.limits.recovered_s
    if limit is None:
        return []
    took = measure.recovered_after_s(phases[0].p95_s, course.phases[1][2], found)
    ok = took is not None and took <= limit
    return [Measured(what="as fast as before the spike after", value=took, limit=limit, unit="s", ok=ok)]


def _growth(profile: Profile, course: Course) -> list[Measured]:
    """From when everything had worked for a while; killed processes begin anew, so chaos is not asked."""
    settled = [sample for sample in course.sizes if sample[0] >= course.sizes[0][0] + SETTLED * profile.seconds]
    if profile.faults or len(settled) < 2:
        return []
    (_, first), (_, last) = settled[0], settled[-1]
    grown = max((last[kind] - mb for kind, mb in first.items() if kind in last), default=0.0)
    limits = profile.limits
    found = [Measured(what="memory grown", value=round(grown, 1), limit=limits.growth_mb, unit="MB", ok=grown <= limits.growth_mb)]  # fmt: skip
    slope = measure.growth_per_hour(settled)
    if limits.growth_mb_per_hour is not None and profile.seconds >= LEAKS_SHOW_S and slope is not None:
        limit = limits.growth_mb_per_hour
        found.append(Measured(what="memory growing", value=slope, limit=limit, unit="MB/h", ok=slope <= limit))
    return found
