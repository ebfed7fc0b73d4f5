"""Every setting of the product, read once from the environment (and `.env`), checked together.

All problems of a start are reported at once, by name and never by value. In development everything has a working
default: no credentials means the simulator.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import StartupRefused

ROOT = Path(__file__).resolve().parents[1]
PLACEHOLDERS = ("change_this", "changeme", "your_", "your-")
TWILIO_API = "https://api.twilio.com"
TELEGRAM_API = "https://api.telegram.org"
SIMULATOR_ACCOUNT_SID = "AC" + "51" * 16
SIMULATOR_FROM = "+6560000001"
DEVELOPMENT_SECRET = "development-only-secret-0123456789abcdef"


class Environment(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class ConfirmOrders(StrEnum):
    """When a customer must say YES before an order is placed (PRODUCT, rules of the trade)."""

    WHEN_UNSURE = "when_unsure"
    ALWAYS = "always"
    NEVER = "never"


class Settings(BaseSettings):
    """One typed object; the field's name in capitals is the environment variable."""

    model_config = SettingsConfigDict(
        env_file=(ROOT / "var" / "embedded.env", ROOT / ".env"), extra="ignore", frozen=True, hide_input_in_errors=True
    )

    environment: Environment = Field(Environment.DEVELOPMENT, description="development, test or production")
    debug: bool = Field(False, description="Flask's debug mode; refused in production")
    port: int = Field(8003, ge=1, le=65535, description="port the web process listens on")
    public_url: str = Field(
        "", description="address providers reach us at, without a path; signatures are checked against it"
    )
    database_url: str = Field(
        "", description="postgresql://user:password@host:5432/database; empty starts an embedded one"
    )
    redis_url: SecretStr = Field(SecretStr(""), description="redis://...; empty composes it from the four REDIS_ parts")
    redis_host: str = Field("", description="used when REDIS_URL is empty; empty too starts an embedded one")
    redis_port: int = Field(6379, ge=1, le=65535, description="used when REDIS_URL is empty")
    redis_password: SecretStr = Field(SecretStr(""), description="used when REDIS_URL is empty; required in production")
    redis_db: int = Field(0, ge=0, le=15, description="used when REDIS_URL is empty")
    secret_key: SecretStr = Field(SecretStr(""), description="32 characters or more; `openssl rand -hex 32`")
    api_token: SecretStr = Field(SecretStr(""), description="bearer token of /api/chatbot and the diagnostics")
    twilio_account_sid: str = Field("", description="AC...; empty in development means the simulator")
    twilio_auth_token: SecretStr = Field(SecretStr(""), description="signs webhooks and authenticates our calls")
    twilio_auth_token_secondary: SecretStr = Field(
        SecretStr(""), description="also accepted on webhooks during rotation"
    )
    twilio_whatsapp_from: str = Field(
        "", description="our sender, with or without whatsapp:; several separated by commas"
    )
    twilio_content_sid_reopen: str = Field(
        "", description="content template that reopens a closed 24-hour window; empty holds the reply"
    )
    twilio_api_base_url: str = Field("", description="replaces https://api.twilio.com")
    telegram_bot_token: SecretStr = Field(
        SecretStr(""), description="from @BotFather; empty in development means the simulator"
    )
    telegram_webhook_secret: SecretStr = Field(SecretStr(""), description="the secret_token given to setWebhook")
    telegram_api_base_url: str = Field("", description="replaces https://api.telegram.org")
    openai_api_key: SecretStr = Field(SecretStr(""), description="empty: rules only; required in production")
    openai_base_url: str = Field("https://api.openai.com/v1", description="includes /v1, as the openai library's own")
    openai_model: str = Field("gpt-4.1-mini", description="fills the gaps that the rules leave")
    openai_embedding_model: str = Field("text-embedding-3-small", description="embeds knowledge and past messages")
    openai_daily_budget_usd: Decimal = Field(
        Decimal("5.00"), ge=0, description="above it the rules go on alone until midnight UTC"
    )
    xero_client_id: str = Field("", description="all four XERO_ credentials or none")
    xero_client_secret: SecretStr = Field(SecretStr(""), description="all four XERO_ credentials or none")
    xero_tenant_id: str = Field("", description="all four XERO_ credentials or none")
    xero_refresh_token: SecretStr = Field(SecretStr(""), description="all four XERO_ credentials or none")
    xero_sales_account_code: str = Field("200", description="account of every invoice line")
    xero_tax_type: str = Field("OUTPUTY24", description="sales tax type of the tenant; Singapore's 9 % is OUTPUTY24")
    xero_api_base_url: str = Field("https://api.xero.com", description="replaces https://api.xero.com")
    xero_identity_base_url: str = Field("https://identity.xero.com", description="replaces https://identity.xero.com")
    chroma_persist_dir: Path = Field(ROOT / "var" / "chroma", description="where the knowledge vectors live")
    chroma_host: str = Field("", description="host:port of a Chroma server; empty starts one under make run")
    tax_rate: Decimal = Field(
        Decimal("0.09"), ge=0, le=1, description="0.09 is 9 %; the first row of the tax rate table"
    )
    timezone: str = Field("Asia/Singapore", description="what days and cut-offs mean")
    currency: str = Field("SGD", min_length=3, max_length=3, description="of all prices")
    max_quantity_per_item: int = Field(
        10_000, ge=1, description="in the unit that was said; above it a person approves"
    )
    max_order_total: Decimal = Field(Decimal("100000.00"), gt=0, description="above it a person approves")
    max_line_items: int = Field(100, ge=1, description="above it a person approves")
    min_order_total: Decimal = Field(Decimal("0.01"), ge=0, description="below it the customer is told")
    order_cutoff: str = Field(
        "17:00",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="the day before delivery, local time; an outlet's own wins",
    )
    confirm_orders: ConfirmOrders = Field(
        ConfirmOrders.WHEN_UNSURE, description="when_unsure, always or never; an outlet's own wins"
    )
    burst_window_ms: int = Field(
        1000, ge=0, le=10_000, description="messages this close together are read as one; 0 reads each at once"
    )
    draft_reminder_minutes: int = Field(30, ge=1, description="a draft left open is reminded once after this")
    draft_expiry_minutes: int = Field(240, ge=2, description="and expires after this")
    handover_timeout_minutes: int = Field(240, ge=1, description="a person's silence after which the bot speaks again")
    max_proactive_messages_per_day: int = Field(
        3, ge=0, description="reminders and announcements to one contact in 24 hours"
    )
    sentry_dsn: SecretStr = Field(SecretStr(""), description="errors go there when set")
    log_level: str = Field("INFO", pattern=r"^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$", description="of our own logs")
    simulator_url: str = Field("http://127.0.0.1:8004", description="development: where the simulator process listens")
    trusted_proxies: int = Field(0, ge=0, le=5, description="reverse proxies in front whose X-Forwarded-* are believed")
    postgres_user: str = Field("", description="with the next two: composes DATABASE_URL when that is empty")
    postgres_password: SecretStr = Field(SecretStr(""), description="see POSTGRES_USER")
    postgres_db: str = Field("", description="see POSTGRES_USER")
    enable_otel_metrics: bool = Field(False, description="not offered: /metrics is Prometheus; true is refused")
    otel_service_name: str = Field("tria", description="name of the service in Sentry and logs")

    @field_validator("twilio_whatsapp_from")
    @classmethod
    def without_prefix(cls, value: str) -> str:
        return ",".join(sender.strip().removeprefix("whatsapp:") for sender in value.split(",") if sender.strip())

    @field_validator("public_url", "simulator_url", "twilio_api_base_url", "telegram_api_base_url", mode="after")
    @classmethod
    def is_http_address(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("must be an http(s) address")
        return value.rstrip("/")

    @field_validator("timezone")
    @classmethod
    def is_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("is not a time zone name such as Asia/Singapore") from error
        return value

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def whatsapp_senders(self) -> tuple[str, ...]:
        return tuple(self.twilio_whatsapp_from.split(","))

    @property
    def xero_configured(self) -> bool:
        return bool(self.xero_client_id)


def _secret(value: Any) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _database_problem(url: str) -> str | None:
    parts = urlsplit(url)
    if " " in url:
        return "DATABASE_URL: contains a space"
    if parts.scheme not in ("postgresql", "postgres", "postgresql+psycopg2"):
        return "DATABASE_URL: must begin with postgresql:// (the one database is PostgreSQL)"
    if not parts.path.strip("/"):
        return "DATABASE_URL: names no database after the host"
    return None


def _placeholder_problems(settings: Settings) -> list[str]:
    return [
        f"{name.upper()}: still holds a placeholder"
        for name in type(settings).model_fields
        if any(mark in _secret(getattr(settings, name)).lower() for mark in PLACEHOLDERS)
    ]


def _xero_problems(settings: Settings) -> list[str]:
    names = ("xero_client_id", "xero_client_secret", "xero_tenant_id", "xero_refresh_token")
    missing = [name.upper() for name in names if not _secret(getattr(settings, name))]
    return [f"{name}: missing, the other XERO_ credentials are set" for name in missing] if len(missing) < 4 else []


REQUIRED_IN_PRODUCTION = (
    "database_url",
    "secret_key",
    "api_token",
    "public_url",
    "twilio_account_sid",
    "twilio_auth_token",
    "twilio_whatsapp_from",
    "openai_api_key",
)


def _production_problems(settings: Settings) -> list[str]:
    found = [
        f"{name.upper()}: is required in production"
        for name in REQUIRED_IN_PRODUCTION
        if not _secret(getattr(settings, name))
    ]
    if not _secret(settings.redis_url) and not settings.redis_host:
        found.append("REDIS_URL: is required in production")
    if settings.debug:
        found.append("DEBUG: must be off in production")
    if settings.public_url and not settings.public_url.startswith("https://"):
        found.append("PUBLIC_URL: must be https in production")
    if _secret(settings.telegram_bot_token) and not _secret(settings.telegram_webhook_secret):
        found.append("TELEGRAM_WEBHOOK_SECRET: is required with TELEGRAM_BOT_TOKEN")
    return found + _placeholder_problems(settings)


def problems_of(settings: Settings) -> list[str]:
    """Everything wrong across fields, each as `NAME: what is wrong`, never with the value."""
    found = [problem] if settings.database_url and (problem := _database_problem(settings.database_url)) else []
    if (redis := _secret(settings.redis_url)) and urlsplit(redis).scheme not in ("redis", "rediss", "unix"):
        found.append("REDIS_URL: must begin with redis:// (or rediss:// for TLS)")
    if settings.secret_key.get_secret_value() and len(settings.secret_key.get_secret_value()) < 32:
        found.append("SECRET_KEY: must have at least 32 characters")
    key = settings.openai_api_key.get_secret_value()
    if key and "api.openai.com" in settings.openai_base_url and not key.startswith("sk-"):
        found.append("OPENAI_API_KEY: OpenAI's keys start with sk-")
    if settings.twilio_auth_token.get_secret_value() and settings.twilio_auth_token == settings.telegram_webhook_secret:
        found.append("TELEGRAM_WEBHOOK_SECRET: must differ from TWILIO_AUTH_TOKEN")
    if settings.enable_otel_metrics:
        found.append("ENABLE_OTEL_METRICS: not offered; scrape /metrics with Prometheus")
    if settings.draft_expiry_minutes <= settings.draft_reminder_minutes:
        found.append("DRAFT_EXPIRY_MINUTES: must be more than DRAFT_REMINDER_MINUTES")
    found += _xero_problems(settings)
    return found + (_production_problems(settings) if settings.is_production else [])


def _parts_problems(settings: Settings) -> list[str]:
    """What is wrong with the parts that an address is composed of; asked before composing hides them."""
    in_parts = settings.redis_host and not _secret(settings.redis_url)
    if settings.is_production and in_parts and not _secret(settings.redis_password):
        return ["REDIS_PASSWORD: is required in production"]
    return []


def _composed(settings: Settings) -> dict[str, Any]:
    """DATABASE_URL and REDIS_URL out of their parts, where only the parts are given."""
    values: dict[str, Any] = {}
    if not settings.database_url and settings.postgres_db:
        password = settings.postgres_password.get_secret_value()
        values["database_url"] = (
            f"postgresql://{settings.postgres_user}:{password}@127.0.0.1:5432/{settings.postgres_db}"
        )
    if not settings.redis_url.get_secret_value() and settings.redis_host:
        password = settings.redis_password.get_secret_value()
        login = f":{password}@" if password else ""
        values["redis_url"] = SecretStr(
            f"redis://{login}{settings.redis_host}:{settings.redis_port}/{settings.redis_db}"
        )
    return values


def _development_defaults(settings: Settings) -> dict[str, Any]:
    """What a clean clone runs on: the simulator in the providers' place and secrets that protect nothing."""
    values: dict[str, Any] = {}
    for name in ("secret_key", "api_token"):
        if not _secret(getattr(settings, name)):
            values[name] = SecretStr(DEVELOPMENT_SECRET)
    if not settings.twilio_account_sid:
        values |= {
            "twilio_account_sid": SIMULATOR_ACCOUNT_SID,
            "twilio_auth_token": SecretStr("simulator-twilio-token"),
            "twilio_whatsapp_from": settings.twilio_whatsapp_from or SIMULATOR_FROM,
            "twilio_api_base_url": settings.twilio_api_base_url or settings.simulator_url,
        }
    if not settings.telegram_bot_token.get_secret_value():
        values |= {
            "telegram_bot_token": SecretStr("700000001:simulator-telegram-token"),
            "telegram_webhook_secret": settings.telegram_webhook_secret
            if settings.telegram_webhook_secret.get_secret_value()
            else SecretStr("simulator-telegram-secret"),
            "telegram_api_base_url": settings.telegram_api_base_url or settings.simulator_url,
        }
    return values


def _provider_defaults(settings: Settings) -> dict[str, Any]:
    url = settings.database_url
    for prefix in ("postgres://", "postgresql://"):
        url = "postgresql+psycopg2://" + url.removeprefix(prefix) if url.startswith(prefix) else url
    return {
        "database_url": url,
        "public_url": settings.public_url or f"http://127.0.0.1:{settings.port}",
        "twilio_api_base_url": settings.twilio_api_base_url or TWILIO_API,
        "telegram_api_base_url": settings.telegram_api_base_url or TELEGRAM_API,
    }


def load_settings(**overrides: Any) -> Settings:
    """Read, check and complete the settings.

    `overrides` outrank the environment (tests pass `_env_file=None`).
    Raises StartupRefused naming every problem at once.
    """
    try:
        settings, problems = Settings(**overrides), []
    except ValidationError as error:
        bad = {str(item["loc"][0]): item["msg"] for item in error.errors(include_input=False)}
        problems = [f"{name.upper()}: {message}" for name, message in bad.items()]
        defaults = {name: Settings.model_fields[name].default for name in bad if name in Settings.model_fields}
        settings = Settings(**{**overrides, **defaults})
    problems += _parts_problems(settings)
    settings = settings.model_copy(update=_composed(settings))
    problems += problems_of(settings)
    if problems:
        raise StartupRefused("Settings are not usable:\n  " + "\n  ".join(problems))
    if not settings.is_production:
        settings = settings.model_copy(update=_development_defaults(settings))
    return settings.model_copy(update=_provider_defaults(settings))


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The process's settings, read once."""
    return load_settings()


__all__ = ["ROOT", "ConfirmOrders", "Environment", "Settings", "get_settings", "load_settings", "problems_of"]
