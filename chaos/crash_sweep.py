"""The crash sweep: every failpoint, many seeds, each a SIGKILL of a real process in the middle of real traffic.

Every worker that runs is armed to die at its place; beside them a healthy web process and sweeper. Nothing is cleaned up
between the deaths: what a victim leaves behind, the others have to bring to its end before they die themselves.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.errors import BadInputError
from chaos.copies import copies_told
from chaos.customers import Customers
from chaos.house import INVOICING, House, Process
from chaos.invariants import invoice_violations, violations
from embedded.ports import free_port

WORKER = (
    "worker.after_pop", "process.after_claim", "process.after_read", "process.after_think", "apply.begin", "apply.after_release",
    "apply.before_lines", "apply.after_order", "apply.after_inbound", "apply.after_outbound", "apply.after_events",
    "process.before_commit", "process.after_commit", "deliver.after_claim", "deliver.before_send", "deliver.after_count",
    "deliver.after_send", "deliver.before_finish", "deliver.in_finish", "deliver.in_record", "deliver.after_finish",
    "invoice.after_claim", "invoice.before_call", "invoice.after_call", "invoice.before_finish", "invoice.after_finish",
    "invoice.after_asked",
)  # fmt: skip
TOKEN = ("token.after_take", "token.after_answer", "token.after_store")
CONTACT = ("contact.before_write", "contact.after_write", "contact.after_link")
SWEEPER = ("sweep.before_ring", "ring.process")
WEB = ("web.before_record", "web.after_commit", "web.before_answer")
PARK = ("park.before", "park.after")
FAILPOINTS = (*WEB, *WORKER, *SWEEPER, *PARK, *TOKEN, *CONTACT)
ONCE = frozenset({*PARK, *TOKEN, *CONTACT})
"""Places that a process seldom passes: the first time is the one to die at."""
SEND_WINDOW = frozenset({"deliver.after_send", "deliver.before_finish", "deliver.in_finish", "deliver.in_record"})
"""A death here may cost one copy: the provider has the message and nobody wrote it down."""
RATE_PER_S = 15.0
VICTIM_LIFE_S = 60.0
MAX_NTH = 4
PROVOKE_EVERY_S = 1.0
REFUSED = (
    "ALTER TABLE conversation_messages ADD CONSTRAINT refused CHECK (provider_id IS NULL OR direction = 'inbound' OR id % 11 <> 0)"
    " NOT VALID"
)
"""What the provider calls some replies cannot be kept, so that they are recorded with less."""
MAX_BACKLOG = 60


@dataclass(slots=True)
class Death:
    """One armed process and how it ended."""

    failpoint: str
    seed: int
    nth: int
    armed_at: float
    process: Process
    died_at: float | None = None
    missed: bool = False


@dataclass
class Outcome:
    """What a sweep showed. `recovery_s` are the times from a death to the last answer to what had been said before it."""

    deaths: list[Death] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    messages: int = 0
    drained_s: float | None = None
    seconds: float = 0.0
    waits_s: list[float] = field(default_factory=list)
    copies: list[tuple[str, str, str]] = field(default_factory=list)
    """A row of the report for each channel."""

    @property
    def died(self) -> list[Death]:
        return [death for death in self.deaths if death.died_at is not None]


def plan(seeds: int, seed: int, failpoints: Sequence[str] = FAILPOINTS) -> list[tuple[str, int, int]]:
    """(failpoint, seed, nth) of every death, in an order that the seed decides."""
    chooser = random.Random(seed)
    planned = [(name, number, chooser.randint(1, MAX_NTH)) for name in failpoints for number in range(seeds)]
    chooser.shuffle(planned)
    return planned


def places(beginnings: Sequence[str]) -> tuple[str, ...]:
    """Those whose names begin so; all when none is given. Raises BadInputError."""
    found = tuple(name for name in FAILPOINTS if name.startswith(tuple(beginnings or ("",))))
    if not found:
        raise BadInputError("no such place; there are: " + " ".join(FAILPOINTS))
    return found


def sweep(
    house: House,
    seeds: int,
    seed: int,
    say: Callable[[str], None] = lambda _: None,
    failpoints: Sequence[str] = FAILPOINTS,
) -> Outcome:
    """All deaths of the plan, then the faults end and the invariants are asked."""
    began = time.monotonic()
    outcome = Outcome()
    house.environment |= INVOICING
    house.open(workers=0, sweepers=1)
    house.change(REFUSED)
    phones = house.everybody()
    customers = Customers(house, seed, duplicates=0.1)
    planned = plan(seeds, seed, failpoints)
    queues = {kind: [each for each in planned if each[0] in names] for kind, names in KINDS.items()}
    alive: dict[str, Death] = {}
    door = free_port()
    chooser = random.Random(seed)
    next_at, provoked_at, told = time.monotonic(), 0.0, 0
    while any(queues.values()) or alive:
        for slot in SLOTS:
            _follow(house, slot, queues[slot.split()[0]], alive, outcome, door)
        customers.port = door if "web" in alive and chooser.random() < 0.5 else 0
        if house.backlog() < MAX_BACKLOG:  # a machine that is busy otherwise must not turn the sweep into a queue
            customers.order(chooser.choice(phones))
        if time.monotonic() - provoked_at > PROVOKE_EVERY_S:
            for provoke in [PROVOKED[slot] for slot in alive if slot in PROVOKED]:
                provoke(house)
            provoked_at = time.monotonic()
        next_at += 1 / RATE_PER_S
        time.sleep(max(0.0, next_at - time.monotonic()))
        if len(outcome.died) >= told + 50:
            told = len(outcome.died)
            say(f"{len(outcome.died)} of {len(planned)} deaths, backlog {house.backlog()}")
    customers.port = 0
    customers.wait(120)
    house.spawn("worker")
    outcome.drained_s = house.drained(90)
    outcome.messages = len(customers.said)
    at_risk = sum(death.failpoint in SEND_WINDOW for death in outcome.died)
    house.invoiced(180)
    house.change(NAMED_AS_BEFORE)
    outcome.violations = _without_parked(
        violations(house, customers.said, crashes_while_sending=at_risk), outcome, house
    ) + invoice_violations(house)
    outcome.waits_s, outcome.copies = waits(house), copies_told(house)
    outcome.seconds = time.monotonic() - began
    customers.close()
    return outcome


def waits(house: House) -> list[float]:
    """Seconds from each message to the provider's acceptance of its reply: recovery is the tail of it."""
    return [
        float(seconds)
        for (seconds,) in house.rows(
            "SELECT extract(epoch FROM max(r.finished_at) - m.created_at)::float8 FROM conversation_messages m"
            " JOIN conversation_messages r ON r.in_reply_to = m.id AND r.state = 'sent'"
            " WHERE m.direction = 'inbound' GROUP BY m.id ORDER BY 1"
        )
    ]


