"""`flask ledger verify`: nothing was lost, and here are the sums."""

from __future__ import annotations

from typing import Any

import click

from handlers.cli.command import FAILED, command, day_of, json_option, print_json, print_table
from handlers.current import current_runtime
from jobs.reads.ledger import verify_ledger

group = click.Group("ledger", help="The ledger of messages.")


@command(group, "verify", example="flask ledger verify --day 2026-11-22")
@click.option("--day", "day_text", metavar="DAY", help="Only messages that reached us on this local day.")
@json_option
@click.pass_context
def verify(context: click.Context, day_text: str | None, as_json: bool) -> None:
    """Every accepted message ended in exactly one way; exit 1 when the sums do not say so."""
    runtime = current_runtime()
    with runtime.engine.connect() as connection:
        result = verify_ledger(connection, day_of(day_text, runtime.settings))
    if as_json:
        print_json(result)
    else:
        _print(result)
    context.exit(0 if result["ok"] else FAILED)


def _print(result: dict[str, Any]) -> None:
    rows = [*result["final"].items(), ("open", result["open"]), ("received", result["received"])]
    print_table("inbound messages", ("ended as", "messages"), rows)
    if result["missing"]:
        missing = [(m["message_id"], m["provider_id"], m["problem"]) for m in result["missing"]]
        print_table("missing", ("message", "provider's id", "problem"), missing)
    click.echo("the ledger adds up" if result["ok"] else "the ledger does NOT add up")
