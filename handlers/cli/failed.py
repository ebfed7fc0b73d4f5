"""`flask failed list|show`: what failed, why, how often, and what was done about it."""

from __future__ import annotations

import click

from handlers.cli.command import command, in_words, json_option, local_time, print_found, print_json, print_table, since
from handlers.current import current_runtime
from jobs.reads.failures import list_failures, show_failure
from models.failure_kind import FailureKind

group = click.Group("failed", help="What failed: list, show. To do it again: `flask replay`.")


@command(group, "list", example="flask failed list --since 2026-11-22 --kind deliver")
@click.option("--since", "since_text", metavar="DAY|TIME", help="Failed last from then on; local time.")
@click.option("--kind", type=click.Choice([kind.value for kind in FailureKind]), help="Only failures of this kind.")
@click.option("--all", "everything", is_flag=True, help="Those that were settled, too.")
@click.option("--limit", default=200, show_default=True, type=click.IntRange(1), help="The newest so many.")
@json_option
def list_command(since_text: str | None, kind: str | None, everything: bool, limit: int, as_json: bool) -> None:
    """The open failures, the newest first. What RQ itself has put aside is looked at before."""
    from jobs.replay.rq_failures import reconcile

    runtime = current_runtime()
    reconcile(runtime)
    with runtime.engine.connect() as connection:
        found = list_failures(
            connection, since=since(since_text, runtime.settings), kind=kind, everything=everything, most=limit
        )
    rows = [
        (f["id"], f["kind"], f["message_id"], f["error"], f["attempts"], local_time(f["last_failed_at"])) for f in found
    ]
    print_found(
        found,
        f"{len(found)} failure{'' if len(found) == 1 else 's'}",
        ("id", "kind", "message", "error", "tries", "last failed"),
        rows,
        as_json=as_json,
    )


@command(group, "show", example="flask failed show 17")
@click.argument("failure_id", type=int)
@json_option
def show_command(failure_id: int, as_json: bool) -> None:
    """One failure with its traceback (files and lines, no values) and its history."""
    with current_runtime().engine.connect() as connection:
        found = show_failure(connection, failure_id)
    if as_json:
        print_json(found)
        return
    rows = [(in_words(name), _shown(name, value)) for name, value in found.items() if name != "history"]
    print_table(f"failure {failure_id}", ("what", "value"), rows)
    if found["history"]:
        history = [(local_time(each["at"]), each["actor"], each["action"]) for each in found["history"]]
        print_table("history", ("at", "who", "did"), history)


def _shown(name: str, value: object) -> object:
    return local_time(str(value)) if name.endswith("_at") and value else value
