"""Two operators replay the same five hundred failures at the same moment. Each is done once, by one of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from typing import Any

from bot.settings import ROOT
from chaos.house import _python_environment
from chaos.scenarios.scenario import Scenario, Trial
from simulator.faults import Fault, FaultKind

PARKED, DEAD = 250, 250
FINISHED = "settled already: replayed by "
OPEN = "SELECT count(*) FROM failures WHERE resolved_at IS NULL AND kind = :kind"


def two_operators(trial: Trial) -> None:
    """Half the failures are messages that broke their worker five times, half replies that the provider refused for good."""
    house = trial.house
    _parked(trial)
    _dead(trial)
    before = {kind: house.one(OPEN, kind=kind) for kind in ("process", "deliver")}
    trial.must(before == {"process": PARKED, "deliver": DEAD}, f"the failures to begin with are {before}")
    sends = _sends(trial)
    names = ("operator-1", "operator-2")
    with trial.timed("both commands took"):
        commands = [_replay(trial, name) for name in names]
        answers = [json.loads(command.communicate(timeout=180)[0]) for command in commands]
    _judge(trial, names, answers)
    trial.settle(120)
    _count_effects(trial, sends)


def _parked(trial: Trial) -> None:
    """Recorded while nobody works, broken, tried five times, parked; then what broke them is mended."""
    house = trial.house
    trial.may_park = True
    house.close_all()
    house.open(workers=0)
    _order_from(trial, house.phones(PARKED))
    house.change("UPDATE conversation_messages SET kind = 'contact', payload = '[]' WHERE direction = 'inbound'")
    house.spawn("worker")
    trial.settle(180)
    trial.must(
        house.one("SELECT count(*) FROM conversation_messages WHERE state = 'parked'") == PARKED, "not all parked"
    )
    house.change("UPDATE conversation_messages SET kind = 'text', payload = '{}' WHERE state = 'parked'")


def _dead(trial: Trial) -> None:
    """The provider refuses each reply with a code that no second try can change."""
    fault = Fault(FaultKind.ERROR, operation="messages.create", count=None, status=400, code=63024)
    rule = trial.house.simulator.faults.add(fault)
    _order_from(trial, trial.house.phones(PARKED + DEAD)[PARKED:])
    trial.settle(120)
    trial.house.simulator.faults.remove(rule)


def _order_from(trial: Trial, phones: list[str]) -> None:
    for phone in phones:
        trial.customers.order(phone)
    trial.customers.wait(120)


def _replay(trial: Trial, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "handlers:create_app()", "replay", "--all-failed", "--json", "--by", name],
        cwd=ROOT, env=_python_environment(trial.house.environment), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip


def _judge(trial: Trial, names: tuple[str, str], answers: list[list[dict[str, Any]]]) -> None:
    """Each failure done by one of them; whoever came second was told who was first; the audit says the same."""
    done = {name: {each["id"] for each in answer if each["done"]} for name, answer in zip(names, answers, strict=True)}
    refused = [each["reason"] for answer in answers for each in answer if not each["done"]]
    both, either = done[names[0]] & done[names[1]], done[names[0]] | done[names[1]]
    trial.must(not both, f"{len(both)} failures were replayed twice")
    trial.must(len(either) == PARKED + DEAD, f"{len(either)} failures were replayed")
    others = Counter(reason for reason in refused if not reason.startswith(FINISHED))
    trial.must(bool(refused) and not others, f"refusals: {dict(others) or 'none'}")
    audits = {
        name: {int(subject.partition(":")[2]) for (subject,) in trial.house.rows(
            "SELECT subject FROM audit WHERE action = 'replay' AND actor = :name", name=name)}
        for name in names
    }  # fmt: skip
    rows = trial.house.one("SELECT count(*) FROM audit WHERE action = 'replay'")
    trial.must(audits == done and rows == PARKED + DEAD, f"{rows} audit rows do not tell who did what")
    shares = " and ".join(str(len(done[name])) for name in names)
    trial.note(f"{PARKED + DEAD} failures, done {shares}, refused with who was first {len(refused)}, audit rows {rows}")


def _sends(trial: Trial) -> Counter[str]:
    """Accepted messages at the provider, by address."""
    entries = trial.house.simulator.ledger.entries(operation="messages.create")
    return Counter(str(entry.sent.get("To", "")) for entry in entries if entry.effect)


def _count_effects(trial: Trial, before: Counter[str]) -> None:
    """Of the replay the provider has one more message for each address, and no order is there twice."""
    after = _sends(trial)
    once = sum(after[phone] - before[phone] == 1 for phone in after)
    orders = trial.house.one("SELECT count(*) FROM orders WHERE status = 'placed'")
    left = trial.house.one("SELECT count(*) FROM failures WHERE resolved_at IS NULL")
    trial.must(once == PARKED + DEAD == len(after), f"{once} of {len(after)} addresses got one more message")
    trial.must(orders == PARKED + DEAD, f"{orders} orders")
    trial.must(left == 0, f"{left} failures are still open")
    trial.note(f"replies sent once {once}, orders {orders}")


SCENARIOS = (Scenario("two operators replay the same failures", two_operators),)
