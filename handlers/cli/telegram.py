"""`flask telegram set-webhook`: tells Telegram where to send what people write to the bot."""

from __future__ import annotations

from urllib.parse import urlsplit

import click
import requests

from bot.channels.telegram import ALLOWED_UPDATES
from bot.errors import PermanentError, TemporaryError
from bot.settings import Settings
from handlers.checks.online import TELEGRAM_PATH, TIMEOUT_S
from handlers.cli.command import command, json_option, print_json
from handlers.current import current_runtime

group = click.Group("telegram", help="The bot at Telegram.")


@command(group, "set-webhook", example="flask telegram set-webhook")
@json_option
def set_webhook(as_json: bool) -> None:
    """Have Telegram post updates to PUBLIC_URL with TELEGRAM_WEBHOOK_SECRET. What waits there meanwhile is kept."""
    settings = current_runtime().settings
    address = settings.public_url + TELEGRAM_PATH
    if urlsplit(address).scheme != "https" and settings.telegram_api_base_url != settings.simulator_url:
        raise PermanentError("PUBLIC_URL must be https: Telegram posts nowhere else")
    _post(settings, address)
    if as_json:
        print_json({"url": address, "allowed_updates": list(ALLOWED_UPDATES), "secret": True})
    else:
        click.echo(f"Telegram posts to {address}; `flask doctor --online` reads it back")


def _post(settings: Settings, address: str) -> None:
    """Raises TemporaryError or PermanentError with Telegram's own words; the token is in the address, so never that."""
    method = f"{settings.telegram_api_base_url}/bot{settings.telegram_bot_token.get_secret_value()}/setWebhook"
    body = {
        "url": address,
        "secret_token": settings.telegram_webhook_secret.get_secret_value(),
        "allowed_updates": list(ALLOWED_UPDATES),
    }
    try:
        response = requests.post(method, json=body, timeout=TIMEOUT_S)
    except requests.RequestException as error:
        raise TemporaryError(f"Telegram cannot be reached: {type(error).__name__}") from None
    if not response.ok:
        words = response.json().get("description", "") if "json" in response.headers.get("Content-Type", "") else ""
        raise PermanentError(f"Telegram refused with {response.status_code}: {str(words)[:120]}")
