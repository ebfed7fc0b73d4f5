"""The providers' own client libraries, pointed at a simulator."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from telegram import Bot
from telegram.request import HTTPXRequest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from simulator.config import SimulatorConfig


class RedirectedHttpClient(TwilioHttpClient):
    """Twilio's own HTTP client with scheme, host and port of every address replaced."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=5)
        self.base = urlsplit(base_url)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        moved = urlsplit(url)._replace(scheme=self.base.scheme, netloc=self.base.netloc)
        return super().request(method, moved.geturl(), *args, **kwargs)


def twilio_client(url: str, config: SimulatorConfig, token: str = "") -> Client:
    http_client = RedirectedHttpClient(url)
    return Client(config.twilio_account_sid, token or config.twilio_auth_token, http_client=http_client)


def telegram_bot(url: str, config: SimulatorConfig, token: str = "") -> Bot:
    return Bot(
        token or config.telegram_bot_token,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=HTTPXRequest(connection_pool_size=1, httpx_kwargs={"trust_env": False}),
    )
