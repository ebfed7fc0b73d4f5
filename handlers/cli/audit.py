"""`flask audit ...`: who did what, and whether anybody changed what is written about it."""

from __future__ import annotations

import click

from handlers.cli.command import Failed, command, json_option, limit_option, local_time, print_json, print_table
from handlers.current import current_runtime
from jobs.reads.audit_rows import audit_rows
from jobs.upkeep.audit_chain import seal, verify

group = click.Group("audit", help="Who did what: list, verify.")


@command(group, "list", example="flask audit list --actor mei")
@click.option("--actor", help="Only what this one did.")
@click.option("--action", help="Only this kind of act, such as changed_order.")
@click.option("--subject", help="Only what was done to this row, such as order:7.")
@limit_option
@json_option
def list_audit(actor: str | None, action: str | None, subject: str | None, limit: int, as_json: bool) -> None:
    """The newest acts first."""
    with current_runtime().engine.connect() as connection:
        found = audit_rows(connection, actor=actor, action=action, subject=subject, most=limit)
    if as_json:
        print_json(found)
        return
    rows = [(row["id"], local_time(row["at"]), row["actor"], row["action"], row["subject"]) for row in found]
    print_table(f"{len(rows)} acts", ("id", "at", "who", "what", "to"), rows)


@command(group, "verify", example="flask audit verify --json")
@json_option
def verify_audit(as_json: bool) -> None:
    """Seal what is new and go through the whole chain; exit code 1 when a row was changed or is gone."""
    runtime = current_runtime()
    while seal(runtime):
        pass
    with runtime.engine.connect() as connection:
        found = verify(connection)
    if as_json:
        print_json(
            {
                "sealed": found.sealed,
                "unsealed": found.unsealed,
                "head": found.head,
                "problems": found.problems,
                "ok": found.ok,
            }
        )
    else:
        click.echo(f"{found.sealed} rows in the chain; its newest hash is {found.head}")
        for problem in found.problems:
            click.echo(problem)
    if not found.ok:
        raise Failed("the audit is not what was written")
