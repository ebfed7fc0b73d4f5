"""Asks the providers themselves, only on `flask doctor --online`: do the credentials work, and do they send messages to us?

Reads only. Nothing of an answer but states, addresses of ours and error words is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests

from bot.channels.telegram import ALLOWED_UPDATES
from bot.runtime import Runtime
from bot.settings import LLM, Settings
from bot.telemetry import tracing
from handlers.checks.check import Severity, Verdict

TIMEOUT_S = 8.0
TWILIO_MESSAGING = "https://messaging.twilio.com"
TWILIO_API = "https://api.twilio.com"
TWILIO_PATH, TWILIO_STATUS_PATH, TELEGRAM_PATH = "/webhooks/twilio", "/webhooks/twilio/status", "/webhooks/telegram"


class _UnusableAnswerError(Exception):
    """The provider could not be reached or refused; the text may be shown."""


def _asking(question: Callable[[Settings], Verdict]) -> Callable[[Runtime], Verdict]:
    def check(runtime: Runtime) -> Verdict:
        try:
            return question(runtime.settings)
        except _UnusableAnswerError as error:
            return Verdict(Severity.UNHEALTHY, str(error))

    return check


def _twilio_account(settings: Settings) -> Verdict:
    sid = settings.twilio_account_sid
    account = _get_twilio(settings, settings.twilio_api_base_url, f"/2010-04-01/Accounts/{sid}.json")
    status = str(account.get("status", "unknown"))
    if status != "active":
        return Verdict(Severity.UNHEALTHY, f"the account is {status[:40]}", {"status": status})
    return Verdict(facts={"status": status})


def _twilio_webhook(settings: Settings) -> Verdict:
    """Each of our senders must post to this house; the list of senders is Twilio's own, so none is overlooked."""
    base = TWILIO_MESSAGING if settings.twilio_api_base_url == TWILIO_API else settings.twilio_api_base_url
    listed = _get_twilio(settings, base, "/v2/Channels/Senders?Channel=whatsapp&PageSize=100").get("senders", [])
    by_number = {str(each.get("sender_id", "")).removeprefix("whatsapp:"): each for each in listed}
    found = [problem for number in settings.whatsapp_senders for problem in _sender(settings, by_number.get(number))]
    return (
        Verdict(Severity.UNHEALTHY, "; ".join(dict.fromkeys(found)))
        if found
        else Verdict(facts={"senders": len(by_number)})
    )


def _sender(settings: Settings, sender: dict[str, Any] | None) -> list[str]:
    if sender is None:
        return ["a sender of TWILIO_WHATSAPP_FROM is not a WhatsApp sender of this account"]
    webhook, found = sender.get("webhook") or {}, []
    called, _, fragment = str(webhook.get("callback_url") or "").partition("#")
    if called != settings.public_url + TWILIO_PATH or str(webhook.get("callback_method", "POST")) != "POST":
        found.append(f"the sender's webhook is not POST {settings.public_url}{TWILIO_PATH}")
    elif not {"rc", "rp"} <= {part.partition("=")[0] for part in fragment.split("&")}:
        found.append("the sender's webhook lacks #rc=5&rp=all: a slow answer loses a message")
    if webhook.get("status_callback_url") != settings.public_url + TWILIO_STATUS_PATH:
        found.append(f"the sender's status callback is not {settings.public_url}{TWILIO_STATUS_PATH}")
    return found


def _telegram_bot(settings: Settings) -> Verdict:
    return Verdict(facts={"bot": "@" + str(_get_telegram(settings, "getMe").get("username", "?"))})


def _telegram_webhook(settings: Settings) -> Verdict:
    info = _get_telegram(settings, "getWebhookInfo")
    facts = {"pending": info.get("pending_update_count", 0)}
    if info.get("url") != settings.public_url + TELEGRAM_PATH:
        return Verdict(Severity.UNHEALTHY, f"the webhook is not {settings.public_url}{TELEGRAM_PATH}", facts)
    asked = info.get("allowed_updates")
    if missing := sorted(set(ALLOWED_UPDATES) - set(ALLOWED_UPDATES if asked is None else asked)):
        return Verdict(Severity.DEGRADED, f"updates not asked for: {', '.join(missing)}", facts)
    if words := info.get("last_error_message"):
        return Verdict(Severity.DEGRADED, f"Telegram's last try failed: {str(words)[:120]}", facts)
    return Verdict(facts=facts)


def _openai(settings: Settings) -> Verdict:
    key = settings.openai_api_key.get_secret_value()
    if settings.llm is LLM.OFF or not key:
        return Verdict(facts={"asked": "no: rules only"})
    address = f"{settings.openai_base_url.rstrip('/')}/models/{settings.openai_model}"
    _json("OpenAI", lambda: requests.get(address, headers={"Authorization": f"Bearer {key}"}, timeout=TIMEOUT_S))
    return Verdict(facts={"model": settings.openai_model})


def _traces(settings: Settings) -> Verdict:
    if not settings.enable_otel_metrics:
        return Verdict(facts={"told": "no"})
    address = settings.otel_exporter_otlp_endpoint.rstrip("/") + tracing.PATH
    _json("the collector", lambda: requests.post(address, json={}, timeout=TIMEOUT_S))
    return Verdict(facts={"told": address})


def _get_twilio(settings: Settings, base: str, path: str) -> dict[str, Any]:
    login = (settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value())
    return _json("Twilio", lambda: requests.get(base + path, auth=login, timeout=TIMEOUT_S))


def _get_telegram(settings: Settings, method: str) -> dict[str, Any]:
    address = f"{settings.telegram_api_base_url}/bot{settings.telegram_bot_token.get_secret_value()}/{method}"
    result = _json("Telegram", lambda: requests.get(address, timeout=TIMEOUT_S)).get("result")
    return result if isinstance(result, dict) else {}


def _json(provider: str, ask: Callable[[], requests.Response]) -> dict[str, Any]:
    """Raises _UnusableAnswerError; the address, which may hold a token, is never in its words."""
    try:
        response = ask()
    except requests.RequestException as error:
        raise _UnusableAnswerError(f"{provider} cannot be reached: {type(error).__name__}") from None
    if response.status_code in (401, 403):
        raise _UnusableAnswerError(f"{provider} does not accept the credentials ({response.status_code})")
    if not response.ok:
        raise _UnusableAnswerError(f"{provider} answers {response.status_code}")
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _UnusableAnswerError(f"{provider}'s answer cannot be read")
    return body


twilio_account = _asking(_twilio_account)
twilio_webhook = _asking(_twilio_webhook)
telegram_bot = _asking(_telegram_bot)
telegram_webhook = _asking(_telegram_webhook)
openai = _asking(_openai)
traces = _asking(_traces)
