"""WhatsApp through Twilio, outbound: the Messages API and what its errors mean."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import httpx
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bot.channels.base import Outgoing
from bot.channels.provider_loop import CONNECT_S, CONNECTIONS, READ_S, ProviderLoop
from bot.channels.twilio import MAX_BODY, NAME, PREFIX
from bot.errors import OptedOutError, PermanentError, TemporaryError, UnknownOutcome
from bot.settings import Settings

POOL_S = 1.0
LOOKED_AT = 50
"""Messages of one page of a look-up: nobody was sent more since the reply was written."""
CLOCKS_APART = timedelta(minutes=1)
NO_LIST = (ValueError, LookupError, TypeError, AttributeError)
"""What the library raises of an answer that is no list: there is nothing to look through then."""

# What is in no table is permanent for 4xx and temporary for 429 and 5xx.
OPTED_OUT = {21610}
TEMPORARY = {20429, 30001, 21611, 63018, 63032, 20500, 20503}
WINDOW_CLOSED = 63016


def _raised(error: TwilioRestException) -> Exception:
    code = int(error.code or 0)
    words = f"Twilio refused with {error.status} / {code}"
    if code in OPTED_OUT:
        return OptedOutError(words, code=str(code))
    if error.status >= 500:
        return UnknownOutcome(words, code=str(code or error.status))
    if error.status == 429 or code in TEMPORARY:
        return TemporaryError(words, code=str(code or error.status))
    return PermanentError(words, code=str(code or error.status))


class ProviderHttp(HttpClient):  # type: ignore[misc]
    """The library's door to the network, on our line: for many threads at once, each request bounded as a whole, and with the one
    header that the library's exceptions drop."""

    def __init__(self) -> None:
        super().__init__(logging.getLogger("twilio"), is_async=False)
        self._loop = ProviderLoop()

    @cached_property
    def _client(self) -> httpx.AsyncClient:
        timeout = httpx.Timeout(READ_S, connect=CONNECT_S, pool=POOL_S)
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        return httpx.AsyncClient(timeout=timeout, limits=limits)

    def request(
        self, method: str, uri: str, params: Any = None, data: Any = None, headers: Any = None, auth: Any = None,
        timeout: float | None = None, allow_redirects: bool = False,
    ) -> Response:  # fmt: skip
        """Raises TemporaryError where nothing was sent, UnknownOutcome where something may have been."""
        known = {name: value for name, value in (params or {}).items() if value is not None}
        asked = self._client.request(method, uri, params=known or None, data=data, headers=headers, auth=auth)
        try:
            answer = self._loop.run(asked)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TemporaryError("Twilio could not be reached", code="connect") from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise UnknownOutcome("Twilio's answer was lost", code="lost") from error
        wait_s = answer.headers.get("Retry-After", "")
        if answer.status_code in (429, 503) and wait_s.replace(".", "", 1).isdecimal():
            raise TemporaryError("Twilio asks to wait", code=str(answer.status_code), retry_after_s=float(wait_s))
        return Response(answer.status_code, answer.text, answer.headers)

    def close(self) -> None:
        if "_client" in self.__dict__:
            self._loop.run(self._client.aclose())
        self._loop.close()


class Twilio:
    """Sends through the real client; `twilio_api_base_url` replaces https://api.twilio.com."""

    name = NAME
    max_length = MAX_BODY
    can_look_up = True

    def __init__(self, settings: Settings) -> None:
        token = settings.twilio_auth_token.get_secret_value()
        self._http = ProviderHttp()
        self._client = Client(settings.twilio_account_sid, token, http_client=self._http)
        self._client.api.base_url = settings.twilio_api_base_url
        # The library loads half of itself on first use, which must not be the first reply's.
        _ = self._client.messages
        self._callback = f"{settings.public_url}/webhooks/twilio/status"

    def send(self, message: Outgoing) -> str:
        content: dict[str, Any] = (
            {"content_sid": message.template} if message.template else {"body": _numbered(message)}
        )
        try:
            sent = self._client.messages.create(
                from_=PREFIX + message.sender, to=PREFIX + message.to, status_callback=self._callback, **content
            )
        except TwilioRestException as error:
            raise _raised(error) from error
        return str(sent.sid)

    def find(self, message: Outgoing, *, since: datetime, known: frozenset[str]) -> str | None:
        """The oldest message to this address since then with this text that is not one of `known`, on the one page of the newest.

        Not asked for by the date of sending, which what still waits at Twilio does not have. What a template says is Twilio's to
        know: of one any message counts that is nobody else's.
        """
        try:
            page = self._client.messages.page(
                to=PREFIX + message.to, from_=PREFIX + message.sender, page_size=LOOKED_AT
            )
            listed = list(page)
        except TemporaryError as error:
            raise TemporaryError(
                "Twilio could not be asked", code="lookup", retry_after_s=error.retry_after_s
            ) from error
        except (TwilioException, *NO_LIST) as error:
            raise TemporaryError("Twilio could not be asked", code="lookup") from error
        fitting = (m for m in reversed(listed) if m.sid not in known and _is_of(message, m.body, m.date_created, since))
        return next((str(m.sid) for m in fitting), None)

    def close(self) -> None:
        self._http.close()


def _is_of(message: Outgoing, body: str, created: datetime | None, since: datetime) -> bool:
    """Twilio's dates are whole seconds of its own clock."""
    return (created is None or created >= since - CLOCKS_APART) and (
        message.template is not None or body == _numbered(message)
    )


def _numbered(message: Outgoing) -> str:
    """WhatsApp's session messages have no buttons without a template: the labels stand below, numbered."""
    if not message.buttons:
        return message.text
    listed = "\n".join(f"{number}. {button.label}" for number, button in enumerate(message.buttons, 1))
    return f"{message.text}\n{listed}"
