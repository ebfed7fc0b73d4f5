"""Telegram, outbound: the Bot API through python-telegram-bot on one event loop."""

from __future__ import annotations

import asyncio
import logging
import os
from datetime import datetime, timedelta

import httpx
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.base import Outgoing
from bot.channels.provider_loop import CONNECT_S, CONNECTIONS, READ_S, ProviderLoop
from bot.channels.telegram import MAX_TEXT, NAME, SPEC
from bot.errors import OptedOutError, PermanentError, TemporaryError, UnknownOutcome
from bot.settings import Settings

log = logging.getLogger(__name__)

TIDY_S = 2.0
"""How long a reply waits for the buttons of the message before it to go."""

os.environ.setdefault("PTB_TIMEDELTA", "true")
"""The library's own switch to the form that it does not warn about."""

GATEWAY = ("Bad Gateway", "Gateway Time")
"""How the answers 502 and 504 begin in the library's words."""


class Telegram:
    """Sends through the real client on one event loop, which lives as long as the process: a Bot used on a second loop fails."""

    name = NAME
    max_length = MAX_TEXT
    can_look_up = False

    def __init__(self, settings: Settings) -> None:
        self._loop = ProviderLoop()
        self._request = HTTPXRequest(
            connection_pool_size=CONNECTIONS, read_timeout=READ_S, write_timeout=CONNECT_S, connect_timeout=CONNECT_S
        )
        token = settings.telegram_bot_token.get_secret_value()
        self._bot_id = SPEC.own_address(settings)
        self._bot = Bot(
            token,
            base_url=f"{settings.telegram_api_base_url}/bot",
            base_file_url=f"{settings.telegram_api_base_url}/file/bot",
            request=self._request,
        )

    def send(self, message: Outgoing) -> str:
        try:
            return self._loop.run(self._send_and_tidy(message))
        except TimeoutError as error:
            raise UnknownOutcome("Telegram's answer took too long", code="lost") from error

    def find(self, message: Outgoing, *, since: datetime, known: frozenset[str]) -> str | None:
        """Telegram cannot be asked what a bot has sent, only whether it answers."""
        try:
            self._loop.run(self._bot.get_me())
        except (TelegramError, TimeoutError) as error:
            raise TemporaryError("Telegram does not answer", code="lookup") from error
        return None

    def close(self) -> None:
        self._loop.run(self._request.shutdown())
        self._loop.close()

    async def _send_and_tidy(self, message: Outgoing) -> str:
        """At the same time, so that what the provider said of the message is known as early as without buttons to take away."""
        tidying = asyncio.gather(*map(self._take_buttons, message.answered))
        try:
            return await self._send(message)
        finally:
            await tidying

    async def _take_buttons(self, provider_id: str) -> None:
        """Nobody is helped by a failure of this: a button that stays is answered with "that question is closed"."""
        _, chat_id, message_id = provider_id.split(":")
        try:
            await asyncio.wait_for(
                self._bot.edit_message_reply_markup(chat_id=int(chat_id), message_id=int(message_id)), TIDY_S
            )
        except (TelegramError, TimeoutError) as error:
            log.info("buttons stay", extra={"error": type(error).__name__})

    async def _send(self, message: Outgoing) -> str:
        try:
            sent = await self._bot.send_message(
                chat_id=int(message.to), text=message.text, reply_markup=_keyboard(message)
            )
        except RetryAfter as error:
            wait = error.retry_after
            seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
            raise TemporaryError("Telegram asks to wait", code="429", retry_after_s=seconds) from error
        except Forbidden as error:
            raise OptedOutError("the chat refuses us", code="403") from error
        except (BadRequest, InvalidToken) as error:
            raise PermanentError(f"Telegram refused: {type(error).__name__}", code="400") from error
        except NetworkError as error:
            raise _network(error) from error
        except TelegramError as error:
            raise TemporaryError(f"Telegram refused: {type(error).__name__}", code="telegram") from error
        return f"{self._bot_id}:{message.to}:{sent.message_id}"  # ids of messages are counted per bot and chat


def _network(error: NetworkError) -> Exception:
    """A connection never made, or Telegram's own 5xx answer, sent nothing; anything later may have been sent, and so may what a
    gateway in front of it gave up."""
    if isinstance(error.__cause__, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)):
        return TemporaryError("Telegram could not be reached", code="connect")
    if error.__cause__ is None and not error.message.startswith(GATEWAY):
        return TemporaryError("Telegram answered with a server error", code="5xx")
    return UnknownOutcome("Telegram's answer was lost", code="lost")


def _keyboard(message: Outgoing) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None:
    if message.request_contact:
        button = KeyboardButton(message.request_contact, request_contact=True)
        return ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)
    if message.buttons:
        return InlineKeyboardMarkup([[InlineKeyboardButton(b.label, callback_data=b.data)] for b in message.buttons])
    return None
