"""`flask db ...`: bring the schema to this code's revision, and say exactly where the two differ."""

from __future__ import annotations

import click

from handlers.cli.command import FAILED, command, console, json_option, print_json
from handlers.current import current_runtime
from jobs.upkeep.tax_rates import first_rate
from models import schema

group = click.Group("db", help="The database's schema.")


@command(group, "upgrade", example="flask db upgrade")
def upgrade() -> None:
    """Migrate to the newest revision; a second run changes nothing, two at once wait for each other."""
    runtime = current_runtime()
    schema.upgrade(runtime.settings.database_url)
    with runtime.engine.begin() as connection:
        first_rate(connection, runtime.settings.tax_rate)
        revision = schema.current_revision(connection)
    click.echo(f"schema is at revision {revision}")


@command(group, "current", example="flask db current --json")
@json_option
def current(as_json: bool) -> None:
    """Show the database's revision and the one this code needs."""
    with current_runtime().engine.connect() as connection:
        found = {"current": schema.current_revision(connection), "head": schema.head_revision()}
    if as_json:
        print_json(found)
    else:
        click.echo(f"database {found['current'] or 'has no schema'}, code {found['head']}")


@command(group, "check", example="flask db check && echo deploy")
@json_option
@click.pass_context
def check(context: click.Context, as_json: bool) -> None:
    """Exit 1 and name every difference unless the schema is this code's, column by column."""
    found = schema.problems(current_runtime().engine, thorough=True)
    if as_json:
        print_json({"ok": not found, "problems": found})
    else:
        console().print("\n".join(found) or "the schema is the one this code was written for")
    context.exit(FAILED if found else 0)
