"""What is wrong with the settings of a start: everything at once, each as `NAME: what is wrong`, never with a value."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.settings.addresses import password_of, server_of
from bot.settings.defaults import DEVELOPMENT_SECRET, XERO_SIMULATOR
from bot.settings.fields import DEMO_ENV_FILE, LLM, Settings

PLACEHOLDERS = ("change_this", "changeme", "your_", "your-")
SECRET_KEY_LENGTH = 32
TOKEN_LENGTH = 16
"""Of a bearer token or webhook secret in production: 16 random letters cannot be guessed over a network."""
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
XERO_CREDENTIALS = ("xero_client_id", "xero_client_secret", "xero_tenant_id", "xero_refresh_token")
POSTGRES_PARTS = ("postgres_user", "postgres_password", "postgres_db")
WELL_KNOWN_PASSWORDS = frozenset({"", "postgres", "password", "admin"})
SHAPES = {
    "twilio_account_sid": (re.compile(r"AC[0-9a-fA-F]{32}"), "AC and 32 hexadecimal digits"),
    "twilio_auth_token": (re.compile(r"[0-9A-Za-z]{32}"), "32 letters and digits"),
    "twilio_auth_token_secondary": (re.compile(r"[0-9A-Za-z]{32}"), "32 letters and digits"),
    "twilio_whatsapp_from": (
        re.compile(r"\+[1-9]\d{6,14}(,\+[1-9]\d{6,14})*"),
        "a phone number like +6591234567 (several separated by commas)",
    ),
    "twilio_content_sid_reopen": (re.compile(r"HX[0-9a-fA-F]{32}"), "HX and 32 hexadecimal digits"),
    "telegram_bot_token": (
        re.compile(r"\d{5,}:[\w-]{20,}"),
        "the bot's number, a colon and 35 letters, as @BotFather gives it",
    ),
}
"""As the providers give them out. Only production insists: stand-ins on a developer's machine may take anything."""
NOTIFIED = re.compile(r"-?\d{3,20}|[^\s@,/]+@[^\s@,/]+|https?://[^\s,]+")
"""A Telegram chat, an e-mail address, a web address."""
BACKUP_KEY = re.compile(r"age1[0-9a-z]{58}|AGE-SECRET-KEY-1[0-9A-Z]{58}")
TELEGRAM_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
"""What Telegram's setWebhook takes."""


def problems_of(settings: Settings) -> list[str]:
    """Of settings whose addresses are composed already (load.py)."""
    rules = EVERYWHERE + (IN_PRODUCTION if settings.is_production else ())
    return [problem for rule in rules for problem in rule(settings)]


def problems_of_parts(settings: Settings) -> list[str]:
    """What is wrong with the parts that an address is composed of; asked before composing hides them."""
    found = []
    parts = [name for name in POSTGRES_PARTS if secret(getattr(settings, name))]
    if parts and not settings.database_url:
        found += [f"{name.upper()}: missing, {parts[0].upper()} is set" for name in POSTGRES_PARTS if name not in parts]
    in_parts = settings.redis_host and not secret(settings.redis_url)
    if settings.is_production and in_parts and not secret(settings.redis_password):
        found.append("REDIS_PASSWORD: is required in production")
    return found


def secret(value: Any) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _database(settings: Settings) -> Iterable[str]:
    url = settings.database_url
    if not url:
        return
    parts = urlsplit(url)
    if " " in url:
        yield "DATABASE_URL: contains a space"
    elif parts.scheme not in ("postgresql", "postgres", "postgresql+psycopg2"):
        yield "DATABASE_URL: must begin with postgresql:// (the one database is PostgreSQL)"
    elif not parts.path.strip("/"):
        yield "DATABASE_URL: names no database after the host"


def _redis(settings: Settings) -> Iterable[str]:
    url = secret(settings.redis_url)
    if url and urlsplit(url).scheme not in ("redis", "rediss", "unix"):
        yield "REDIS_URL: must begin with redis:// (or rediss:// for TLS)"


