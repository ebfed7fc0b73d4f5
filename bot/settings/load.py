"""Reads the settings once, completes them and refuses what cannot work, with every problem in one list."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import StartupRefused
from bot.settings import defaults
from bot.settings.fields import DEMO_ENV_FILE, ENV_FILE, Environment, Settings
from bot.settings.problems import problems_of, problems_of_parts

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


class _Where(BaseSettings):
    """The one setting that decides which files are read."""

    model_config = SettingsConfigDict(env_file=ENV_FILE, extra="ignore")
    environment: str = Environment.DEVELOPMENT


def env_files(environment: str | None = None) -> tuple[Path, ...]:
    """Where settings are read from besides the environment, the last one first in rank.

    Only development finds the servers of `make run` by itself: an operator of production in the same folder must never
    be answered out of the demo's database.
    """
    named = environment or _Where().environment
    return (DEMO_ENV_FILE, ENV_FILE) if named.strip().lower() == Environment.DEVELOPMENT else (ENV_FILE,)


def _in_words(problem: ErrorDetails) -> str:
    """What is wrong with one setting; an example instead of a pattern."""
    field = Settings.model_fields.get(str(problem["loc"][0]))
    if problem["type"] == "string_pattern_mismatch" and field is not None and field.examples:
        return f"must be such as {' or '.join(map(str, field.examples))}"
    return problem["msg"].removeprefix("Value error, ")


def load_settings(**overrides: Any) -> Settings:
    """Read, check and complete the settings.

    `overrides` outrank the environment (tests pass `_env_file=None`).
    Raises StartupRefused naming every problem at once.
    """
    given = {"_env_file": env_files(overrides.get("environment"))} | overrides
    try:
        settings, problems = Settings(**given), []
    except ValidationError as error:
        bad = {str(item["loc"][0]): _in_words(item) for item in error.errors(include_input=False)}
        problems = [f"{name.upper()}: {message}" for name, message in bad.items()]
        good = {name: Settings.model_fields[name].default for name in bad if name in Settings.model_fields}
        settings = Settings(**{**given, **good})
    problems += problems_of_parts(settings)
    settings = settings.model_copy(update=defaults.composed(settings))
    problems += problems_of(settings)
    if problems:
        raise StartupRefused("Settings are not usable:\n  " + "\n  ".join(problems))
    if not settings.is_production:
        settings = settings.model_copy(update=defaults.development(settings))
    return settings.model_copy(update=defaults.of_providers(settings))


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The process's settings, read once."""
    return load_settings()
