"""What fills the gaps: addresses out of their parts, the simulator and well-known secrets in development, the providers' own."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from bot.settings.addresses import login, with_quoted_login
from bot.settings.fields import Settings

TWILIO_API = "https://api.twilio.com"
TELEGRAM_API = "https://api.telegram.org"
XERO_API = "https://api.xero.com"
XERO_IDENTITY = "https://identity.xero.com"
SIMULATOR_ACCOUNT_SID = "AC" + "51" * 16
SIMULATOR_FROM = "+6560000001"
XERO_SIMULATOR = "simulator"
"""The client id that means: invoice in the simulator. Invoices are off unless somebody asks for them."""
SIMULATOR_TENANT = "51515151-5151-4151-8151-515151515151"
DEVELOPMENT_SECRET = "development-only-secret-0123456789abcdef"


def composed(settings: Settings) -> dict[str, Any]:
    """DATABASE_URL and REDIS_URL, out of their parts where only the parts are given; special letters of logins quoted."""
    database, redis = settings.database_url, settings.redis_url.get_secret_value()
    if not database and settings.postgres_db:
        who = login(settings.postgres_user, settings.postgres_password.get_secret_value())
        database = f"postgresql://{who}{settings.postgres_host}:{settings.postgres_port}/{settings.postgres_db}"
    if not redis and settings.redis_host:
        who = login("", settings.redis_password.get_secret_value())
        redis = f"redis://{who}{settings.redis_host}:{settings.redis_port}/{settings.redis_db}"
    return {"database_url": with_quoted_login(database), "redis_url": SecretStr(with_quoted_login(redis))}


def development(settings: Settings) -> dict[str, Any]:
    """What a clean clone runs on: the simulator in the providers' place and secrets that protect nothing."""
    wanted: dict[str, Any] = {"secret_key": SecretStr(DEVELOPMENT_SECRET), "api_token": SecretStr(DEVELOPMENT_SECRET)}
    if not settings.twilio_account_sid:
        wanted |= {
            "twilio_account_sid": SIMULATOR_ACCOUNT_SID,
            "twilio_auth_token": SecretStr("simulator-twilio-token"),
            "twilio_whatsapp_from": SIMULATOR_FROM,
            "twilio_api_base_url": settings.simulator_url,
        }
    if not settings.telegram_bot_token.get_secret_value():
        wanted |= {
            "telegram_bot_token": SecretStr("700000001:simulator-telegram-token"),
            "telegram_webhook_secret": SecretStr("simulator-telegram-secret"),
            "telegram_api_base_url": settings.simulator_url,
        }
    missing = {name: value for name, value in wanted.items() if not _is_set(getattr(settings, name))}
    return missing | (_xero_simulator(settings) if settings.xero_client_id == XERO_SIMULATOR else {})


def _xero_simulator(settings: Settings) -> dict[str, Any]:
    return {
        "xero_client_secret": SecretStr("simulator-xero-secret"),
        "xero_tenant_id": SIMULATOR_TENANT,
        "xero_refresh_token": SecretStr("simulator-xero-refresh-token"),
        "xero_api_base_url": settings.simulator_url,
        "xero_identity_base_url": settings.simulator_url,
    }


def of_providers(settings: Settings) -> dict[str, Any]:
    url = settings.database_url
    for prefix in ("postgres://", "postgresql://"):
        url = "postgresql+psycopg2://" + url.removeprefix(prefix) if url.startswith(prefix) else url
    return {
        "database_url": url,
        "public_url": settings.public_url or f"http://127.0.0.1:{settings.port}",
        "twilio_api_base_url": settings.twilio_api_base_url or TWILIO_API,
        "telegram_api_base_url": settings.telegram_api_base_url or TELEGRAM_API,
        "xero_api_base_url": settings.xero_api_base_url or XERO_API,
        "xero_identity_base_url": settings.xero_identity_base_url or XERO_IDENTITY,
    }


def _is_set(value: Any) -> bool:
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)
