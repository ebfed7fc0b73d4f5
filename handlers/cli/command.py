"""What every command has in common: an example in its help, exit code 0 done, 1 failed, 2 bad usage, logs on stderr."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, time
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.errors import BadInputError, TriaError
from bot.settings import Settings
from bot.telemetry import configure_logging, error_words
from handlers.cli.tables import console, in_words, local_time, print_found, print_json, print_table
from handlers.current import current_runtime
from models.schema import MigrationError
from models.sqlstate import connection_problem

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FAILED, BAD_USAGE = 1, 2
__all__ = [
    "BAD_USAGE", "FAILED", "bring_in", "command", "console", "day_of", "import_options", "in_words", "json_option", "limit_option",
    "local_time", "no_such", "print_found", "print_json", "print_table", "since",
]  # fmt: skip

Function = TypeVar("Function", bound=Callable[..., Any])
Imported = TypeVar("Imported", bound="DataclassInstance")


class Command(click.Command):
    """A command with an example. What the user gave wrong exits 2, what failed on our side exits 1, in one sentence."""

    def __init__(self, *args: Any, example: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example = example

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        formatter.write_text("Example:")
        with formatter.indentation():
            for line in self.example.splitlines():
                formatter.write_text(line)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BadInputError as error:
            raise BadUsage(str(error)) from error
        except (TriaError, MigrationError) as error:
            raise Failed(str(error)) from error
        except OperationalError as error:
            raise Failed(f"PostgreSQL: {connection_problem(error)}") from error
        except SQLAlchemyError as error:
            raise Failed(error_words(error)) from error
        except Exception as error:
            if not _is_of_redis(error):
                raise
            raise Failed(error_words(error)) from error


def _is_of_redis(error: Exception) -> bool:
    """Asked without importing Redis' library: only what has talked to Redis can have raised its errors."""
    library = sys.modules.get("redis.exceptions")
    return library is not None and isinstance(error, library.RedisError)


class BadUsage(click.ClickException):
    exit_code = BAD_USAGE


class Failed(click.ClickException):
    exit_code = FAILED


def command(group: click.Group | None, name: str, *, example: str) -> Callable[[Function], Command]:
    """Declares a command of `group` (or a top-level one) that runs inside the app, its logs on stderr."""

    def declare(function: Function) -> Command:
        made = click.command(name, cls=Command, example=example)(with_appcontext(_quiet(function)))
        if group is not None:
            group.add_command(made)
        return made

    return declare


def _quiet(function: Function) -> Function:
    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        settings: Settings = current_runtime().settings
        configure_logging(settings, stream="stderr")
        if not current_app.testing and settings.log_level == "INFO":
            logging.getLogger().setLevel(logging.WARNING)
        return function(*args, **kwargs)

    return run  # type: ignore[return-value]


def json_option(function: Function) -> Function:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")(function)


def limit_option(function: Function) -> Function:
    return click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="So many at most.")(
        function
    )


def no_such(what: str, given: object) -> BadInputError:
    """What every command says of an id, number or code that nobody has; exit code 2, as all that was given wrong."""
    return BadInputError(f"there is no {what} {str(given)[:40]}")


def import_options(function: Function) -> Function:
    """The file, `--dry-run` and `--json` of everything that is brought in out of a CSV file."""
    function = json_option(click.option("--dry-run", is_flag=True, help="Read and compare, write nothing.")(function))
    return click.argument("file", type=click.Path(path_type=Path, dir_okay=False))(function)


def bring_in(
    load: Callable[[Connection], Imported], words: Callable[[Imported], str], *, dry_run: bool, as_json: bool
) -> None:
    """Runs `load` in one transaction, undone after a dry run, and prints what it did: a sentence, or its fields as JSON."""
    with current_runtime().engine.connect() as connection, connection.begin() as transaction:
        done = load(connection)
        if dry_run:
            transaction.rollback()
    if as_json:
        print_json({**asdict(done), "dry_run": dry_run})
    else:
        click.echo(f"{words(done)} (dry run: nothing was written)" if dry_run else words(done))


def since(text: str | None, settings: Settings) -> datetime | None:
    """`2026-11-22` (a local day's start) or an ISO time, local unless it has an offset. Raises BadInputError."""
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInputError(
            f"--since {text[:40]!r} is not a day like 2026-11-22 or a time like 2026-11-22T08:00"
        ) from error
    return instant if instant.tzinfo else instant.replace(tzinfo=settings.zone)


def day_of(text: str | None, settings: Settings) -> tuple[datetime, datetime] | None:
    """Start and end of a local day. Raises BadInputError."""
    start = since(text, settings)
    if start is None:
        return None
    local = start.astimezone(settings.zone).date()
    return datetime.combine(local, time.min, settings.zone), datetime.combine(local, time.max, settings.zone)
