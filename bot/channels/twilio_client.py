"""WhatsApp through Twilio, outbound: the Messages API and what its errors mean."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from bot.channels.base import Outgoing
from bot.channels.twilio import MAX_BODY, NAME, PREFIX
from bot.errors import OptedOutError, PermanentError, TemporaryError, UnknownOutcome
from bot.settings import Settings

TIMEOUT_S = (3, 7)
"""Connect and read; a look-up and a send together stay below deliver.SENDING_S."""

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


class _Http(TwilioHttpClient):  # type: ignore[misc]
    """The library's client with two time-outs, and with the one header that its exceptions drop."""

    def __init__(self) -> None:
        super().__init__(timeout=sum(TIMEOUT_S))
        self.timeout = TIMEOUT_S  # its own check takes one number only, requests takes both

    def request(self, *args: Any, **kwargs: Any) -> Any:
        response = super().request(*args, **(kwargs | {"timeout": None}))
        wait_s = str((response.headers or {}).get("Retry-After", ""))
        if response.status_code in (429, 503) and wait_s.replace(".", "", 1).isdecimal():
            raise TemporaryError("Twilio asks to wait", code=str(response.status_code), retry_after_s=float(wait_s))
        return response


class Twilio:
    """Sends through the real client; `twilio_api_base_url` replaces https://api.twilio.com."""

    name = NAME
    max_length = MAX_BODY
    can_look_up = True

    def __init__(self, settings: Settings) -> None:
        token = settings.twilio_auth_token.get_secret_value()
        self._client = Client(settings.twilio_account_sid, token, http_client=_Http())
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
        except requests.ConnectTimeout as error:
            raise TemporaryError("Twilio could not be reached", code="connect") from error
        except requests.ConnectionError as error:
            raise _lost(error) from error
        except requests.RequestException as error:
            raise UnknownOutcome("Twilio's answer was lost", code="lost") from error
        return str(sent.sid)

    def find(self, message: Outgoing, *, since: datetime, known: frozenset[str]) -> str | None:
        """The oldest message to this address since then with this text that is not one of `known`."""
        body = _numbered(message)
        try:
            listed = self._client.messages.list(
                to=PREFIX + message.to, from_=PREFIX + message.sender, date_sent_after=since, limit=50
            )
        except (TwilioRestException, requests.RequestException) as error:
            raise TemporaryError("Twilio could not be asked", code="lookup") from error
        return next((str(m.sid) for m in reversed(listed) if m.body == body and m.sid not in known), None)


def _lost(error: requests.ConnectionError) -> Exception:
    """A refused connection never reached Twilio; a connection that broke later may have."""
    refused = re.search(r"NewConnectionError|NameResolutionError|SSLError|Connection refused", repr(error))
    if refused:
        return TemporaryError("Twilio could not be reached", code="connect")
    return UnknownOutcome("Twilio's answer was lost", code="lost")


def _numbered(message: Outgoing) -> str:
    """WhatsApp's session messages have no buttons without a template: the labels stand below, numbered."""
    if not message.buttons:
        return message.text
    listed = "\n".join(f"{number}. {button.label}" for number, button in enumerate(message.buttons, 1))
    return f"{message.text}\n{listed}"
