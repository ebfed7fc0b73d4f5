"""Every setting of the product: its name, its type, its default and what it means."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings.addresses import without_password

ROOT = Path(__file__).resolve().parents[2]
ENV_FILE = ROOT / ".env"
DEMO_ENV_FILE = ROOT / "var" / "embedded.env"
"""The addresses of the servers of `make run`, while it runs."""


class Environment(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class ConfirmOrders(StrEnum):
    """When a customer must say YES before an order is placed."""

    WHEN_UNSURE = "when_unsure"
    ALWAYS = "always"
    NEVER = "never"


class LLM(StrEnum):
    """Whether a language model may explain what the rules leave over."""

    ON = "on"
    OFF = "off"


class InvoiceWhen(StrEnum):
    """When the accounting system hears of an order."""

    CUTOFF = "cutoff"
    """Once, when it cannot change any more."""
    PLACED = "placed"
    """At once as a draft, which follows each change."""


class StockShortage(StrEnum):
    """What a customer is asked who wants more than there is of an item whose stock is tracked."""

    LESS = "less"
    SUBSTITUTE = "substitute"
    OFF = "off"


class InvoiceStatus(StrEnum):
    """What an invoice is made as when its order cannot change any more."""

    AUTHORISED = "AUTHORISED"
    DRAFT = "DRAFT"


class AfterAuthorised(StrEnum):
    """What becomes of a change of an order whose invoice is authorised."""

    PERSON = "person"
    CREDIT_NOTE = "credit_note"


class Settings(BaseSettings):
    """One typed object; the field's name in capitals is the environment variable."""

    model_config = SettingsConfigDict(env_file=ENV_FILE, extra="ignore", frozen=True, hide_input_in_errors=True)

    environment: Environment = Field(Environment.DEVELOPMENT, description="development, test or production")
    debug: bool = Field(False, description="Flask's debug mode; refused in production")
    allow_empty: bool = Field(
        False,
        description="start with no product in the catalog, as `--allow-empty` does; production refuses it otherwise",
    )
    port: int = Field(8003, ge=1, le=65535, description="port the web process listens on")
    public_url: str = Field(
        "", description="address providers reach us at: scheme and host only; signatures are checked against it"
    )
    database_url: str = Field(
        "", description="postgresql://user:password@host:5432/database; empty starts an embedded one"
    )
    redis_url: SecretStr = Field(SecretStr(""), description="redis://...; empty composes it from the four REDIS_ parts")
    redis_host: str = Field("", description="used when REDIS_URL is empty; empty too starts an embedded one")
    redis_port: int = Field(6379, ge=1, le=65535, description="used when REDIS_URL is empty")
    redis_password: SecretStr = Field(SecretStr(""), description="used when REDIS_URL is empty; required in production")
    redis_db: int = Field(0, ge=0, le=15, description="used when REDIS_URL is empty")
    redis_required: bool = Field(
        True,
        description="without Redis nothing is ready, and production does not start; false: orders go on by the sweeper's clock,"
        " some seconds slower, and readiness is degraded",
    )
    secret_key: SecretStr = Field(SecretStr(""), description="32 characters or more; `openssl rand -hex 32`")
    secret_key_previous: SecretStr = Field(
        SecretStr(""), description="the SECRET_KEY before this one, while what it sealed is still to be opened"
    )
    api_token: SecretStr = Field(SecretStr(""), description="bearer token of /api/chatbot and the diagnostics")
    metrics_token: SecretStr = Field(
        SecretStr(""), description="bearer token of /metrics; empty leaves it open to whoever reaches the port"
    )
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
    llm: LLM = Field(LLM.ON, description="off: rules only, whatever the key; production needs a key unless off is said")
    openai_api_key: SecretStr = Field(
        SecretStr(""), description="empty: rules only; required in production unless LLM=off"
    )
    openai_base_url: str = Field("https://api.openai.com/v1", description="includes /v1, as the openai library's own")
    openai_model: str = Field("gpt-4.1-mini", min_length=1, description="fills the gaps that the rules leave")
    openai_embedding_model: str = Field("text-embedding-3-small", description="embeds knowledge and past messages")
    openai_daily_budget_usd: Decimal = Field(
        Decimal("5.00"), ge=0, description="above it the rules go on alone until midnight UTC"
    )
    xero_client_id: str = Field(
        "", description="all four XERO_ credentials or none; `simulator` in development invoices in the simulator"
    )
    xero_client_secret: SecretStr = Field(SecretStr(""), description="all four XERO_ credentials or none")
    xero_tenant_id: str = Field(
        "", description="all four XERO_ credentials or none; `connect` takes what `flask xero connect` was given"
    )
    xero_refresh_token: SecretStr = Field(
        SecretStr(""), description="all four XERO_ credentials or none; `connect` until `flask xero connect` stored one"
    )
    xero_sales_account_code: str = Field("200", min_length=1, description="account of every invoice line")
    xero_tax_type: str = Field(
        "OUTPUTY24", min_length=1, description="sales tax type of the tenant; Singapore's 9 % is OUTPUTY24"
    )
    xero_invoice_status: InvoiceStatus = Field(
        InvoiceStatus.AUTHORISED, description="AUTHORISED or DRAFT: what an invoice is once its order cannot change"
    )
    xero_after_authorised: AfterAuthorised = Field(
        AfterAuthorised.PERSON,
        description="a change after that: person (the invoice waits for one) or credit_note (what became less is credited)",
    )
    xero_stock_shortage: StockShortage = Field(
        StockShortage.LESS,
        description="more is ordered than Xero has of a tracked item: less (what is left is offered), substitute (another product is) or off",
    )
    xero_payment_days: int = Field(30, ge=0, le=365, description="days from the invoice's date until it is due")
    xero_api_base_url: str = Field("https://api.xero.com", description="replaces https://api.xero.com")
    xero_identity_base_url: str = Field("https://identity.xero.com", description="replaces https://identity.xero.com")
    invoice_when: InvoiceWhen = Field(
        InvoiceWhen.CUTOFF,
        description="cutoff: one invoice when the order cannot change any more; placed: a draft at once, kept equal with each change",
    )
    invoice_notice: bool = Field(False, description="true: the customer is told in the chat when the invoice was made")
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
        examples=["17:00"],
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
    session_idle_hours: int = Field(
        24, ge=1, description="a conversation without a word for so long has ended; the next message opens a new one"
    )
    handover_timeout_minutes: int = Field(240, ge=1, description="a person's silence after which the bot speaks again")
    escalation_notify: str = Field(
        "",
        description="who hears of every escalation: a Telegram chat id, an e-mail address or a webhook URL; several with commas",
    )
    smtp_url: SecretStr = Field(
        SecretStr(""), description="smtp://user:password@host:587 (or smtps://), for e-mail in ESCALATION_NOTIFY"
    )
    smtp_from: str = Field("tria@localhost", description="sender of those e-mails")
    max_proactive_messages_per_day: int = Field(
        3, ge=0, description="reminders and announcements to one contact in 24 hours"
    )
    backup_dir: Path = Field(
        ROOT / "var" / "backups", description="where `flask backup create` puts backups; better on another disk"
    )
    backup_key: SecretStr = Field(
        SecretStr(""),
        description="seals backups: an AGE-SECRET-KEY-1... seals and opens, an age1... only seals; `flask backup new-key`",
    )
    backup_keep_days: int = Field(14, ge=1, le=30, description="older backups are removed, the newest three excepted")
    backup_ping_url: SecretStr = Field(
        SecretStr(""),
        description="asked (GET) after each good backup, by a service that raises the alarm when it hears nothing",
    )
    sentry_dsn: SecretStr = Field(SecretStr(""), description="errors go there when set")
    log_level: str = Field(
        "INFO",
        pattern=r"^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$",
        examples=["INFO", "WARNING"],
        description="of our own logs",
    )
    simulator_url: str = Field("http://127.0.0.1:8004", description="development: where the simulator process listens")
    trusted_proxies: int = Field(0, ge=0, le=5, description="reverse proxies in front whose X-Forwarded-* are believed")
    postgres_user: str = Field("", description="with the next four: composes DATABASE_URL when that is empty")
    postgres_password: SecretStr = Field(SecretStr(""), description="see POSTGRES_USER")
    postgres_db: str = Field("", description="see POSTGRES_USER")
    postgres_host: str = Field("127.0.0.1", min_length=1, description="see POSTGRES_USER")
    postgres_port: int = Field(5432, ge=1, le=65535, description="see POSTGRES_USER")
    prometheus_multiproc_dir: str = Field(
        "",
        description="folder where the processes of one machine count together, so that any web process answers /metrics for"
        " all; empty it before a start. Only the environment counts, not .env. `make run` sets it",
    )
    enable_otel_metrics: bool = Field(
        False,
        description="traces to an OpenTelemetry collector, one a message; metrics are Prometheus' at /metrics either way",
    )
    otel_exporter_otlp_endpoint: str = Field(
        "http://127.0.0.1:4318", min_length=1, description="with ENABLE_OTEL_METRICS: the collector, by OTLP over HTTP"
    )
    otel_service_name: str = Field("tria", min_length=1, description="name of the service, in each log line and trace")

    @field_validator("twilio_whatsapp_from")
    @classmethod
    def without_prefix(cls, value: str) -> str:
        return ",".join(sender.strip().removeprefix("whatsapp:") for sender in value.split(",") if sender.strip())

    @field_validator("llm", mode="before")
    @classmethod
    def in_small_letters(cls, value: Any) -> Any:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator(
        "public_url", "simulator_url", "twilio_api_base_url", "telegram_api_base_url", "xero_api_base_url", "xero_identity_base_url",
        "otel_exporter_otlp_endpoint", mode="after",
    )  # fmt: skip
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
        """Our numbers, the one that we begin conversations from first."""
        return tuple(number for each in self.twilio_whatsapp_from.split(",") if (number := each.strip()))

    @property
    def xero_configured(self) -> bool:
        return bool(self.xero_client_id)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """No repr and no traceback shows a password, those inside addresses included."""
        for name, value in super().__repr_args__():
            yield name, without_password(value) if isinstance(value, str) and "://" in value else value
