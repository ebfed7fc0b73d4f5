"""Ledger, faults, limits and configuration by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import BadInputError
from bot.settings import load_settings
from simulator.config import SimulatorConfig, changed, repeating
from simulator.faults import ON_CALLS, Fault, FaultBook, FaultKind, read_fault
from simulator.ledger import CALL, WEBHOOK, Ledger
from simulator.limits import ChatLimits


def test_ledger_keeps_the_newest_when_it_is_bounded() -> None:
    ledger = Ledger(limit=2)
    for number in range(3):
        ledger.add(CALL, "twilio", "messages.create", {"n": number}, status=201)
    assert [entry.sent["n"] for entry in ledger.entries()] == [1, 2]
    assert [entry.id for entry in ledger.entries()] == [2, 3]


def test_ledger_filters_go_together() -> None:
    ledger = Ledger()
    ledger.add(CALL, "twilio", "messages.create", {}, status=201)
    ledger.add(WEBHOOK, "twilio", "status", {}, status=200)
    ledger.add(CALL, "telegram", "sendMessage", {}, status=200)
    assert len(ledger.entries(provider="twilio")) == 2
    assert len(ledger.entries(provider="twilio", kind=WEBHOOK)) == 1
    assert [entry.provider for entry in ledger.entries(after=2)] == ["telegram"]
    assert [entry.provider for entry in ledger.entries(limit=1)] == ["telegram"]


def test_waiting_for_the_ledger_ends_with_its_time() -> None:
    assert Ledger().wait_for(1, timeout_s=0.01) == []


def test_fault_strikes_only_what_it_fits_and_as_often_as_told() -> None:
    book = FaultBook()
    book.add(Fault(FaultKind.CUT, "twilio", "messages.create", count=2, match={"To": "whatsapp:+65"}))
    fits = ("twilio", "messages.create", {"To": "whatsapp:+65"}, ON_CALLS)
    assert book.strike("telegram", "sendMessage", {}, ON_CALLS) is None
    assert book.strike("twilio", "messages.create", {"To": "other"}, ON_CALLS) is None
    assert book.strike(*fits[:3], {FaultKind.DUPLICATE}) is None
    assert [bool(book.strike(*fits)) for _ in range(3)] == [True, True, False]
    assert book.rules() == []


def test_fault_without_a_count_stays_until_it_is_removed() -> None:
    book = FaultBook()
    fault_id = book.add(Fault(FaultKind.CUT, count=None))
    assert all(book.strike("openai", "embeddings", {}, ON_CALLS) for _ in range(5))
    book.remove(fault_id)
    assert book.strike("openai", "embeddings", {}, ON_CALLS) is None


@pytest.mark.parametrize("raw", [None, [], {"kind": "nothing"}, {"kind": "cut", "when": "now"}])
def test_unreadable_faults_are_refused_with_words(raw: object) -> None:
    with pytest.raises(BadInputError):
        read_fault(raw)


def test_chats_are_limited_each_and_together() -> None:
    limits = ChatLimits()
    assert [limits.wait_s("1") for _ in range(3)] == [0, 0, 0]
    assert 0.9 < limits.wait_s("1") <= 1
    waits = [limits.wait_s(str(chat)) for chat in range(2, 40)]
    assert waits.count(0.0) in (27, 28)


def test_configuration_changes_are_read_by_type() -> None:
    config = changed(
        SimulatorConfig(), {"statuses": "sent,delivered", "twilio_retry_all": "true", "status_delay_s": "0.5"}
    )
    assert (config.statuses, config.twilio_retry_all, config.status_delay_s) == (("sent", "delivered"), True, 0.5)
    with pytest.raises(BadInputError, match="wrong type"):
        changed(SimulatorConfig(), {"twilio_retries": "many"})


def test_configuration_comes_from_the_apps_own_settings() -> None:
    settings = load_settings(_env_file=None, environment="test", public_url="https://orders.example.test", port=8100)
    config = SimulatorConfig.from_settings(settings, port=0)
    assert config.twilio_whatsapp_from.startswith("whatsapp:+")
    assert (config.public_url, config.target_url) == ("https://orders.example.test", "http://127.0.0.1:8100")
    assert config.twilio_auth_token == settings.twilio_auth_token.get_secret_value()


def test_chats_survive_a_restart_and_ids_go_on_rising(tmp_path: Path) -> None:
    journal = tmp_path / "var" / "simulator.jsonl"
    before = Ledger(journal=journal)
    before.add(CALL, "twilio", "messages.create", {"Body": "早安 👍"}, status=201, effect="SM1")
    with journal.open("a") as file:
        file.write('{"id": 2, "at": 1')  # killed while it wrote
    after = Ledger(journal=journal)
    assert [entry.sent["Body"] for entry in after.entries()] == ["早安 👍"]
    assert after.add(CALL, "twilio", "messages.create", {}, status=201).id == 2
    after.reset()
    assert Ledger(journal=journal).entries() == []


def test_the_process_repeats_webhooks_as_the_readme_sets_twilio_up() -> None:
    config = repeating(SimulatorConfig())
    assert (config.twilio_retries, config.twilio_retry_all) == (5, True)