def _secret_key(settings: Settings) -> Iterable[str]:
    if 0 < len(secret(settings.secret_key)) < SECRET_KEY_LENGTH:
        yield f"SECRET_KEY: must have at least {SECRET_KEY_LENGTH} characters"


def _openai(settings: Settings) -> Iterable[str]:
    key = secret(settings.openai_api_key)
    if key and "api.openai.com" in settings.openai_base_url and not key.startswith("sk-"):
        yield "OPENAI_API_KEY: OpenAI's keys start with sk-"


def _telegram_secret(settings: Settings) -> Iterable[str]:
    given = secret(settings.telegram_webhook_secret)
    if given and given == secret(settings.twilio_auth_token):
        yield "TELEGRAM_WEBHOOK_SECRET: must differ from TWILIO_AUTH_TOKEN"
    if given and not TELEGRAM_SECRET.fullmatch(given):
        yield "TELEGRAM_WEBHOOK_SECRET: Telegram takes 1 to 256 letters, digits, _ and -"


def _public_url(settings: Settings) -> Iterable[str]:
    if not settings.public_url:
        return
    try:
        parts = urlsplit(settings.public_url)
        extra = parts.path or parts.query or parts.fragment or parts.username is not None
        bad = any(letter.isspace() for letter in settings.public_url) or (parts.port == 0)
    except ValueError:
        extra, bad = "", True
    if extra:
        yield "PUBLIC_URL: must be scheme and host only, without a path, a login or anything behind"
    if bad:
        yield "PUBLIC_URL: is not an address"


def _escalation_notify(settings: Settings) -> Iterable[str]:
    parts = [part.strip() for part in settings.escalation_notify.split(",") if part.strip()]
    if any(not NOTIFIED.fullmatch(part) for part in parts):
        yield "ESCALATION_NOTIFY: takes Telegram chat ids, e-mail addresses and http(s) addresses, separated by commas"
    server = urlsplit(secret(settings.smtp_url))
    if any("@" in part and "//" not in part for part in parts) and not server.hostname:
        yield "SMTP_URL: is needed for the e-mail address in ESCALATION_NOTIFY"
    if secret(settings.smtp_url) and server.scheme not in ("smtp", "smtps"):
        yield "SMTP_URL: must begin with smtp:// (or smtps:// for TLS from the start)"


def _sentry(settings: Settings) -> Iterable[str]:
    dsn = secret(settings.sentry_dsn)
    if not dsn:
        return
    try:
        parts = urlsplit(dsn)
        fits = parts.scheme in ("http", "https") and parts.username and parts.hostname and parts.port != 0
        project = parts.path.rstrip("/").rpartition("/")[2]
    except ValueError:
        fits, project = False, ""
    if not (fits and project.isdecimal()):
        yield "SENTRY_DSN: is not a DSN, which looks like https://KEY@HOST/NUMBER"


def _prometheus(settings: Settings) -> Iterable[str]:
    if settings.prometheus_multiproc_dir and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        yield "PROMETHEUS_MULTIPROC_DIR: must be set in the environment of the processes, not in .env"


def _others(settings: Settings) -> Iterable[str]:
    if settings.draft_expiry_minutes <= settings.draft_reminder_minutes:
        yield "DRAFT_EXPIRY_MINUTES: must be more than DRAFT_REMINDER_MINUTES"


def _backups(settings: Settings) -> Iterable[str]:
    key, address = secret(settings.backup_key), secret(settings.backup_ping_url)
    if key and not BACKUP_KEY.fullmatch(key):
        yield "BACKUP_KEY: must be a key of age (AGE-SECRET-KEY-1... or age1...); `flask backup new-key` makes one"
    if address and urlsplit(address).scheme not in ("http", "https"):
        yield "BACKUP_PING_URL: must be an http(s) address"


