"""What must be so before the first customer writes: settings, servers, backups, people and the way in, each asked of what runs.

Only `flask doctor --staging` asks these: some go over the network, some read whole files.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import requests
from sqlalchemy import text

from bot.metrics_folder import VARIABLE
from bot.runtime import Runtime
from bot.settings import DEVELOPMENT_SECRET, ROOT, Settings
from bot.settings.addresses import password_of, server_of
from handlers.checks.check import Severity, Verdict
from jobs.access.users import users
from jobs.backup import shelf
from jobs.reads.ledger import verify_ledger
from jobs.upkeep.audit_chain import verify
from jobs.upkeep.certificate import ends_at
from models.user import Role

TIMEOUT_S = 8.0
BACKUP_LIMIT_S = 26 * 3600
"""A nightly backup may be two hours late."""
LEAST_CORES, LEAST_MEMORY, LEAST_DISK, LEAST_FILES = 2, 3_500_000_000, 20_000_000_000, 1024
LEAST_POSTGRES, LEAST_CONNECTIONS, LEAST_REDIS = 150_000, 60, (6, 2)
CLOCKS_APART_S = 2.0
SECRETS = ("secret_key", "api_token", "metrics_token", "telegram_webhook_secret", "twilio_auth_token")
LEAST_DAYS = 14
DEMO_USER = "demo"

Question = Callable[[Runtime], str]
"""What is wrong, in words; nothing when all is well."""


def must(question: Question) -> Callable[[Runtime], Verdict]:
    """A check that fails with the words of its question."""

    def check(runtime: Runtime) -> Verdict:
        words = question(runtime)
        return Verdict(Severity.UNHEALTHY, words) if words else Verdict()

    return check


def of_settings(holds: Callable[[Settings], Any], words: str) -> Callable[[Runtime], Verdict]:
    return must(lambda runtime: "" if holds(runtime.settings) else words)


def secrets_differ(settings: Settings) -> bool:
    known = [value for name in SECRETS if (value := getattr(settings, name).get_secret_value())]
    return len(set(known)) == len(known) and DEVELOPMENT_SECRET not in known


def database_password(settings: Settings) -> bool:
    host, _ = server_of(settings.database_url)
    return not host or len(password_of(settings.database_url)) >= 12


def redis_password(settings: Settings) -> bool:
    url = settings.redis_url.get_secret_value()
    return not server_of(url)[0] or len(password_of(url)) >= 12


def postgres_says(sql: str, holds: Callable[[str], bool], words: str) -> Callable[[Runtime], Verdict]:
    """Asks one value; `words` may show it as `{}`."""

    def question(runtime: Runtime) -> str:
        with runtime.engine.connect() as connection:
            found = str(connection.execute(text(sql)).scalar_one())
        return "" if holds(found) else words.format(found)

    return must(question)


def postgres_clock(runtime: Runtime) -> str:
    with runtime.engine.connect() as connection:
        theirs = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    apart = abs((runtime.clock() - theirs).total_seconds())
    return f"PostgreSQL's clock is {apart:.0f} s from ours" if apart > CLOCKS_APART_S else ""


def redis_version(runtime: Runtime) -> str:
    found = str(runtime.redis.info("server").get("redis_version", "0"))
    return "" if tuple(map(int, found.split(".")[:2])) >= LEAST_REDIS else f"it is version {found}"


def backup_is_fresh(runtime: Runtime) -> str:
    found = shelf.backups(runtime.settings.backup_dir)
    if not found:
        return "there is none"
    age_s = (runtime.clock() - found[0].taken_at).total_seconds()
    return f"the newest is {age_s / 3600:.0f} h old" if age_s > BACKUP_LIMIT_S else ""


def backup_is_whole(runtime: Runtime) -> str:
    found = shelf.backups(runtime.settings.backup_dir)
    return "; ".join(shelf.damaged(found[0])) if found else "there is none"


def backups_lie_elsewhere(runtime: Runtime) -> Verdict:
    folder: Path = runtime.settings.backup_dir
    same = folder.exists() and folder.stat().st_dev == ROOT.stat().st_dev
    words = "backups lie on the disk of the product itself: with it they are gone too"
    return Verdict(Severity.DEGRADED, words) if same else Verdict()


def somebody_may_administer(runtime: Runtime) -> str:
    with runtime.engine.connect() as connection:
        found = [user for user in users(connection) if user.role == Role.ADMIN and not user.disabled]
    return "" if found else "nobody has the role admin"


def no_demo_login(runtime: Runtime) -> str:
    with runtime.engine.connect() as connection:
        found = [user.name for user in users(connection) if user.name == DEMO_USER and not user.disabled]
    return "the demo's login is open, and its password is printed in the README" if found else ""


def ledger_adds_up(runtime: Runtime) -> str:
    with runtime.engine.connect() as connection:
        found = verify_ledger(connection, None)
    return "" if found["ok"] else f"{len(found['missing'])} messages are unaccounted for"


def audit_is_whole(runtime: Runtime) -> str:
    with runtime.engine.connect() as connection:
        return "; ".join(verify(connection).problems[:3])


def cores(_runtime: Runtime) -> str:
    found = psutil.cpu_count() or 1
    return "" if found >= LEAST_CORES else f"there is {found}"


def memory(_runtime: Runtime) -> str:
    found = psutil.virtual_memory().total
    return "" if found >= LEAST_MEMORY else f"there are {found / 1e9:.1f} GB"


def disk(_runtime: Runtime) -> str:
    found = psutil.disk_usage(str(ROOT)).total
    return "" if found >= LEAST_DISK else f"there are {found / 1e9:.0f} GB"


def open_files(_runtime: Runtime) -> str:
    found = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return "" if found >= LEAST_FILES or found < 0 else f"the limit is {found}"


def no_root(_runtime: Runtime) -> str:
    return "" if os.geteuid() else "this runs as root"


def settings_are_private(_runtime: Runtime) -> str:
    named = Path(os.environ.get("TRIA_ENV", ROOT / ".env"))
    return f"{named} can be read by everybody" if named.exists() and named.stat().st_mode & 0o007 else ""


def counted_together(_runtime: Runtime) -> str:
    return "" if os.environ.get(VARIABLE) else f"{VARIABLE} is not set: each process counts for itself"


def answers(path: str, wanted: int, words: str, **headers: str) -> Callable[[Runtime], Verdict]:
    """What the world gets at PUBLIC_URL; never with a secret of ours."""

    def question(runtime: Runtime) -> str:
        found = _asked(runtime.settings.public_url + path, **headers)
        return (
            found if isinstance(found, str) else "" if found.status_code == wanted else words.format(found.status_code)
        )

    return must(question)


def https_is_kept(runtime: Runtime) -> str:
    found = _asked(runtime.settings.public_url + "/health")
    if isinstance(found, str):
        return found
    return "" if "Strict-Transport-Security" in found.headers else "the answer has no Strict-Transport-Security"


def http_leads_to_https(runtime: Runtime) -> str:
    found = _asked(runtime.settings.public_url.replace("https://", "http://", 1) + "/health")
    if isinstance(found, str):
        return ""  # nobody listens there, which is as good
    where = found.headers.get("Location", "")
    return (
        "" if found.is_redirect and where.startswith("https://") else f"plain http is answered with {found.status_code}"
    )


def certificate(runtime: Runtime) -> str:
    """Where there is one: that there has to be is another checkpoint's matter."""
    address = urlsplit(runtime.settings.public_url)
    if address.scheme != "https" or not address.hostname:
        return ""
    try:
        left = ends_at(address.hostname, address.port or 443) - runtime.clock()
    except (OSError, ValueError) as error:
        return f"it cannot be read: {type(error).__name__}"
    return "" if left.days >= LEAST_DAYS else f"it ends in {left.days} days"


def _asked(url: str, **headers: str) -> requests.Response | str:
    try:
        return requests.get(url, headers=headers, timeout=TIMEOUT_S, allow_redirects=False)
    except requests.RequestException as error:
        return f"PUBLIC_URL cannot be reached: {type(error).__name__}"
