"""`flask broadcast ...`: one announcement to many outlets."""

from __future__ import annotations

from dataclasses import asdict

import click

from handlers.cli.actor import actor_option, send_now
from handlers.cli.command import Failed, command, in_words, json_option, local_time, print_json, print_table
from handlers.current import current_runtime
from jobs.broadcast import enqueue as job
from jobs.broadcast.audience import EVERYBODY, Recipient, Words, recipients
from jobs.reads.broadcasts import broadcasts, outcome

group = click.Group("broadcast", help="Announcements to many outlets.")


@command(group, "send", example='flask broadcast send --text "Closed on Monday." --to "outlet=CP-PR,AW-JWL" --dry-run')
@click.option("--text", "words", default="", help="What is said, where free text is allowed.")
@click.option("--template", help="WhatsApp's content SID, for those whose 24-hour window is closed.")
@click.option(
    "--to",
    "audience",
    default=EVERYBODY,
    show_default=True,
    help="outlet=, customer=, channel=, language=; joined by ;",
)
@click.option("--dry-run", is_flag=True, help="Show who would get it and who not; write nothing.")
@actor_option
@json_option
def send(words: str, template: str | None, audience: str, dry_run: bool, actor: str, as_json: bool) -> None:
    """Write it to everybody who may be written to. When more than half fail, nobody gets it and the exit code is 1."""
    runtime, said = current_runtime(), Words(words, template)
    if dry_run:
        with runtime.engine.connect() as connection:
            _show_recipients(recipients(connection, runtime.settings, said, audience, runtime.clock()), as_json)
        return
    with runtime.engine.begin() as connection:
        broadcast_id = job.plan(connection, said, audience, actor=actor)
    _run(broadcast_id, actor, as_json)


@command(group, "resume", example="flask broadcast resume 3")
@click.argument("broadcast_id", type=int)
@actor_option
@json_option
def resume(broadcast_id: int, actor: str, as_json: bool) -> None:
    """Reach those whom it did not reach; nobody gets it twice."""
    _run(broadcast_id, actor, as_json)


@command(group, "show", example="flask broadcast show 3 --json")
@click.argument("broadcast_id", type=int)
@json_option
def show(broadcast_id: int, as_json: bool) -> None:
    """What became of it: sent, delivered, read, failed."""
    with current_runtime().engine.connect() as connection:
        found = outcome(connection, broadcast_id)
    if as_json:
        print_json(found)
        return
    rows = [(in_words(name), value) for name, value in found.items() if name != "failed_sellers"]
    print_table(f"broadcast {broadcast_id}", ("what", "how many"), rows)


@command(group, "list", example="flask broadcast list")
@json_option
def list_broadcasts(as_json: bool) -> None:
    """The newest first."""
    with current_runtime().engine.connect() as connection:
        found = broadcasts(connection)
    if as_json:
        print_json(found)
        return
    rows = [
        (b["id"], local_time(b["created_at"]), b["created_by"], b["audience"], b["state"], b["enqueued"], b["sent"])
        for b in found
    ]
    print_table(f"{len(rows)} broadcasts", ("id", "at", "by", "to", "state", "enqueued", "sent"), rows)


def _run(broadcast_id: int, actor: str, as_json: bool) -> None:
    runtime = current_runtime()
    with runtime.engine.begin() as connection:
        done = job.enqueue(runtime, connection, broadcast_id, actor=actor)
        found = outcome(connection, broadcast_id)
    send_now(runtime, done.message_ids)
    if as_json:
        print_json({"id": broadcast_id, **found, "success": done.success})
    else:
        click.echo(
            f"broadcast {broadcast_id}: {len(done.message_ids)} enqueued, {len(done.failed)} failed, {done.passed_over} passed over"
        )
    if not done.success:
        raise Failed(f"more than half failed ({done.failure_rate:.0%}), so nobody was written to")


def _show_recipients(found: list[Recipient], as_json: bool) -> None:
    if as_json:
        print_json([asdict(each) for each in found])
        return
    rows = [
        (r.outlets, r.channel, r.address, in_words(r.why_not) or ("template" if r.by_template else "text"))
        for r in found
    ]
    meant = sum(each.why_not is None for each in found)
    print_table(f"{meant} of {len(found)} would get it", ("outlets", "channel", "address", "how"), rows)
