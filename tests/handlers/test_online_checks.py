"""`flask doctor --online` and `flask telegram set-webhook`, against the real clients' addresses as the simulator answers them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from bot.runtime import Runtime
from handlers import create_app
from handlers.checks import ONLINE, Finding, Severity, run_all
from simulator.server import Running
from tests.conftest import Shop
from tests.handlers.cli.conftest import Terminal


@pytest.fixture
def connected(shop: Shop, simulator: Running) -> Iterator[Runtime]:
    """Everything set as the README says."""
    Terminal(create_app(shop.runtime))("telegram", "set-webhook")
    yield shop.runtime
    simulator.simulator.telegram.webhook = {}


def asked(runtime: Runtime, **changed: object) -> dict[str, Finding]:
    other = Runtime(runtime.settings.model_copy(update=changed))
    return {finding.check.name: finding for finding in run_all(ONLINE, other)}


def test_everything_is_as_it_should_be(connected: Runtime) -> None:
    findings = asked(connected)
    assert {name: f.reason for name, f in findings.items() if f.severity} == {}
    assert findings["twilio_account"].facts == {"status": "active"}
    assert set(findings) == {
        "twilio_account",
        "twilio_webhook",
        "telegram_bot",
        "telegram_webhook",
        "openai_key",
        "traces",
    }


def test_openai_is_asked_for_the_model_when_there_is_a_key(connected: Runtime, simulator: Running) -> None:
    base = f"{connected.settings.simulator_url}/v1"
    found = asked(connected, openai_api_key=SecretStr("sk-test-0123"), openai_base_url=base)["openai_key"]
    assert (found.severity, found.facts) == (Severity.HEALTHY, {"model": connected.settings.openai_model})
    assert simulator.ledger.entries(provider="openai", operation="models")


def test_a_collector_of_traces_is_asked_where_traces_are_told(connected: Runtime) -> None:
    assert asked(connected)["traces"].facts == {"told": "no"}
    gone = asked(connected, enable_otel_metrics=True, otel_exporter_otlp_endpoint="http://127.0.0.1:1")["traces"]
    assert gone.severity is Severity.DEGRADED
    assert "the collector cannot be reached" in gone.reason


@pytest.mark.parametrize(
    ("name", "value", "check", "words"),
    [
        ("twilio_auth_token", SecretStr("another"), "twilio_account", "does not accept the credentials (401)"),
        ("twilio_whatsapp_from", "+6599999999", "twilio_webhook", "is not a WhatsApp sender of this account"),
        ("public_url", "https://elsewhere.example", "twilio_webhook", "webhook is not POST https://elsewhere"),
        ("telegram_bot_token", SecretStr("700000001:wrong"), "telegram_bot", "does not accept the credentials"),
        ("public_url", "https://elsewhere.example", "telegram_webhook", "webhook is not https://elsewhere"),
        ("twilio_api_base_url", "http://127.0.0.1:1", "twilio_account", "Twilio cannot be reached"),
    ],
)
def test_each_fault_is_named(connected: Runtime, name: str, value: object, check: str, words: str) -> None:
    finding = asked(connected, **{name: value})[check]
    assert finding.severity is Severity.UNHEALTHY
    assert words in finding.reason
    if isinstance(value, SecretStr):
        assert value.get_secret_value() not in finding.reason


def test_webhook_of_telegram_that_asks_for_fewer_updates_is_degraded(connected: Runtime, simulator: Running) -> None:
    simulator.simulator.telegram.webhook["allowed_updates"] = ["message"]
    finding = asked(connected)["telegram_webhook"]
    assert finding.severity is Severity.DEGRADED
    assert "callback_query, edited_message, message_reaction" in finding.reason


def test_set_webhook_names_every_update_and_keeps_what_waits(connected: Runtime, simulator: Running) -> None:
    (entry,) = simulator.ledger.entries(provider="telegram", operation="setWebhook")
    assert entry.sent["url"] == f"{connected.settings.public_url}/webhooks/telegram"
    assert "drop_pending_updates" not in entry.sent
    assert (
        simulator.simulator.telegram.webhook["secret"] == connected.settings.telegram_webhook_secret.get_secret_value()
    )


def test_set_webhook_wants_https_from_the_real_telegram(shop: Shop) -> None:
    changed = {"telegram_api_base_url": "https://api.telegram.org", "public_url": "http://orders.example"}
    result = Terminal(create_app(Runtime(shop.runtime.settings.model_copy(update=changed))))("telegram", "set-webhook")
    assert (result.exit_code, result.stderr) == (1, "Error: PUBLIC_URL must be https: Telegram posts nowhere else\n")


def test_doctor_asks_only_when_told_to(connected: Runtime, simulator: Running) -> None:
    terminal = Terminal(create_app(connected))
    before = simulator.ledger.last_id
    assert "telegram_webhook" not in terminal("doctor").output
    assert simulator.ledger.last_id == before
    assert "telegram_webhook" in terminal("doctor", "--online").output
