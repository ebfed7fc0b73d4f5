"""What the simulator has to know of the app it serves: credentials, addresses, and how lifelike to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.errors import BadInputError

if TYPE_CHECKING:
    from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class SimulatorConfig:
    """Everything has a default, so that a test writes down only what it is about.

    `public_url` is the address the app believes it has: Twilio's signature covers it. Webhooks are posted there unless
    `app_url` names another place to post to. `statuses` are posted to a message's StatusCallback in this order,
    `status_delay_s` apart.
    """

    public_url: str = "http://127.0.0.1:8003"
    app_url: str = ""
    twilio_account_sid: str = "AC" + "0" * 32
    twilio_auth_token: str = "simulator-auth-token"
    twilio_whatsapp_from: str = "whatsapp:+6580000000"
    telegram_bot_token: str = "1000000000:simulator-bot-token"
    telegram_webhook_secret: str = "simulator-webhook-secret"
    xero_client_id: str = "simulator"
    xero_client_secret: str = "simulator-xero-secret"
    xero_tenant_id: str = "51515151-5151-4151-8151-515151515151"
    xero_refresh_token: str = "simulator-xero-refresh-token"
    """The first one, which an app is given by hand."""
    xero_access_s: float = 1800.0
    xero_grace_s: float = 1800.0
    """For so long the refresh token before the current one still works."""
    xero_key_life_s: float = 360.0
    """For so long an idempotency key gives the same answer."""
    xero_calls_per_minute: int = 0
    """Enforce so many calls a minute and five at once; 0 enforces neither."""
    host: str = "127.0.0.1"
    port: int = 0
    statuses: tuple[str, ...] = ("queued", "sent", "delivered", "read")
    status_delay_s: float = 0.0
    webhook_timeout_s: float = 15.0
    twilio_retries: int = 1
    """Further tries of an inbound webhook; only after a failed connection unless `twilio_retry_all`, as Twilio's default is."""
    twilio_retry_all: bool = False
    twilio_retry_pause_s: float = 0.5
    telegram_retries: int = 5
    """Further tries after any answer that is not 2xx; the pause doubles from `telegram_retry_pause_s`."""
    telegram_retry_pause_s: float = 1.0
    telegram_limits: bool = False
    """Enforce 30 messages a second over all chats and 1 a second per chat (a short burst is let through)."""
    ledger_limit: int = 0
    """Keep only the newest entries of the ledger; 0 keeps all."""

    @property
    def target_url(self) -> str:
        """Where webhooks are posted."""
        return (self.app_url or self.public_url).rstrip("/")

    @property
    def bot_id(self) -> int:
        """A Telegram token starts with the bot's own user id."""
        head = self.telegram_bot_token.split(":", 1)[0]
        return int(head) if head.isdigit() else 1_000_000_000

    @classmethod
    def from_settings(cls, settings: Settings, *, port: int | None = None) -> SimulatorConfig:
        """The simulator beside this app: the app's own credentials, and a pace that a person can follow."""
        return cls(
            public_url=settings.public_url or f"http://127.0.0.1:{settings.port}",
            app_url=f"http://127.0.0.1:{settings.port}",
            twilio_account_sid=settings.twilio_account_sid,
            twilio_auth_token=settings.twilio_auth_token.get_secret_value(),
            twilio_whatsapp_from=_whatsapp(settings.twilio_whatsapp_from),
            telegram_bot_token=settings.telegram_bot_token.get_secret_value(),
            telegram_webhook_secret=settings.telegram_webhook_secret.get_secret_value(),
            **_xero(settings),
            port=port if port is not None else urlsplit(settings.simulator_url).port or 0,
            status_delay_s=0.25,
        )


def _xero(settings: Settings) -> dict[str, Any]:
    """The app's own credentials where it invoices here."""
    if not settings.xero_configured or settings.xero_api_base_url != settings.simulator_url:
        return {}
    names = ("xero_client_id", "xero_tenant_id")
    secrets = ("xero_client_secret", "xero_refresh_token")
    return {name: getattr(settings, name) for name in names} | {
        name: getattr(settings, name).get_secret_value() for name in secrets
    }


def repeating(config: SimulatorConfig) -> SimulatorConfig:
    """With inbound webhooks repeated as `#rc=5&rp=all` has it, which is how the app's address is to be set at Twilio."""
    return replace(config, twilio_retries=5, twilio_retry_all=True)


def changed(config: SimulatorConfig, changes: Mapping[str, Any]) -> SimulatorConfig:
    """The configuration with some values replaced; text is read as the field's own type. Raises BadInputError."""
    known = {field.name: getattr(config, field.name) for field in fields(config)}
    if unknown := sorted(set(changes) - set(known)):
        raise BadInputError(f"unknown settings {', '.join(unknown)}; known: {', '.join(known)}")
    try:
        return replace(config, **{name: _typed(value, known[name]) for name, value in changes.items()})
    except (TypeError, ValueError) as e:
        raise BadInputError(f"a value has the wrong type: {e}") from e


def _typed(value: Any, like: Any) -> Any:
    if isinstance(like, bool):
        return value if isinstance(value, bool) else str(value).lower() in ("1", "true", "yes", "on")
    if isinstance(like, tuple):
        return tuple(part for part in value.split(",") if part) if isinstance(value, str) else tuple(value)
    return type(like)(value)


def _whatsapp(address: str) -> str:
    return address if address.startswith("whatsapp:") else f"whatsapp:{address}"
