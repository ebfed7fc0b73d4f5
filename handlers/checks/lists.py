"""Which checks there are, in the order of what depends on what, each with what to do about it."""

from __future__ import annotations

from bot.channels.registry import customer_channels
from handlers.checks import code, knowledge, machine, online, outside, storage, trade, work
from handlers.checks.check import Check, Severity
from jobs.upkeep import connection_fit, tax_rates

DATABASE = Check("database", "storage", storage.database, "start PostgreSQL and check DATABASE_URL")
CONNECTIONS = Check("connections", "storage", storage.connections_are_ours, connection_fit.CURE, needs="database")
SCHEMA = Check("schema", "storage", storage.schema_is_current, "run `flask db upgrade`", needs="database")
DRIFT = Check(
    "schema",
    "storage",
    storage.schema_has_no_drift,
    "run `flask db upgrade`; `flask db check` names it all",
    needs="database",
)
REDIS = Check("redis", "storage", storage.redis_answers, "start Redis and check REDIS_URL and REDIS_PASSWORD")
REDIS_KEEPS = Check(
    "redis_settings",
    "storage",
    storage.redis_keeps_rings,
    "set maxmemory-policy noeviction and appendonly yes",
    Severity.DEGRADED,
    needs="redis",
)

_WORK = (
    Check("worker", "work", work.heartbeat_of("worker"), "start `python -m jobs.worker`", needs="schema"),
    Check("sweeper", "work", work.heartbeat_of("sweeper"), "start `python -m jobs.sweep`", needs="schema"),
    Check(
        "synthetic_order",
        "work",
        work.synthetic_order,
        "read the worker's log for the step that is named",
        needs="schema",
    ),
    Check("processes", "work", work.processes, "read the log of the process that is named", Severity.DEGRADED),
    Check("unanswered", "work", work.unanswered, "start more workers; look at `flask failed list`", needs="schema"),
    Check(
        "unsent",
        "work",
        work.unsent,
        "look at `flask failed list`; is the provider down?",
        Severity.DEGRADED,
        needs="schema",
    ),
    Check(
        "failures",
        "work",
        work.failures,
        "look at `flask failed list`, then `flask replay`",
        Severity.DEGRADED,
        needs="schema",
    ),
    Check(
        "escalations",
        "work",
        work.escalations,
        "look at `flask escalations list`",
        Severity.DEGRADED,
        needs="schema",
    ),
)
_TRADE = (
    Check("catalog", "trade", trade.catalog, "run `flask catalog import data/catalog.csv`", needs="schema"),
    Check("outlets", "trade", trade.outlets, "run `flask outlets import data/outlets.csv`", needs="schema"),
    Check("tax_rate", "trade", trade.tax_rate, tax_rates.CURE, Severity.DEGRADED, needs="schema"),
    Check("replies", "trade", trade.replies, "mend the sentence in bot/replies"),
)
_MACHINE = (
    Check("disk", "machine", machine.disk, "make room on the disk"),
    Check("memory", "machine", machine.memory, "find what eats the memory"),
    Check("cpu", "machine", machine.cpu, "add a machine or find what is busy", Severity.DEGRADED),
)
_OUTSIDE = (
    *(outside.provider_of(spec) for spec in customer_channels()),
    Check("escalation_notify", "outside", outside.escalation_notify, "set ESCALATION_NOTIFY", Severity.DEGRADED),
    Check("documents", "outside", knowledge.documents, "run `flask knowledge build`; is Chroma up?", Severity.DEGRADED),
    Check("documents_folder", "outside", knowledge.persist_dir, "set CHROMA_PERSIST_DIR", Severity.DEGRADED),
    Check("openai", "outside", outside.openai, "set OPENAI_API_KEY", Severity.DEGRADED),
    Check(
        "xero",
        "outside",
        outside.xero,
        "run `flask xero check`, then `flask failed list --kind invoice`",
        Severity.DEGRADED,
        needs="schema",
    ),
)
_CODE = (
    Check("python", "code", code.python, "use Python 3.11 or later"),
    Check("imports", "code", code.imports, "mend the module that is named"),
    Check("sentry", "code", outside.sentry, "set SENTRY_DSN", Severity.DEGRADED),
)

READINESS = (DATABASE, SCHEMA, REDIS, *_WORK, *_TRADE, *_MACHINE, *_OUTSIDE)
DOCTOR = (*_CODE, DATABASE, CONNECTIONS, DRIFT, REDIS, REDIS_KEEPS, *_WORK, *_TRADE, *_MACHINE, *_OUTSIDE)
ONLINE = (
    Check("twilio_account", "online", online.twilio_account, "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"),
    Check(
        "twilio_webhook", "online", online.twilio_webhook, "set it in Twilio's console (README)", needs="twilio_account"
    ),
    Check("telegram_bot", "online", online.telegram_bot, "check TELEGRAM_BOT_TOKEN"),
    Check(
        "telegram_webhook", "online", online.telegram_webhook, "run `flask telegram set-webhook`", needs="telegram_bot"
    ),
    Check(
        "openai_key",
        "online",
        online.openai,
        "check OPENAI_API_KEY and OPENAI_MODEL, or say LLM=off",
        Severity.DEGRADED,
    ),
    Check("traces", "online", online.traces, "check OTEL_EXPORTER_OTLP_ENDPOINT", Severity.DEGRADED),
)
"""Calls to the providers: only when asked for."""
