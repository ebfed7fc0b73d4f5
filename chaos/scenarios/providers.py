"""Rows 1, 29, 30, 33, 46: providers refuse, lose answers, are away, and enforce their limits; webhooks come in copies."""

from __future__ import annotations

from chaos.scenarios.scenario import Scenario, Trial
from simulator import telegram, twilio
from simulator.faults import Fault, FaultKind
from simulator.limits import ChatLimits


def a_thousand_copies(trial: Trial) -> None:
    sender = trial.house.simulator.simulator.from_whatsapp
    said = trial.customers.order(trial.house.phones(1)[0])
    trial.customers.wait()
    form = twilio.build_form(
        sender.config, said.phone, f"{said.quantity} pcs Pizza Box 10 inch Brown Kraft", message_sid=said.sid
    )
    sent = sender.send(form, copies=1000, connections=16)
    trial.must(set(sent.statuses) == {200}, f"answers {set(sent.statuses)}")
    trial.settle()
    trial.must(trial.house.one("SELECT count(*) FROM orders") == 1, "not one order")


def lost_answers(trial: Trial) -> None:
    trial.house.simulator.faults.add(Fault(FaultKind.ACCEPT_THEN_DROP, operation="messages.create", count=8))
    trial.house.simulator.faults.add(
        Fault(FaultKind.ACCEPT_THEN_STALL, operation="messages.create", count=3, delay_s=30)
    )
    trial.traffic(8, 3)
    trial.settle(60)
    copies = sum(e.effect is not None for e in trial.house.simulator.ledger.entries(operation="messages.create"))
    replies = trial.house.one("SELECT count(*) FROM conversation_messages WHERE direction = 'outbound'")
    trial.note(f"11 answers lost, {copies - replies} extra copies")


def refuses_for_a_while(trial: Trial) -> None:
    for fault in (
        Fault(FaultKind.ERROR, status=503, count=20),
        Fault(FaultKind.ERROR, status=429, count=20),
        Fault(FaultKind.CUT, count=10),
    ):
        trial.house.simulator.faults.add(
            Fault(**{n: getattr(fault, n) for n in Fault.__slots__} | {"operation": "messages.create"})
        )
    trial.traffic(8, 4)
    trial.settle(60)


def away(trial: Trial) -> None:
    trial.house.providers.refusing = True
    trial.house.providers.cut()
    trial.traffic(8, 4)
    trial.house.providers.refusing = False
    trial.settle(60)


def telegram_limits(trial: Trial) -> None:
    """The stand-in enforces 30/s and 1/s per chat; two workers keep below it together."""
    trial.house.spawn("worker")
    api = trial.house.simulator.simulator.telegram
    api.limits = ChatLimits()
    try:
        for round_ in range(3):
            for user in range(60):
                update = telegram.build_update(7_000 + user, f"hello {round_}")
                trial.customers._pool.submit(trial.house.simulator.simulator.from_telegram.send, update)
        trial.house.simulator.ledger.wait_for(180, timeout_s=30, provider="telegram", operation="webhook")
        trial.settle(60)
    finally:
        api.limits = None
    calls = trial.house.simulator.ledger.entries(provider="telegram", operation="sendMessage")
    refused = sum(entry.status == 429 for entry in calls)
    trial.must(refused <= max(1, len(calls) // 100), f"{refused} of {len(calls)} sends were refused with 429")
    trial.note(f"{len(calls)} sends, {refused} refused with 429")


SCENARIOS = (
    Scenario("a thousand copies of one webhook", "1", a_thousand_copies, quick=True),
    Scenario("answers of the provider are lost", "29", lost_answers),
    Scenario("the provider refuses for a while", "30", refuses_for_a_while),
    Scenario("the provider is away", "46", away),
    Scenario("Telegram's limits", "33", telegram_limits),
)
