"""Rows 1, 29, 30, 33, 46: providers refuse, lose answers, are away, and enforce their limits; webhooks come in copies."""

from __future__ import annotations

import http.client
import json
import time

from chaos.copies import copies_of
from chaos.scenarios.scenario import Scenario, Trial
from simulator import telegram, twilio
from simulator.adversary import Mode
from simulator.faults import Fault, FaultKind
from simulator.limits import ChatLimits

UNKNOWN_WORDS = "5 ctn wobblers"
TELEGRAM_WAITED = (
    "SELECT extract(epoch FROM r.finished_at - m.created_at)::float8 FROM conversation_messages r"
    " JOIN conversation_messages m ON m.id = r.in_reply_to WHERE r.channel = 'telegram' AND r.state = 'sent' ORDER BY 1"
)


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


def lists_that_are_none(trial: Trial) -> None:
    """Answers are lost, and the lists in which the messages are looked for are refused, late, and longer than a page."""
    faults = trial.house.simulator.faults
    faults.add(Fault(FaultKind.ACCEPT_THEN_DROP, "twilio", "messages.create", count=25))
    for status in (500, 429, 404):
        faults.add(Fault(FaultKind.ERROR, "twilio", "messages.list", count=8, status=status))
    faults.add(Fault(FaultKind.DELAY, "twilio", "messages.list", count=5, delay_s=30))
    trial.traffic(8, 5, phones=10)
    trial.settle(90)
    extra = sum(each.extra for each in copies_of(trial.house))
    pages = len(trial.house.simulator.ledger.entries(operation="messages.list"))
    trial.must(extra == 0, f"{extra} replies came twice")
    trial.note(f"25 answers lost, {pages} pages asked for, {extra} extra copies")


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


def silent_providers(trial: Trial) -> None:
    """A language model that never answers and a Twilio that accepts and never answers, one worker: Telegram goes on, and so
    does the house."""
    house, chat = trial.house, trial.house.simulator.simulator
    house.close_all()
    house.change("UPDATE outlets SET confirm_orders = 'when_unsure'")
    house.open(env={"OPENAI_API_KEY": "sk-simulated", "OPENAI_BASE_URL": f"{house.settings.simulator_url}/v1"})
    chat.openai.mode = Mode.STALL
    for kind, operation in ((FaultKind.ACCEPT_THEN_STALL, "messages.create"), (FaultKind.DELAY, "messages.list")):
        house.simulator.faults.add(Fault(kind, "twilio", operation, count=None, delay_s=30))
    seen: list[tuple[int, str]] = []
    try:
        for second in range(30):
            for number in range(3):
                words = UNKNOWN_WORDS if number == 0 else "hello"
                form = twilio.build_form(chat.from_whatsapp.config, house.phones(90)[second * 3 + number], words)
                trial.customers._pool.submit(chat.from_whatsapp.send, form)
                update = telegram.build_update(8_000 + second * 3 + number, "hello")
                trial.customers._pool.submit(chat.from_telegram.send, update)
            seen.append(_readiness(house.web_port))
            time.sleep(1.0)
        waited = [float(each) - house.settings.burst_window_ms / 1000 for (each,) in house.rows(TELEGRAM_WAITED)]
        p95 = waited[len(waited) * 95 // 100] if waited else 999.0
        trial.must(len(waited) >= 85, f"only {len(waited)} of 90 Telegram replies were sent")
        trial.must(p95 <= 1.0, f"Telegram replies took {p95:.1f} s at p95")
        trial.must({status for status, _ in seen} == {200}, f"readiness said {sorted({status for status, _ in seen})}")
        trial.must("whatsapp" in seen[-1][1], f"the last word of readiness was {seen[-1][1]!r}")
        trial.note(f"Telegram past the window p95 {p95 * 1000:.0f} ms, largest {max(waited, default=0):.1f} s")
    finally:
        house.simulator.faults.remove()
        chat.openai.mode = Mode.PLAUSIBLE
    trial.settle(90)
    house.change("UPDATE outlets SET confirm_orders = 'never'")


def _readiness(port: int) -> tuple[int, str]:
    """The status, and what is said of replies that are not sent."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/api/v1/health/readiness")
        answer = connection.getresponse()
        body = json.loads(answer.read())
        return answer.status, str(body["services"].get("unsent", {}).get("reason", ""))
    finally:
        connection.close()


def ids_refused(trial: Trial) -> None:
    """What Twilio calls some replies cannot be kept: each is sent once all the same, and stands in the list of failures."""
    trial.house.change(
        "ALTER TABLE conversation_messages ADD CONSTRAINT refused CHECK (provider_id IS NULL OR direction = 'inbound'"
        " OR id % 5 <> 0) NOT VALID"
    )
    try:
        trial.traffic(8, 4)
        trial.settle(60)
    finally:
        trial.house.change("ALTER TABLE conversation_messages DROP CONSTRAINT refused")
    unnamed = trial.house.one(
        "SELECT count(*) FROM conversation_messages WHERE direction = 'outbound' AND state = 'sent' AND provider_id IS NULL"
    )
    noted = trial.house.one("SELECT count(*) FROM failures WHERE kind = 'deliver' AND resolved_at IS NULL")
    trial.must(unnamed > 0, "no reply was without its id")
    trial.must(noted == unnamed, f"{unnamed} replies are without their id and {noted} failures are noted")
    trial.note(f"{unnamed} ids refused")


SCENARIOS = (
    Scenario("a silent model and a silent Twilio beside Telegram", silent_providers),
    Scenario("ids of sent replies are refused", ids_refused),
    Scenario("a thousand copies of one webhook", a_thousand_copies, quick=True),
    Scenario("answers of the provider are lost", lost_answers),
    Scenario("the provider's lists are refused, late and long", lists_that_are_none),
    Scenario("the provider refuses for a while", refuses_for_a_while),
    Scenario("the provider is away", away),
    Scenario("Telegram's limits", telegram_limits),
)
