"""Logging as a process has it, and passwords that cost little."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from bot.identity import passwords
from bot.settings import load_settings
from bot.telemetry import configure_logging


@pytest.fixture(autouse=True)
def _process_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configure_logging(load_settings(_env_file=None))
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def cheap_hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def _cheap_passwords(cheap_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hundreds of sign-ins, each of which would cost what a guess must cost (tests/bot/identity/test_passwords.py)."""
    monkeypatch.setattr(passwords, "_hasher", lambda: cheap_hasher)
    passwords._of_nobody.cache_clear()
    yield
    passwords._of_nobody.cache_clear()