KINDS = {"worker": WORKER, "sweeper": SWEEPER, "web": WEB, "park": PARK, "token": TOKEN, "contact": CONTACT}
SLOTS = ("worker", "worker 2", "worker 3", "sweeper", "web", "park", "token", "contact")
"""How many of a kind are armed at a time."""
RUNS = {"park": "worker", "token": "worker", "contact": "worker"}
"""Which process a kind is armed in, where it is no process of that name."""


def _follow(
    house: House, slot: str, waiting: list[tuple[str, int, int]], alive: dict[str, Death], outcome: Outcome, door: int
) -> None:
    """Notices a death, and arms the next."""
    kind = slot.split()[0]
    if (death := alive.get(slot)) is not None:
        if not _is_over(house, death):
            return
        death.died_at = None if death.missed else time.time()
        del alive[slot]
        if kind == "web":
            death.process.kill()
    if not waiting:
        return
    failpoint, seed, nth = waiting.pop()
    if failpoint in ONCE:
        nth = 1
    runs = RUNS.get(kind, kind)
    process = house.spawn(
        runs, fail=f"{failpoint}:{nth}:kill", env={"PORT": str(door), "CHAOS_WEB_WORKERS": "1"} if kind == "web" else {}
    )
    alive[slot] = Death(failpoint, seed, nth, time.time(), process)
    outcome.deaths.append(alive[slot])
    if kind == "web":
        house.wait_for_web(door)


def _is_over(house: House, death: Death) -> bool:
    """A web victim is gunicorn's child, which its master replaces: its death is read in the log."""
    if death.process.name != "web":
        if death.process.alive and time.time() - death.armed_at > VICTIM_LIFE_S:
            death.process.kill()  # the others were quicker each time: the table shows that this place was not reached
            death.missed = True
        return not death.process.alive
    log = (house.folder / "web.log").read_text(encoding="utf-8", errors="replace")
    return log.count("was sent SIGKILL") > _web_deaths(house, log)


_seen_web_deaths: dict[int, int] = {}


def _web_deaths(house: House, log: str) -> int:
    """How many of them were known already; counts the new one."""
    known = _seen_web_deaths.get(id(house), 0)
    if log.count("was sent SIGKILL") > known:
        _seen_web_deaths[id(house)] = known + 1
    return known


def _exhaust_one(house: House) -> None:
    """Makes one waiting conversation look as if five workers had died over it, so that the next claim parks it."""
    house.change(
        "UPDATE conversations SET attempts = 5 WHERE id = (SELECT c.id FROM conversations c JOIN conversation_messages m"
        " ON m.conversation_id = c.id AND m.state = 'received' WHERE c.lease_until IS NULL AND c.attempts = 0 LIMIT 1)"
    )


_RENAME = "UPDATE customers SET name = rtrim(name, '+') || repeat('+', CAST(random() * 9 AS int))"
NAMED_AS_BEFORE = "UPDATE customers SET name = rtrim(name, '+') WHERE name LIKE '%+'"


def rename_all(house: House) -> None:
    """Customers have other names than in Xero, so that the contact of the next invoice is written again."""
    house.change(_RENAME)


def _expire_tokens(house: House) -> None:
    house.simulator.xero.identity.expire()


PROVOKED: dict[str, Callable[[House], None]] = {
    "park": _exhaust_one,
    "token": _expire_tokens,
    "contact": rename_all,
}
"""What makes a kind's places be reached, while one of that kind is armed."""


def _without_parked(found: list[str], outcome: Outcome, house: House) -> list[str]:
    """Parking was asked for here: a parked message orders nothing and must have its task, its failure and its apology."""
    if not any(death.failpoint in PARK for death in outcome.deaths):
        return found
    kept = [each for each in found if not each.endswith("was parked")]
    incomplete = house.rows(
        "SELECT m.provider_id FROM conversation_messages m WHERE m.state = 'parked' AND NOT ("
        " EXISTS (SELECT 1 FROM failures f WHERE f.message_id = m.id) AND EXISTS ("
        " SELECT 1 FROM escalations e WHERE e.conversation_id = m.conversation_id) AND EXISTS ("
        " SELECT 1 FROM conversation_messages r WHERE r.in_reply_to = m.id AND (r.state = 'sent' OR r.reason = 'unconfirmed')))"
    )
    return kept + [f"parking {sid} left no failure, task or word" for (sid,) in incomplete]
