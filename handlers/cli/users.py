"""`flask users ...`: who may open the console."""

from __future__ import annotations

import secrets
import sys
from dataclasses import asdict

import click

from bot.errors import BadInputError
from handlers.cli.actor import actor_option
from handlers.cli.command import command, json_option, local_time, print_found
from handlers.current import current_runtime
from jobs.access import second_factor
from jobs.access.users import add_user, disable, users
from models.user import Role

DEMO_NAME, DEMO_PASSWORD = "demo", "demo-password"
"""Of a development machine's console, whose address nobody else reaches; `make run` prints them."""
group = click.Group("users", help="The people who may open the console.")


@command(group, "add", example="flask users add mei --role ops --password-stdin < secret.txt")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="What they may do.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the input; without it one is made.")
@click.option("--renew", is_flag=True, help="Give a user who is there this role and password.")
@actor_option
def add(name: str, role: str, password_stdin: bool, renew: bool, actor: str) -> None:
    """Let somebody into the console. A password that is made here is printed once."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(12)
    with current_runtime().engine.begin() as connection:
        add_user(connection, name, Role(role), password, actor=actor, renew=renew)
    click.echo(f"{name} may sign in as {role}" + ("" if password_stdin else f", with the password {password}"))


@command(group, "demo", example="flask users demo")
def demo() -> None:
    """Make the login that `make run` prints, or put it back; refused in production."""
    runtime = current_runtime()
    if runtime.settings.is_production:
        raise BadInputError("production has no demo login: `flask users add NAME --role ROLE`")
    with runtime.engine.begin() as connection:
        add_user(connection, DEMO_NAME, Role.ADMIN, DEMO_PASSWORD, actor="make run", renew=True)
    click.echo(f"{DEMO_NAME} may sign in as admin, with the password {DEMO_PASSWORD}")


@command(group, "list", example="flask users list --json")
@json_option
def list_users(as_json: bool) -> None:
    """Everybody who may or might sign in, and when they last did."""
    with current_runtime().engine.connect() as connection:
        found = users(connection)
    rows = [(user.name, user.role, _state(user.disabled, user.locked), local_time(user.signed_in_at)) for user in found]
    print_found(
        [asdict(user) for user in found],
        f"{len(rows)} users",
        ("name", "role", "state", "last sign-in"),
        rows,
        as_json=as_json,
    )


@command(group, "disable", example="flask users disable mei")
@click.argument("name")
@actor_option
def disable_user(name: str, actor: str) -> None:
    """Shut a user out at once, in every browser."""
    with current_runtime().engine.begin() as connection:
        disable(connection, name, actor=actor)
    click.echo(f"{name} cannot sign in any more")


@command(group, "remove-code", example="flask users remove-code mei")
@click.argument("name")
@actor_option
def remove_code(name: str, actor: str) -> None:
    """Take the second factor from a user whose phone is lost; they are signed out everywhere."""
    with current_runtime().engine.begin() as connection:
        second_factor.remove(connection, name, actor=actor)
    click.echo(f"{name} signs in with the password alone now")


def _state(disabled: bool, locked: bool | None) -> str:
    return "disabled" if disabled else "locked for a while" if locked else "active"
