"""What production refuses that a laptop may do, addresses put together from parts, and secrets that are never shown."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg2.extensions
import pytest
import redis
from sqlalchemy import make_url

from bot.settings import DEVELOPMENT_SECRET, LLM, ROOT, Settings
from bot.settings import load as loading
from bot.settings import problems as rules
from bot.telemetry import secret_values
from tests.bot.test_settings import PRODUCTION, load, refused


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where `make run` is up."""
    file = tmp_path / "embedded.env"
    file.write_text("DATABASE_URL=postgresql://tria:x@127.0.0.1:54011/tria\nREDIS_URL=redis://127.0.0.1:63011/0\n")
    monkeypatch.setattr(loading, "DEMO_ENV_FILE", file)
    monkeypatch.setattr(rules, "DEMO_ENV_FILE", file)
    return file


@pytest.mark.parametrize("environment", ["production", "Production ", "test"])
def test_only_development_reads_the_addresses_of_the_demo(demo: Path, environment: str) -> None:
    assert demo in loading.env_files("development")
    assert demo not in loading.env_files(environment)


def test_environment_in_the_dotenv_file_counts_too(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("ENVIRONMENT=production\n")
    monkeypatch.setitem(loading._Where.model_config, "env_file", dotenv)
    assert demo not in loading.env_files()
    dotenv.write_text("PORT=9000\n")
    assert demo in loading.env_files()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_demos_database_is_refused_in_production_however_it_is_spelled(demo: Path, host: str) -> None:
    said = refused(**{**PRODUCTION, "database_url": f"postgresql://tria:s3cret-enough@{host}:54011/orders"})
    assert "DATABASE_URL: is the demo's server" in said
    assert load(**{**PRODUCTION, "database_url": f"postgresql://tria:s3cret-enough@{host}:5432/orders"})


def test_doctor_of_production_never_answers_out_of_the_demo(postgres_url: str, redis_url: str, tmp_path: Path) -> None:
    """As an operator would: the folder of a running demo, ENVIRONMENT=production, no DATABASE_URL."""
    for name in ("bot", "handlers", "jobs", "models", "migrations"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "embedded.env").write_text(f"DATABASE_URL={postgres_url}\nREDIS_URL={redis_url}\n")
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "handlers:create_app", "doctor"],
        capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False,
        env={"PATH": os.defpath, "ENVIRONMENT": "production"},
    )  # fmt: skip
    assert done.returncode != 0
    assert "DATABASE_URL: is required in production" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Orders can be taken" not in done.stdout


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("secret_key", DEVELOPMENT_SECRET, "SECRET_KEY: is the development secret"),
        ("api_token", DEVELOPMENT_SECRET, "API_TOKEN: is the development secret"),
        ("api_token", "x", "API_TOKEN: must have at least 16"),
        ("metrics_token", "fifteen-letters", "METRICS_TOKEN: must have at least 16"),
        ("telegram_webhook_secret", "kurz", "TELEGRAM_WEBHOOK_SECRET: must have at least 16"),
        ("telegram_webhook_secret", "with spaces and more", "TELEGRAM_WEBHOOK_SECRET: Telegram takes"),
        ("database_url", "postgresql://postgres:postgres@db/tria", "DATABASE_URL: needs a password of its own"),
        ("database_url", "postgresql://tria@db/tria", "DATABASE_URL: needs a password of its own"),
        ("redis_url", "redis://cache:6379/0", "REDIS_URL: needs a password"),
        ("redis_url", "rediss://default:@cache:6379/0", "REDIS_URL: needs a password"),
        ("twilio_account_sid", "SK" + "0" * 32, "TWILIO_ACCOUNT_SID: must be AC and 32"),
        ("twilio_account_sid", "AC123", "TWILIO_ACCOUNT_SID: must be AC and 32"),
        ("twilio_auth_token", "short", "TWILIO_AUTH_TOKEN: must be 32"),
        ("twilio_whatsapp_from", "whatsapp:6591234567", "TWILIO_WHATSAPP_FROM: must be a phone number"),
        ("twilio_whatsapp_from", "+6591234567,MG" + "0" * 32, "TWILIO_WHATSAPP_FROM: must be a phone number"),
        ("twilio_content_sid_reopen", "HX12", "TWILIO_CONTENT_SID_REOPEN: must be HX"),
        ("telegram_bot_token", "123456:short", "TELEGRAM_BOT_TOKEN: must be the bot's number"),
        ("public_url", "https://orders.supplier.sg/bot", "PUBLIC_URL: must be scheme and host only"),
        ("public_url", "https://me:pw@orders.supplier.sg", "PUBLIC_URL: must be scheme and host only"),
        ("public_url", "https://orders.supplier.sg:99999", "PUBLIC_URL: is not an address"),
        ("sentry_dsn", "hello", "SENTRY_DSN: is not a DSN"),
        ("sentry_dsn", "https://sentry.io/42", "SENTRY_DSN: is not a DSN"),
        ("sentry_dsn", "https://key@sentry.io/project", "SENTRY_DSN: is not a DSN"),
        ("openai_model", "", "OPENAI_MODEL: "),
        ("postgres_port", "0", "POSTGRES_PORT: "),
        ("prometheus_multiproc_dir", "/srv/metrics", "PROMETHEUS_MULTIPROC_DIR: must be set in the environment"),
        ("llm", "maybe", "LLM: "),
    ],
)
def test_production_refuses_it_by_name_and_not_by_value(name: str, value: str, problem: str) -> None:
    said = refused(**{**PRODUCTION, name: value})
    assert problem in said
    assert not value or len(value) < 5 or value not in said


