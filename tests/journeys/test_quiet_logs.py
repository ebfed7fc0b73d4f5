"""A day of messages through the real doors and the real worker: the logs tell it all and quote nobody."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from bot.settings import Settings
from bot.telemetry import configure_logging
from simulator.server import Running
from tests.conftest import Shop
from tests.handlers.cli.conftest import Terminal
from tests.people import PASIR_RIS, STRANGER, TelegramChat, WhatsAppPhone

SAID = ("I need 100 x 10 inch pizza boxes", "boss call me 9123 4567 ok", "qwertyuiop zzz", "status?", "cancel it")


@pytest.fixture
def written(settings: Settings, capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configure_logging(settings)
    yield capsys
    root.handlers[:] = handlers
    root.setLevel(level)


def test_no_phone_name_word_or_token_of_anybody_is_in_the_logs(
    written: pytest.CaptureFixture[str], shop: Shop, simulator: Running, settings: Settings
) -> None:
    pasir_ris = WhatsAppPhone(simulator, shop)
    for said in SAID:
        pasir_ris.say(said)
    WhatsAppPhone(simulator, shop, STRANGER).say(SAID[0])
    chat = TelegramChat(simulator, shop)
    chat.share_contact(PASIR_RIS)
    chat.say(SAID[0])
    captured = written.readouterr()
    text = captured.out + captured.err
    events = [json.loads(line) for line in captured.out.splitlines() if line.startswith("{")]
    assert [event for event in events if event["level"] in ("error", "critical")] == []
    assert any(event["event"] == "answered" for event in events)
    for leak in (
        PASIR_RIS.removeprefix("+65"), STRANGER.removeprefix("+65"), "9123 4567", "pizza boxes", "qwertyuiop", "Pasir Ris",
        settings.telegram_bot_token.get_secret_value(), settings.twilio_auth_token.get_secret_value(),
        settings.telegram_webhook_secret.get_secret_value(),
    ):  # fmt: skip
        assert leak not in text


def test_ledger_adds_up_after_it_and_the_order_tells_its_way(shop: Shop, simulator: Running, app: object) -> None:
    pasir_ris = WhatsAppPhone(simulator, shop)
    for said in SAID[:4]:
        pasir_ris.say(said)
    WhatsAppPhone(simulator, shop, STRANGER).say(SAID[0])
    flask = Terminal(app)  # type: ignore[arg-type]
    ledger = flask.json("ledger", "verify", "--json")
    assert (ledger["received"], ledger["open"], ledger["missing"]) == (5, 0, [])
    (order,) = flask.json("orders", "export")
    assert len(order["source_message_ids"]) == 1
    assert order["source_message_ids"][0].startswith("SM")
    kinds = [event["kind"] for event in flask.json("order", "timeline", order["number"], "--json")]
    assert kinds[:2] == ["received", "resolved"]
    assert kinds[-2:] == ["replied", "read"]
