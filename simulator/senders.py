"""The customers' side: a WhatsApp or Telegram user does something, and the provider tells the app by webhook."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from simulator import telegram, twilio
from simulator.config import SimulatorConfig
from simulator.faults import ON_WEBHOOKS, FaultKind
from simulator.ledger import Entry
from simulator.post_office import PostOffice, Webhook
from simulator.telegram_api import TelegramApi
from simulator.twilio_api import SentMessage, TwilioApi


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a webhook: the provider's id of the message, and the app's answer to each copy."""

    id: str
    statuses: tuple[int | None, ...]
    took_ms: float

    @property
    def ok(self) -> bool:
        return all(status is not None and 200 <= status < 300 for status in self.statuses)

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "statuses": list(self.statuses), "ok": self.ok, "took_ms": self.took_ms}


class TwilioSender:
    """Posts inbound WhatsApp messages and status callbacks, signed with the app's own token."""

    def __init__(self, config: SimulatorConfig, office: PostOffice) -> None:
        self.config = config
        self.office = office

    def webhook(self, form: dict[str, str], path: str = twilio.INBOUND_PATH) -> Webhook:
        """The signed POST of an inbound form. Signed for the public address, posted where the app listens."""
        return Webhook(
            provider="twilio",
            operation="webhook",
            url=self.config.target_url + path,
            body=urlencode(form).encode(),
            headers=_form_headers(self.config, self.config.public_url.rstrip("/") + path, form),
            sent=form,
            retries=self.config.twilio_retries,
            retry_any=self.config.twilio_retry_all,
            pause_s=self.config.twilio_retry_pause_s,
        )

    def send(self, form: dict[str, str], api: TwilioApi | None = None, copies: int = 1, connections: int = 1) -> Sent:
        if api:
            api.record_inbound(form)
        webhook = self.webhook(form)
        return _sent(form["MessageSid"], copies, connections, lambda: self.office.post(webhook))

    def report(self, api: TwilioApi, message: SentMessage, statuses: tuple[str, ...]) -> None:
        """Plan the status callbacks of an accepted message, one after the other."""
        planned = list(statuses)
        fields = {"To": message.to, "MessageSid": message.sid}
        if self.office.faults.strike("twilio", "status", fields, {FaultKind.REORDER}):
            self.office.random.shuffle(planned)
        self._report_next(api, message, planned)

    def _report_next(self, api: TwilioApi, message: SentMessage, planned: list[str]) -> None:
        if not planned:
            return

        def task() -> None:
            status = planned[0]
            error = message.error_code if status in ("failed", "undelivered") else None
            api.set_status(message.sid, status, error)
            if message.callback:
                self.office.post(self._status_webhook(message, status, error))
            self._report_next(api, message, planned[1:])

        self.office.later(self.config.status_delay_s, task)

    def _status_webhook(self, message: SentMessage, status: str, error: int | None) -> Webhook:
        form = twilio.build_status_form(self.config, message.sid, message.to, status, error)
        return Webhook(
            provider="twilio",
            operation="status",
            url=_at_app(self.config, message.callback),
            body=urlencode(form).encode(),
            headers=_form_headers(self.config, message.callback, form),
            sent=form,
            retries=self.config.twilio_retries,
            retry_any=self.config.twilio_retry_all,
            pause_s=self.config.twilio_retry_pause_s,
            faults=ON_WEBHOOKS - {FaultKind.REORDER},
        )


class TelegramSender:
    """Posts updates with the secret header."""

    def __init__(self, config: SimulatorConfig, office: PostOffice, api: TelegramApi) -> None:
        self.config = config
        self.office = office
        self.api = api

    def webhook(self, update: dict[str, Any]) -> Webhook:
        own = self.api.webhook
        url = own.get("url") or self.config.public_url.rstrip("/") + telegram.INBOUND_PATH
        return Webhook(
            provider="telegram",
            operation="webhook",
            url=_at_app(self.config, url),
            body=json.dumps(update, ensure_ascii=False).encode(),
            headers={
                "Content-Type": "application/json",
                telegram.SECRET_HEADER: own.get("secret") or self.config.telegram_webhook_secret,
            },
            sent=update,
            retries=self.config.telegram_retries,
            retry_any=True,
            pause_s=self.config.telegram_retry_pause_s,
        )

    def send(self, update: dict[str, Any], copies: int = 1, connections: int = 1) -> Sent:
        if pressed := update.get("callback_query"):
            self._complete(pressed)
        webhook = self.webhook(update)
        return _sent(str(update["update_id"]), copies, connections, lambda: self.office.post(webhook))

    def _complete(self, pressed: dict[str, Any]) -> None:
        """The message under a pressed button comes whole, as the bot sent it."""
        self.api.note_pressed(pressed["id"])
        known = self.api.message(pressed["from"]["id"], pressed["message"]["message_id"])
        if known:
            pressed["message"] = known


def _sent(id_: str, copies: int, connections: int, post: Callable[[], Entry]) -> Sent:
    if copies <= 1:
        entry = post()
        return Sent(id_, (entry.status,), entry.took_ms)
    with ThreadPoolExecutor(connections) as pool:
        entries = list(pool.map(lambda _: post(), range(copies)))
    return Sent(id_, tuple(entry.status for entry in entries), max(entry.took_ms for entry in entries))


def _form_headers(config: SimulatorConfig, signed_url: str, form: dict[str, str]) -> dict[str, str]:
    return {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "User-Agent": "TwilioProxy/1.1",
        "I-Twilio-Idempotency-Token": secrets.token_hex(16),
        "X-Twilio-Signature": twilio.sign(config.twilio_auth_token, signed_url, form),
    }


def _at_app(config: SimulatorConfig, url: str) -> str:
    """The same path at the address where the app listens, when it is one of the app's own."""
    if not config.app_url or not url.startswith(config.public_url.rstrip("/")):
        return url
    parts = urlsplit(url)
    return config.target_url + parts.path + (f"?{parts.query}" if parts.query else "")
