"""`flask db ...`: bring the schema to this code's revision, and say exactly where the two differ."""

from __future__ import annotations

import click

from handlers.cli.command import FAILED, command, console, json_option, print_found, print_json
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


@command(group, "downgrade", example="flask db downgrade 0017 --yes")
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Do not ask: what only the newer columns and tables hold is gone then.")
def downgrade(revision: str, yes: bool) -> None:
    """Take the schema back to an older revision, for a roll-back to the code that needs it. Make a backup first."""
    runtime = current_runtime()
    if not yes:
        click.confirm(f"What only revisions after {revision} hold will be gone. Go back?", abort=True)
    schema.downgrade(runtime.settings.database_url, revision)
    with runtime.engine.connect() as connection:
        click.echo(f"schema is at revision {schema.current_revision(connection)}")


@command(group, "list", example="flask db list --json")
@json_option
def list_migrations(as_json: bool) -> None:
    """Every revision, oldest first, and whether this database has it."""
    with current_runtime().engine.connect() as connection:
        current = schema.current_revision(connection)
    known = schema.revisions()
    applied = known.index(current) if current in known else -1
    found = [{"revision": name, "applied": number <= applied} for number, name in enumerate(known)]
    rows = [(each["revision"], "applied" if each["applied"] else "pending") for each in found]
    print_found(found, f"{len(found)} revisions", ("revision", "state"), rows, as_json=as_json)
