"""`flask replay`: failed work done again, by the same function and with the same keys; and `flask replay diff`."""

from __future__ import annotations

from typing import Any

import click

from bot.errors import BadInputError
from handlers.cli.actor import actor_option
from handlers.cli.command import FAILED, command, json_option, print_json, print_table, since
from handlers.current import current_runtime
from jobs.replay.failed_work import Replayed, failed_since, replay
from jobs.replay.past_orders import Difference, read_again


class _IdsOrCommand(click.Group):
    """`flask replay 17 18`, `flask replay --all-failed` and `flask replay diff` are one word for the operator."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = bool(args) and (args[0] in self.commands or args[0] in ("--help", "-h"))
        return super().parse_args(ctx, args if known else ["failed", *args])


group = _IdsOrCommand(
    "replay", help="Do failed work again: `flask replay 17 18`, `flask replay --all-failed`, `flask replay diff`."
)


@command(
    group,
    "failed",
    example="flask replay failed 17 18, or in short:\nflask replay 17 18\nflask replay --all-failed --since 2026-11-22 --dry-run",
)
@click.argument("failure_ids", type=int, nargs=-1, metavar="[ID]...")
@click.option("--all-failed", is_flag=True, help="Every open failure.")
@click.option("--since", "since_text", metavar="DAY|TIME", help="Every open failure that failed last from then on.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@actor_option
@json_option
@click.pass_context
def replay_command(
    context: click.Context, failure_ids: tuple[int, ...], all_failed: bool, since_text: str | None, dry_run: bool, actor: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Exit 1 when anything was refused; each refusal says why. Finished work is never done twice."""
    runtime = current_runtime()
    if bool(failure_ids) == (all_failed or since_text is not None):
        raise BadInputError("say which: ids of `flask failed list`, or --all-failed, or --since")
    ids = list(failure_ids) or failed_since(runtime, since(since_text, runtime.settings))
    done = replay(runtime, ids, actor, dry_run=dry_run)
    if as_json:
        print_json([_as_json(each) for each in done])
    else:
        rows = [(each.failure_id, each.kind, each.message_id, each.reason) for each in done]
        print_table("replay" + (" (dry run)" if dry_run else ""), ("failure", "kind", "message", "what happened"), rows)
    context.exit(FAILED if any(not each.done for each in done) else 0)


@command(group, "diff", example="flask replay diff --since 2026-11-01")
@click.option("--since", "since_text", metavar="DAY|TIME", help="Messages written from then on; local time.")
@click.option("--limit", default=1_000, show_default=True, type=click.IntRange(1), help="The newest so many messages.")
@json_option
def diff_command(since_text: str | None, limit: int, as_json: bool) -> None:
    """What past orders would be today, by today's understanding and catalog: only what would change. Changes nothing."""
    runtime = current_runtime()
    with runtime.engine.connect() as connection:
        read, found = read_again(runtime, connection, since=since(since_text, runtime.settings), most=limit)
    if as_json:
        print_json({"read": read, "changed": [each.as_json() for each in found]})
        return
    print_table(
        f"{len(found)} of {read} messages would be read differently",
        ("message", "SKU", "quantity then", "quantity now", "money"),
        [row for each in found for row in _diff_rows(each)],
    )


def _diff_rows(difference: Difference) -> list[tuple[object, ...]]:
    return [
        (difference.message_id, line.sku, line.before, line.after, f"{line.money:+.2f}") for line in difference.lines
    ]


def _as_json(each: Replayed) -> dict[str, Any]:
    return {
        "id": each.failure_id,
        "kind": each.kind,
        "message_id": each.message_id,
        "done": each.done,
        "reason": each.reason,
    }
