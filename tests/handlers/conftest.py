"""Logging as a process has it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

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
