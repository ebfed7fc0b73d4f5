"""Settings: every problem of a start at once, by name, never by value; a clean clone needs none of them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr

from bot.errors import StartupRefused
from bot.settings import ROOT, Settings, load_settings
from bot.settings_reference import env_example, markdown, masked_settings

PRODUCTION: dict[str, Any] = {
    "environment": "production",
    "database_url": "postgresql://tria:s3cret@db.internal:5432/tria",
    "redis_url": "redis://:s3cret@cache.internal:6379/0",
    "secret_key": "k" * 32,
    "api_token": "t" * 32,
    "public_url": "https://orders.supplier.sg",
    "twilio_account_sid": "AC" + "0" * 32,
    "twilio_auth_token": "f" * 32,
    "twilio_whatsapp_from": "whatsapp:+6560000001",
    "openai_api_key": "sk-proj-0123456789",
}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def load(**values: Any) -> Settings:
    return load_settings(_env_file=None, **values)


def refused(**values: Any) -> str:
    with pytest.raises(StartupRefused) as caught:
        load(**values)
    return str(caught.value)


def test_clean_clone_starts_without_any_setting() -> None:
    settings = load()
    assert settings.twilio_api_base_url == settings.telegram_api_base_url == settings.simulator_url
    assert len(settings.secret_key.get_secret_value()) >= 32
    assert settings.public_url == "http://127.0.0.1:8003"


def test_production_starts_with_what_it_needs() -> None:
    settings = load(**PRODUCTION)
    assert settings.twilio_whatsapp_from == "+6560000001"
    assert settings.database_url.startswith("postgresql+psycopg2://")
    assert settings.twilio_api_base_url == "https://api.twilio.com"


def test_production_without_anything_names_everything_at_once() -> None:
    said = refused(environment="production")
    for name in (
        "DATABASE_URL", "SECRET_KEY", "API_TOKEN", "PUBLIC_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN",
        "TWILIO_WHATSAPP_FROM", "OPENAI_API_KEY", "REDIS_URL",
    ):  # fmt: skip
        assert f"{name}: is required in production" in said


def test_problems_of_fields_and_across_fields_are_reported_together_and_never_by_value() -> None:
    said = refused(
        port=70000, tax_rate="8", timezone="Mars/Olympus", secret_key="only-thirty-one-characters-long",
        database_url="mysql://root:pa55word@db/orders", draft_reminder_minutes=10, draft_expiry_minutes=5,
    )  # fmt: skip
    for name in ("PORT", "TAX_RATE", "TIMEZONE", "SECRET_KEY", "DATABASE_URL", "DRAFT_EXPIRY_MINUTES"):
        assert f"  {name}: " in said
    for value in ("70000", "Mars", "only-thirty", "pa55word", "mysql", "root"):
        assert value not in said


@pytest.mark.parametrize("missing", sorted(set(PRODUCTION) - {"environment", "redis_url"}))
def test_each_required_setting_is_missed_by_its_own_name(missing: str) -> None:
    values = {name: value for name, value in PRODUCTION.items() if name != missing}
    assert f"{missing.upper()}: is required in production" in refused(**values)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("secret_key", "CHANGE_THIS_to_something_long_enough"),
        ("openai_api_key", "sk-your_openai_key"),
        ("database_url", "postgresql://tria:CHANGE_THIS@db/tria"),
        ("redis_url", "redis://:changeme@cache:6379/0"),
        ("public_url", "https://your-domain.example"),
    ],
)
def test_placeholders_are_refused_in_production(name: str, value: str) -> None:
    said = refused(**{**PRODUCTION, name: value})
    assert f"{name.upper()}: still holds a placeholder" in said
    assert value not in said


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("secret_key", "k" * 31, "SECRET_KEY: must have at least 32"),
        ("openai_api_key", "pk-123", "OPENAI_API_KEY: OpenAI's keys start with sk-"),
        ("redis_url", "http://cache:6379", "REDIS_URL: must begin with redis://"),
        ("public_url", "http://orders.supplier.sg", "PUBLIC_URL: must be https"),
        ("debug", True, "DEBUG: must be off"),
        ("telegram_bot_token", "1:abc", "TELEGRAM_WEBHOOK_SECRET: is required"),
        ("telegram_webhook_secret", "f" * 32, "TELEGRAM_WEBHOOK_SECRET: must differ"),
        ("enable_otel_metrics", "maybe", "ENABLE_OTEL_METRICS: "),
        ("otel_exporter_otlp_endpoint", "collector:4317", "OTEL_EXPORTER_OTLP_ENDPOINT: must be"),
        ("xero_client_id", "id", "XERO_CLIENT_SECRET: missing"),
        ("twilio_api_base_url", "ftp://x", "TWILIO_API_BASE_URL: must be"),
        ("log_level", "VERBOSE", "LOG_LEVEL: must be such as INFO or WARNING"),
        ("order_cutoff", "25:00", "ORDER_CUTOFF: must be such as 17:00"),
        ("environment", "staging", "ENVIRONMENT: "),
    ],
)
def test_each_rule_is_said_in_words(name: str, value: object, problem: str) -> None:
    assert problem in refused(**{**PRODUCTION, name: value})


def test_key_of_another_provider_need_not_look_like_openais() -> None:
    assert load(openai_api_key="other-key", openai_base_url="http://127.0.0.1:9/v1").openai_model


def test_password_of_redis_is_required_in_production_when_given_in_parts() -> None:
    values = {name: value for name, value in PRODUCTION.items() if name != "redis_url"}
    assert "REDIS_PASSWORD: is required" in refused(**values, redis_host="cache")
    settings = load(**values, redis_host="cache", redis_port=6380, redis_password="p" * 8, redis_db=3)
    assert settings.redis_url.get_secret_value() == "redis://:pppppppp@cache:6380/3"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("sqlite:///tria.db", "must begin with postgresql://"),
        ("postgresql://db:5432", "names no database"),
        ("postgresql://db:5432/", "names no database"),
        ("postgresql://u:p@db/tria prod", "contains a space"),
        ("tria", "must begin with postgresql://"),
    ],
)
def test_database_address_is_checked_for_each_mistake(url: str, problem: str) -> None:
    assert problem in refused(database_url=url)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg2"])
def test_database_address_is_taken_in_each_usual_form(scheme: str) -> None:
    assert load(database_url=f"{scheme}://u:p@h/d").database_url == "postgresql+psycopg2://u:p@h/d"


def test_database_address_is_composed_from_its_parts() -> None:
    settings = load(postgres_user="tria_admin", postgres_password="pw", postgres_db="tria_aibpo")
    assert settings.database_url == "postgresql+psycopg2://tria_admin:pw@127.0.0.1:5432/tria_aibpo"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("tax_rate", ["0", "1", "0.09", "0.0"], ["8", "-0.01", "1.01", "nine", "NaN", ""]),
        ("max_quantity_per_item", ["1", "10000"], ["0", "-1", "ten", "1.5"]),
        ("max_order_total", ["0.01", "100000.00"], ["0", "-1", "lots", "Infinity"]),
        ("max_line_items", ["1", "100"], ["0", "x"]),
        ("min_order_total", ["0", "0.01"], ["-0.01", "x"]),
        ("burst_window_ms", ["0", "1000"], ["-1", "10001"]),
        ("port", ["1", "8003", "65535"], ["0", "65536", "x"]),
        ("order_cutoff", ["00:00", "23:59"], ["24:00", "5pm", "1700"]),
        ("confirm_orders", ["when_unsure", "always", "never"], ["sometimes"]),
        ("currency", ["SGD"], ["S$", "DOLLAR"]),
    ],
)
def test_limit_takes_its_range_and_nothing_else(name: str, good: list[str], bad: list[str]) -> None:
    for value in good:
        load(**{name: value})
    for value in bad:
        assert f"{name.upper()}: " in refused(**{name: value})


def test_limits_have_the_defaults_of_the_trade() -> None:
    settings = load()
    assert settings.max_quantity_per_item == 10_000
    assert settings.max_order_total == Decimal("100000.00")
    assert settings.max_line_items == 100
    assert settings.min_order_total == Decimal("0.01")
    assert settings.tax_rate == Decimal("0.09")


def test_every_setting_is_read_from_the_environment_by_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_LINE_ITEMS", "7")
    monkeypatch.setenv("XERO_SALES_ACCOUNT_CODE", "260")
    settings = load()
    assert (settings.max_line_items, settings.xero_sales_account_code) == (7, "260")


def test_env_example_lists_exactly_what_the_code_reads() -> None:
    written = (ROOT / ".env.example").read_text("utf-8")
    assert written == env_example(), "run `flask settings --format env > .env.example`"
    named = re.findall(r"^#([A-Z_]+)=", written, re.MULTILINE)
    assert named == [name.upper() for name in Settings.model_fields]


def test_settings_reference_is_up_to_date_and_explains_each_one() -> None:
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == markdown(), "run `flask settings --format markdown`"
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_env_example_itself_is_a_working_development_configuration() -> None:
    assert load_settings(_env_file=ROOT / ".env.example").port == 8003


def test_masked_view_shows_names_and_no_secret() -> None:
    view = masked_settings(load(**PRODUCTION))
    assert view["TWILIO_AUTH_TOKEN"] == "(set)"
    assert view["SENTRY_DSN"] == "(not set)"
    assert view["DATABASE_URL"] == "postgresql+psycopg2://tria:***@db.internal:5432/tria"
    assert view["MAX_LINE_ITEMS"] == "100"
    secrets = [v.get_secret_value() for v in vars(load(**PRODUCTION)).values() if isinstance(v, SecretStr)]
    assert not any(secret and secret in value for secret in secrets for value in view.values())
