"""python-telegram-bot's real client talks to the stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)
from telegram.constants import ChatAction
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter

from simulator.config import SimulatorConfig
from simulator.faults import Fault, FaultKind
from simulator.server import Running, start
from tests.simulator.clients import telegram_bot

Result = TypeVar("Result")
BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="yes:1")]])


@pytest.fixture(autouse=True)
def _seconds_are_timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client library's own switch to its coming behaviour; without it, RetryAfter warns."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


def talk(
    running: Running, config: SimulatorConfig, work: Callable[[Bot], Awaitable[Result]], token: str = ""
) -> Result:
    async def run() -> Result:
        async with telegram_bot(running.url, config, token) as bot:
            return await work(bot)

    return asyncio.run(run())


def test_message_with_buttons_is_kept_with_them(running: Running, config: SimulatorConfig) -> None:
    message = talk(running, config, lambda bot: bot.send_message(42, "Shall I?", reply_markup=BUTTONS))
    assert message.text == "Shall I?"
    assert message.reply_markup == BUTTONS
    (entry,) = running.ledger.entries(provider="telegram", operation="sendMessage")
    assert entry.effect == str(message.message_id)
    assert entry.sent["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "yes:1"


def test_share_contact_keyboard_reaches_the_ledger(running: Running, config: SimulatorConfig) -> None:
    keyboard = ReplyKeyboardMarkup([[KeyboardButton("Share contact", request_contact=True)]])
    talk(running, config, lambda bot: bot.send_message(42, "Who are you?", reply_markup=keyboard))
    (entry,) = running.ledger.entries(operation="sendMessage")
    assert entry.sent["reply_markup"]["keyboard"][0][0]["request_contact"] is True


def test_markup_can_be_taken_away_once(running: Running, config: SimulatorConfig) -> None:
    async def work(bot: Bot) -> None:
        message = await bot.send_message(42, "Shall I?", reply_markup=BUTTONS)
        await bot.edit_message_reply_markup(42, message.message_id, reply_markup=InlineKeyboardMarkup([]))
        with pytest.raises(BadRequest, match="not modified"):
            await bot.edit_message_reply_markup(42, message.message_id, reply_markup=InlineKeyboardMarkup([]))
        with pytest.raises(BadRequest, match="not found"):
            await bot.edit_message_reply_markup(42, 1, reply_markup=BUTTONS)

    talk(running, config, work)


def test_webhook_typing_and_files_are_understood(running: Running, config: SimulatorConfig) -> None:
    async def work(bot: Bot) -> None:
        assert (await bot.get_me()).id == config.bot_id
        assert await bot.send_chat_action(42, ChatAction.TYPING)
        assert await bot.set_webhook("https://orders.example.test/webhooks/telegram", secret_token="s3cret")
        assert (await bot.get_webhook_info()).url == "https://orders.example.test/webhooks/telegram"
        assert await bot.answer_callback_query("7", "Done")
        assert await bot.delete_webhook()
        file = await bot.get_file("photo-1")
        assert (await file.download_as_bytearray()).startswith(b"\x89PNG")

    talk(running, config, work)
    (entry,) = running.ledger.entries(operation="setWebhook")
    assert "s3cret" not in str(entry.as_json())


@pytest.mark.parametrize(("text", "words"), [(" ", "text is empty"), ("x" * 4097, "too long")])
def test_bad_texts_are_refused(running: Running, config: SimulatorConfig, text: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        talk(running, config, lambda bot: bot.send_message(42, text))


def test_callback_data_over_64_bytes_is_refused(running: Running, config: SimulatorConfig) -> None:
    long = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="x" * 65)]])
    with pytest.raises(BadRequest, match="Button_data_invalid"):
        talk(running, config, lambda bot: bot.send_message(42, "Shall I?", reply_markup=long))


def test_wrong_token_is_refused(running: Running, config: SimulatorConfig) -> None:
    with pytest.raises(InvalidToken):
        talk(running, config, lambda bot: bot.get_me(), token="1:wrong")


def test_one_chat_may_not_be_written_to_faster_than_its_limit(config: SimulatorConfig) -> None:
    async def work(bot: Bot) -> int:
        for _ in range(3):
            await bot.send_message(42, "Hello")
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(42, "Hello")
        await bot.send_message(43, "Hello")
        return int(refused.value.retry_after.total_seconds())

    with start(config=replace(config, telegram_limits=True)) as limited:
        assert talk(limited, config, work) == 1


def test_faults_speak_as_telegram(running: Running, config: SimulatorConfig) -> None:
    async def work(bot: Bot) -> None:
        with pytest.raises(RetryAfter):
            await bot.send_message(42, "Hello")
        with pytest.raises(Forbidden, match="blocked by the user"):
            await bot.send_message(42, "Hello")
        with pytest.raises(NetworkError):
            await bot.send_message(42, "Hello")
        await bot.send_message(42, "Hello")

    for fault in (
        Fault(FaultKind.ERROR, "telegram", "sendMessage", status=429, retry_after_s=7),
        Fault(FaultKind.ERROR, "telegram", "sendMessage", status=403, match={"chat_id": "42"}),
        Fault(FaultKind.CUT, "telegram", "sendMessage"),
    ):
        running.faults.add(fault)
    talk(running, config, work)
    entries = running.ledger.entries(operation="sendMessage")
    assert [entry.status for entry in entries] == [429, 403, None, 200]
    assert [bool(entry.effect) for entry in entries] == [False, False, False, True]
