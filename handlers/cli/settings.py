"""`flask settings`: what is set, with secrets masked; and the generated reference files."""

from __future__ import annotations

import click

from bot.settings_reference import env_example, markdown, masked_settings
from handlers.cli.command import command, print_json, print_table
from handlers.current import current_runtime


@command(None, "settings", example="flask settings\nflask settings --format env > .env.example")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["table", "json", "env", "markdown", "commands"]),
    default="table",
    show_default=True,
    help="table and json show what is set here; env and markdown are the reference, commands that of the commands.",
)
def command_settings(kind: str) -> None:
    """Show the settings of this process (never a secret's value), or write the reference of all settings."""
    if kind == "env":
        click.echo(env_example(), nl=False)
    elif kind == "markdown":
        click.echo(markdown(), nl=False)
    elif kind == "commands":
        from handlers.cli.reference import markdown as commands

        click.echo(commands(), nl=False)
    elif kind == "json":
        print_json(masked_settings(current_runtime().settings))
    else:
        print_table("settings", ("name", "value"), list(masked_settings(current_runtime().settings).items()))