@pytest.mark.parametrize(
    "values",
    [
        {"twilio_whatsapp_from": "whatsapp:+6591234567, +14155238886"},
        {"telegram_bot_token": "7000000001:AAHk_abcdefghijklmnopqrstuvwxyz-1234", "telegram_webhook_secret": "a" * 16},
        {"sentry_dsn": "https://public@o1.ingest.sentry.io/4505"},
        {"public_url": "https://orders.supplier.sg:8443"},
        {"database_url": "postgresql:///tria?host=/run/postgresql"},
        {"redis_url": "unix:///run/redis.sock"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_production_takes_what_is_right(values: dict[str, Any]) -> None:
    assert load(**{**PRODUCTION, **values}).is_production


def test_no_language_model_is_fine_in_production_when_it_is_said() -> None:
    values = {name: value for name, value in PRODUCTION.items() if name != "openai_api_key"}
    assert "OPENAI_API_KEY: is required in production (or say LLM=off)" in refused(**values)
    assert load(**values, llm="OFF").llm is LLM.OFF


@pytest.mark.parametrize("password", ["p@ss/w", "a:b#c?d", "100%", "p%40ss", "plain"])
def test_any_password_reaches_the_servers_as_it_was_typed(password: str) -> None:
    parts = load(postgres_user="tria", postgres_password=password, postgres_db="orders", postgres_host="db", redis_host="r", redis_password=password)  # fmt: skip
    assert make_url(parts.database_url).host == "db"
    assert make_url(parts.database_url).password == password
    assert (
        redis.Redis.from_url(parts.redis_url.get_secret_value()).connection_pool.connection_kwargs["password"]
        == password
    )


@pytest.mark.parametrize(("typed", "password"), [("p@ss/w", "p@ss/w"), ("p%40ss%2Fw", "p@ss/w"), ("a:b", "a:b")])
def test_a_password_inside_an_address_is_taken_as_it_was_typed(typed: str, password: str) -> None:
    settings = load(database_url=f"postgresql://tria:{typed}@db:5433/orders?sslmode=require", redis_url=f"redis://:{typed}@cache/1")  # fmt: skip
    url = make_url(settings.database_url)
    assert (url.username, url.password, url.host, url.port, url.database) == ("tria", password, "db", 5433, "orders")
    as_libpq = psycopg2.extensions.parse_dsn(settings.database_url.replace("+psycopg2", ""))
    assert (as_libpq["password"], as_libpq["host"], as_libpq["sslmode"]) == (password, "db", "require")
    arguments = redis.Redis.from_url(settings.redis_url.get_secret_value()).connection_pool.connection_kwargs
    assert (arguments["password"], arguments["host"]) == (password, "cache")


@pytest.mark.parametrize("given", ["postgres_user", "postgres_password", "postgres_db"])
def test_a_part_of_the_database_alone_names_the_parts_that_lack(given: str) -> None:
    said = refused(**{given: "value"})
    for name in {"postgres_user", "postgres_password", "postgres_db"} - {given}:
        assert f"{name.upper()}: missing, {given.upper()} is set" in said
    assert load(**{given: "value"}, database_url="postgresql://u:p@h/d")


def test_no_form_of_the_settings_shows_a_secret() -> None:
    settings = load(**{**PRODUCTION, "database_url": "postgresql://tria:hunter2hunter2@db/tria"})
    for shown in (repr(settings), str(settings), f"{settings!r}", repr({"settings": settings})):
        for secret in ("hunter2hunter2", "s3cret", "k" * 32, "t" * 32, "f" * 32, "sk-proj"):
            assert secret not in shown
        assert "postgresql+psycopg2://tria:***@db/tria" in shown


def test_passwords_in_addresses_are_masked_in_logs_in_both_spellings() -> None:
    values = secret_values(load(database_url="postgresql://tria:p@ss/word@db/tria"))
    assert "p@ss/word" in values