def _xero(settings: Settings) -> Iterable[str]:
    if settings.xero_client_id == XERO_SIMULATOR:
        if settings.is_production:
            yield "XERO_CLIENT_ID: the simulator takes no invoices in production"
        return
    missing = [name.upper() for name in XERO_CREDENTIALS if not secret(getattr(settings, name))]
    if len(missing) < len(XERO_CREDENTIALS):
        yield from (f"{name}: missing, the other XERO_ credentials are set" for name in missing)


def _required(settings: Settings) -> Iterable[str]:
    for name in REQUIRED_IN_PRODUCTION:
        if name == "openai_api_key" and settings.llm is LLM.OFF:
            continue
        if not secret(getattr(settings, name)):
            hint = " (or say LLM=off)" if name == "openai_api_key" else ""
            yield f"{name.upper()}: is required in production{hint}"
    if not secret(settings.redis_url):
        yield "REDIS_URL: is required in production"
    if secret(settings.telegram_bot_token) and not secret(settings.telegram_webhook_secret):
        yield "TELEGRAM_WEBHOOK_SECRET: is required with TELEGRAM_BOT_TOKEN"


def _open_to_the_world(settings: Settings) -> Iterable[str]:
    if settings.debug:
        yield "DEBUG: must be off in production"
    if settings.public_url and not settings.public_url.startswith("https://"):
        yield "PUBLIC_URL: must be https in production"


def _placeholders(settings: Settings) -> Iterable[str]:
    for name in type(settings).model_fields:
        if any(mark in secret(getattr(settings, name)).lower() for mark in PLACEHOLDERS):
            yield f"{name.upper()}: still holds a placeholder"


def _weak_secrets(settings: Settings) -> Iterable[str]:
    for name in ("secret_key", "api_token", "metrics_token", "telegram_webhook_secret"):
        value = secret(getattr(settings, name))
        if value == DEVELOPMENT_SECRET:
            yield f"{name.upper()}: is the development secret, which everybody can read"
        elif value and name != "secret_key" and len(value) < TOKEN_LENGTH:
            yield f"{name.upper()}: must have at least {TOKEN_LENGTH} characters in production"


def _shapes(settings: Settings) -> Iterable[str]:
    for name, (shape, words) in SHAPES.items():
        value = secret(getattr(settings, name))
        if value and not shape.fullmatch(value):
            yield f"{name.upper()}: must be {words}"


def _logins(settings: Settings) -> Iterable[str]:
    """A local socket asks the operating system who is there, so it needs no password."""
    url, redis = settings.database_url, secret(settings.redis_url)
    if server_of(url)[0] and password_of(url).lower() in WELL_KNOWN_PASSWORDS:
        yield "DATABASE_URL: needs a password of its own in production, not an empty or a well-known one"
    if server_of(redis)[0] and not password_of(redis):
        yield "REDIS_URL: needs a password in production (redis://:PASSWORD@host:6379/0)"


def _demo_servers(settings: Settings) -> Iterable[str]:
    """The servers of `make run` in this folder hold the demo's catalog and phones."""
    demo = _demo_addresses()
    for name, value in (("DATABASE_URL", settings.database_url), ("REDIS_URL", secret(settings.redis_url))):
        if value and name in demo and _place(value) == _place(demo[name]):
            yield f"{name}: is the demo's server, which `make run` started in this folder"


def _demo_addresses() -> dict[str, str]:
    try:
        lines = DEMO_ENV_FILE.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return {name: value for name, equals, value in (line.partition("=") for line in lines) if equals}


def _place(address: str) -> tuple[str, int | None]:
    host, port = server_of(address)
    return "127.0.0.1" if host == "localhost" else host, port


Rule = Callable[[Settings], Iterable[str]]
EVERYWHERE: tuple[Rule, ...] = (
    _database,
    _redis,
    _secret_key,
    _openai,
    _telegram_secret,
    _escalation_notify,
    _public_url,
    _sentry,
    _prometheus,
    _others,
    _backups,
    _xero,
)
IN_PRODUCTION: tuple[Rule, ...] = (
    _required,
    _open_to_the_world,
    _placeholders,
    _weak_secrets,
    _shapes,
    _logins,
    _demo_servers,
)
