"""The checkpoints of `flask doctor --staging`, beside those of every doctor, each with what to do about it."""

from __future__ import annotations

from handlers.checks import containers, staging
from handlers.checks.check import Check, Severity
from handlers.checks.staging import answers, must, of_settings, postgres_says

_SETTINGS = (
    Check("environment", "settings", of_settings(lambda s: s.is_production, "it is not production"), "set ENVIRONMENT=production"),
    Check("public_url", "settings", of_settings(lambda s: s.public_url.startswith("https://"), "it is not https"), "set PUBLIC_URL"),
    Check("secrets", "settings", of_settings(staging.secrets_differ, "two are the same, or well known"), "give each secret a value of its own"),
    Check("metrics_token", "settings", of_settings(lambda s: s.metrics_token.get_secret_value(), "/metrics is open"), "set METRICS_TOKEN"),
    Check("proxies", "settings", of_settings(lambda s: s.trusted_proxies, "the proxy in front is not believed"), "set TRUSTED_PROXIES=1"),
    Check("debug", "settings", of_settings(lambda s: not s.debug, "it is on"), "set DEBUG=false"),
    Check("log_level", "settings", of_settings(lambda s: s.log_level != "DEBUG", "it is DEBUG"), "set LOG_LEVEL=INFO"),
    Check("notify", "settings", of_settings(lambda s: s.escalation_notify, "nobody hears of an escalation"), "set ESCALATION_NOTIFY"),
    Check("settings_file", "settings", must(staging.settings_are_private), "chmod 640 the file"),
    Check("account", "settings", must(staging.no_root), "run the processes as an account of their own"),
    Check("metrics_folder", "settings", must(staging.counted_together), "set PROMETHEUS_MULTIPROC_DIR in the environment"),
)  # fmt: skip
_SERVERS = (
    Check("postgres_version", "servers", postgres_says("SHOW server_version_num", lambda v: int(v) >= staging.LEAST_POSTGRES, "it is {}"), "use PostgreSQL 15 or later"),
    Check("postgres_connections", "servers", postgres_says("SHOW max_connections", lambda v: int(v) >= staging.LEAST_CONNECTIONS, "only {}"), "raise max_connections"),
    Check("postgres_fsync", "servers", postgres_says("SHOW fsync", "on".__eq__, "it is {}"), "set fsync = on"),
    Check("postgres_full_page_writes", "servers", postgres_says("SHOW full_page_writes", "on".__eq__, "it is {}"), "set full_page_writes = on"),
    Check("postgres_commit", "servers", postgres_says("SHOW synchronous_commit", "off".__ne__, "it is {}"), "set synchronous_commit = on"),
    Check("postgres_writes", "servers", postgres_says("SHOW default_transaction_read_only", "off".__eq__, "only reading is allowed"), "ALTER DATABASE ... RESET default_transaction_read_only"),
    Check("postgres_role", "servers", postgres_says("SELECT rolsuper FROM pg_roles WHERE rolname = current_user", "False".__eq__, "it is a superuser"), "use a role of its own"),
    Check("postgres_password", "servers", of_settings(staging.database_password, "it has fewer than 12 characters"), "choose a longer one"),
    Check("postgres_clock", "servers", must(staging.postgres_clock), "let both machines keep time (chrony)"),
    Check("redis_version", "servers", must(staging.redis_version), "use Redis 6.2 or later", needs="redis"),
    Check("redis_password", "servers", of_settings(staging.redis_password, "it has fewer than 12 characters"), "choose a longer one"),
)  # fmt: skip
_BACKUPS = (
    Check("backup_fresh", "backups", must(staging.backup_is_fresh), "run `flask backup create`; enable tria-backup.timer"),
    Check("backup_whole", "backups", must(staging.backup_is_whole), "run `flask backup create`"),
    Check("backup_sealed", "backups", of_settings(lambda s: s.backup_key.get_secret_value(), "backups can be read by whoever finds them"), "run `flask backup new-key`, set BACKUP_KEY"),
    Check("backup_ping", "backups", of_settings(lambda s: s.backup_ping_url.get_secret_value(), "nobody would miss a backup"), "set BACKUP_PING_URL"),
    Check("backup_elsewhere", "backups", staging.backups_lie_elsewhere, "set BACKUP_DIR to another disk", Severity.DEGRADED),
)  # fmt: skip
_PEOPLE = (
    Check("administrator", "people", must(staging.somebody_may_administer), "run `flask users add NAME --role admin`"),
    Check("demo_login", "people", must(staging.no_demo_login), "run `flask users disable demo`"),
)
_RECORD = (
    Check("ledger", "record", must(staging.ledger_adds_up), "run `flask ledger verify`", needs="schema"),
    Check("audit", "record", must(staging.audit_is_whole), "run `flask audit verify`", needs="schema"),
)
_HOST = (
    Check("cores", "host", must(staging.cores), "use a machine with two cores"),
    Check("memory_size", "host", must(staging.memory), "use a machine with 4 GB"),
    Check("disk_size", "host", must(staging.disk), "use a disk of 20 GB"),
    Check(
        "docker",
        "host",
        must(containers.new_enough),
        "install Docker 20.10 or later with Compose 2; a plain host needs neither",
    ),
    Check("open_files", "host", must(staging.open_files), "raise the limit of open files to 1024"),
)
_WAY_IN = (
    Check("alive", "way in", answers("/health", 200, "answers {}"), "look at the proxy and at the web processes"),
    Check("certificate", "way in", must(staging.certificate), "let the proxy renew it"),
    Check("hsts", "way in", must(staging.https_is_kept), "let the proxy pass our headers on"),
    Check("http", "way in", must(staging.http_leads_to_https), "redirect http to https at the proxy"),
    Check("console_closed", "way in", answers("/console", 303, "answers {} to a stranger"), "update: it is no longer ours"),
    Check("api_closed", "way in", answers("/api/v1/messages/unread", 401, "answers {} to a stranger"), "set API_TOKEN"),
    Check("diagnostics_closed", "way in", answers("/api/v1/health/diagnostics", 401, "answers {} to a stranger"), "set API_TOKEN"),
    Check("metrics_closed", "way in", answers("/metrics", 401, "answers {} to a stranger"), "set METRICS_TOKEN"),
    Check("simulator_gone", "way in", answers("/simulator", 404, "answers {}"), "set ENVIRONMENT=production"),
)  # fmt: skip

STAGING = (*_SETTINGS, *_SERVERS, *_BACKUPS, *_PEOPLE, *_RECORD, *_HOST, *_WAY_IN)
