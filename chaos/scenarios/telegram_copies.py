"""Row 29 where nobody can be asked what has left: replies by Telegram come twice at most, once more for each death, and none is lost."""

from __future__ import annotations

import time

from chaos.copies import Copies, copies_of
from chaos.scenarios.scenario import Scenario, Trial
from simulator.faults import Fault, FaultKind

STALL_S = 30.0
GIVEN_UP = "SELECT count(*) FROM failures WHERE kind = 'deliver' AND resolved_at IS NULL"


def _fault(
    trial: Trial, kind: FaultKind, operation: str = "sendMessage", count: int | None = None, **more: float
) -> int:
    return trial.house.simulator.faults.add(Fault(kind, "telegram", operation, count=count, **more))  # type: ignore[arg-type]


def _order(trial: Trial, per_s: float, seconds: float) -> None:
    """Telegram users and a few phones beside them."""
    trial.customers.order_at_rate(trial.house.chats() + trial.house.phones(20), per_s, seconds)
    trial.customers.wait(60)


def _by_telegram(trial: Trial) -> list[Copies]:
    return [each for each in copies_of(trial.house) if each.channel == "telegram"]


def _tell(trial: Trial) -> None:
    found = _by_telegram(trial)
    replies, extra = sum(each.written for each in found), sum(each.extra for each in found)
    given_up = sum(each.given_up for each in found)
    noted = trial.house.one(GIVEN_UP)
    trial.must(noted == given_up, f"{given_up} replies were given up and {noted} failures are noted")
    trial.note(f"{replies} replies, {extra} copies, {given_up} given up")


def takes_and_never_says_so(trial: Trial) -> None:
    """It answers every question, takes every message, and the answer to that is always lost."""
    _fault(trial, FaultKind.ACCEPT_THEN_DROP)
    _order(trial, 8, 4)
    trial.settle(60)
    found = _by_telegram(trial)
    trial.must(all(each.arrived == 2 for each in found), f"arrived {sorted({each.arrived for each in found})} times")
    trial.house.simulator.faults.remove()
    _tell(trial)


def silent_altogether(trial: Trial) -> None:
    """Messages are taken without an answer and questions are not answered either, for twenty seconds: nothing is repeated
    meanwhile, and everything is told afterwards."""
    for operation, kind in (("sendMessage", FaultKind.ACCEPT_THEN_STALL), ("getMe", FaultKind.DELAY)):
        _fault(trial, kind, operation, delay_s=STALL_S)
    _order(trial, 6, 4)
    time.sleep(20)
    found = _by_telegram(trial)
    trial.must(all(each.arrived <= 1 for each in found), "a reply was repeated to a Telegram that answered nothing")
    trial.house.simulator.faults.remove()
    trial.settle(90)
    _tell(trial)
    given_up = sum(each.given_up for each in _by_telegram(trial))
    trial.must(given_up == 0, f"{given_up} replies were given up")


def workers_killed_while_it_is_slow(trial: Trial) -> None:
    """Every death meets several sends that are on their way."""
    _fault(trial, FaultKind.DELAY, delay_s=1.0)
    for _ in range(4):
        _order(trial, 10, 3)
        for worker in trial.house.of("worker"):
            worker.kill()
        trial.risky += 1
        trial.house.spawn("worker")
    trial.house.simulator.faults.remove()
    trial.settle(90)
    _tell(trial)


def no_end_can_be_recorded(trial: Trial) -> None:
    """PostgreSQL refuses every end of a reply for good, for half a minute: what has left does not leave again and again."""
    trial.house.change(
        "ALTER TABLE conversation_messages ADD CONSTRAINT refused CHECK (direction = 'inbound' OR state NOT IN ('sent', 'dead'))"
        " NOT VALID"
    )
    try:
        _order(trial, 4, 4)
        time.sleep(30)
    finally:
        trial.house.change("ALTER TABLE conversation_messages DROP CONSTRAINT refused")
    trial.settle(90)
    found = copies_of(trial.house)
    trial.must(all(each.arrived >= 1 for each in found), "a reply never left")
    most = {channel: max(e.arrived for e in found if e.channel == channel) for channel in ("whatsapp", "telegram")}
    trial.must(most["whatsapp"] == 1, f"a reply by WhatsApp, which can be asked for, left {most['whatsapp']} times")
    trial.note(f"{len(found)} replies, by WhatsApp once, by Telegram at most {most['telegram']} times")


SCENARIOS = (
    Scenario("Telegram takes replies and never says so", takes_and_never_says_so),
    Scenario("Telegram is silent altogether", silent_altogether),
    Scenario("workers killed while Telegram is slow", workers_killed_while_it_is_slow),
    Scenario("no end of a reply can be recorded", no_end_can_be_recorded),
)
