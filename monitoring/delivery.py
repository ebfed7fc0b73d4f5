"""An alert is worth nothing until somebody has it: each goes its ways to receivers, and real faults reach them within a minute."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from chaos.customers import Customers
from chaos.house import House
from monitoring.outcome import Outcome
from monitoring.receivers import Receivers, Told
from monitoring.rules import alerts
from monitoring.station import Station
from simulator.faults import Fault, FaultKind

GOAL_S = 60.0
CLEAR_S = 150.0
PATIENCE_S = 120.0
OFFICE = {"InvoicesBehind", "InvoicesDiffer", "XeroBlocked", "XeroTokenAging", "LlmSpendHigh"}


def ways_of(alert: dict[str, Any]) -> set[str]:
    """By which ways this alert is to be told."""
    woken = {"pagerduty", "telegram"} if alert["labels"]["severity"] == "critical" else set()
    return {"slack"} | woken | ({"e-mail"} if alert["alert"] in OFFICE else set())


def try_routes(station: Station, told: Receivers, outcome: Outcome) -> None:
    """Every alert is raised once, and comes by its ways and by no other."""
    outcome.section("routes: every alert to those who shall hear of it")
    rules = alerts()
    # Under a name of its own, so that no real alert is mixed up with it and nothing is inhibited by another.
    station.post_alerts([
        {"labels": rule["labels"] | {"alertname": rule["alert"], "installation": f"try-{rule['alert']}",
                                     "instance": rule["alert"], "door": rule["alert"]},
         "annotations": {"summary": f"tried: {rule['alert']}.", "runbook": rule["annotations"]["runbook"]}}
        for rule in rules
    ])  # fmt: skip
    for rule in rules:
        words, wanted = f"tried: {rule['alert']}.", ways_of(rule)
        for way in wanted:
            told.wait_for(lambda each, way=way, words=words: each.way == way and words in each.words, GOAL_S)  # type: ignore[misc]
        came = {each.way for each in list(told.told) if words in _one_line(each.words)}
        outcome.add(rule["alert"], came == wanted, ", ".join(sorted(came)) or "nobody")


def _one_line(words: str) -> str:
    """A mail breaks long lines and encodes what is not plain."""
    return words.replace("=\r\n", "").replace("\r\n", "")


def try_faults(station: Station, house: House, customers: Customers, told: Receivers, outcome: Outcome) -> None:
    """Breaks one thing at a time; from the fault to the receiver of pages."""
    outcome.section(f"faults: from the fault to whoever is woken, at most {GOAL_S:.0f} s")
    for what, alert, strike, mend in _faults(house, customers):
        before = len(told.told)
        at = time.monotonic()
        strike()
        fits = _paged(alert, told, before)
        found = told.wait_for(fits, PATIENCE_S)
        took = None if found is None else found.at - at
        words = f"{alert}, {'never' if took is None else f'{took:.0f} s'}"
        outcome.add(what, took is not None and took <= GOAL_S, words)
        mend()
        quiet = station.wait_until(f'absent(ALERTS{{alertname="{alert}", alertstate="firing"}})', CLEAR_S)
        outcome.add(f"{what}: over", quiet, "cleared" if quiet else f"still firing after {CLEAR_S:.0f} s")


def _paged(alert: str, told: Receivers, before: int) -> Callable[[Told], bool]:
    later = told.told
    return lambda each: each in later[before:] and each.way == "pagerduty" and f"#{alert.lower()}" in each.words


Strike = Callable[[], object]


def _faults(house: House, customers: Customers) -> list[tuple[str, str, Strike, Strike]]:
    """What, the alert that it must raise, how it is done and mended."""
    return [
        ("the worker is killed", "WorkerSilent", lambda: _kill_workers(house), lambda: house.spawn("worker")),
        ("Redis is gone", "RedisDown", house.valkey.kill, house.valkey.start),
        ("PostgreSQL is gone", "DatabaseDown", house.postgres.kill, lambda: _postgres_back(house)),
        ("Twilio refuses", "ProviderRefusing", lambda: _refuse(house, customers), lambda: _relent(house)),
    ]  # fmt: skip


def _kill_workers(house: House) -> None:
    for worker in house.of("worker"):
        worker.kill()


def _postgres_back(house: House) -> None:
    """Who found no database at its start has ended; a supervisor would start it again."""
    house.postgres.start()
    for kind in ("worker", "sweeper"):
        if not house.of(kind):
            house.spawn(kind)


def _refuse(house: House, customers: Customers) -> None:
    house.simulator.faults.add(Fault(FaultKind.ERROR, "twilio", "messages.create", count=None, status=503))
    for phone in house.phones(house.outlets):
        customers.order(phone)
    customers.wait()


def _relent(house: House) -> None:
    house.simulator.faults.remove()
