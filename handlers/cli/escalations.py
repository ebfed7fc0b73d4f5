"""`flask escalations ...`: what waits for a person, answering it, and handing the conversation back to the bot."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from bot.errors import BadInputError
from handlers.cli.actor import actor_option, send_now
from handlers.cli.command import command, json_option, local_time, no_such, print_found, print_json, print_table
from handlers.current import current_runtime
from jobs.reads.escalations import held_replies, open_tasks, talk_of

MAX_WORDS = 1_600
group = click.Group("escalations", help="Conversations that wait for a person.")


@command(group, "list", example="flask escalations list")
@json_option
def list_escalations(as_json: bool) -> None:
    """Open tasks, the most urgent first, and replies held until their customer writes again."""
    with current_runtime().engine.connect() as connection:
        tasks, held = open_tasks(connection), held_replies(connection)
    if as_json:
        print_json({"escalations": [asdict(task) for task in tasks], "held": [asdict(row) for row in held]})
        return
    rows = [
        (
            t.id,
            t.priority,
            t.reason,
            t.outlets or t.address,
            _due(t.due_at, t.overdue),
            t.assignee,
            t.owner,
            t.last_words,
        )
        for t in tasks
    ]
    titles = ("id", "priority", "why", "who", "due", "taken by", "speaks", "last words")
    print_table(f"{len(rows)} open", titles, rows)
    if held:
        print_table(
            f"{len(held)} replies held: the 24-hour window is closed",
            ("message", "conversation", "address", "since"),
            [(row.id, row.conversation_id, row.address, local_time(row.created_at)) for row in held],
        )


@command(group, "show", example="flask escalations show 7")
@click.argument("escalation", type=int)
@click.option("--last", default=20, show_default=True, type=click.IntRange(1, 500), help="So many messages.")
@json_option
def show(escalation: int, last: int, as_json: bool) -> None:
    """What was said in the conversation."""
    with current_runtime().engine.connect() as connection:
        spoken = talk_of(connection, escalation, last)
    if not spoken:
        raise no_such("escalation", escalation)
    rows = [(local_time(m.at), m.role, m.content or f"({m.kind})", m.state) for m in spoken]
    print_found(
        [asdict(message) for message in spoken],
        f"escalation {escalation}",
        ("at", "who", "words", "state"),
        rows,
        as_json=as_json,
    )


@command(group, "reply", example='flask escalations reply 7 "Sorry about that. The driver is on his way." --by Mei')
@click.argument("escalation", type=int)
@click.argument("words")
@actor_option
def answer(escalation: int, words: str, actor: str) -> None:
    """Answer the customer. From here on the bot is silent in this conversation until hand-back or time-out."""
    from jobs.handoff.takeover import reply
    from jobs.outbox.whatsapp_window import is_closed_for

    if not words.strip() or len(words) > MAX_WORDS:
        raise BadInputError(f"write between 1 and {MAX_WORDS} characters")
    runtime = current_runtime()
    with runtime.engine.begin() as connection:
        message_id = reply(connection, runtime.settings, escalation, words.strip(), actor=actor)
        held = is_closed_for(connection, message_id, runtime.clock())
    send_now(runtime, (message_id,))
    what = "held until the customer writes again, because their window is closed:" if held else "sent as"
    click.echo(f"{what} message {message_id}; the bot is silent until `flask escalations hand-back {escalation}`")


@command(group, "hand-back", example="flask escalations hand-back 7")
@click.argument("escalation", type=int)
@actor_option
def give_back(escalation: int, actor: str) -> None:
    """Close the task and let the bot speak again; it says so, and which orders were changed meanwhile."""
    from jobs.handoff.takeover import hand_back

    runtime = current_runtime()
    with runtime.engine.begin() as connection:
        said = hand_back(connection, runtime.settings, escalation, actor=actor)
    send_now(runtime, said)
    click.echo(f"escalation {escalation} is closed" + ("; the bot speaks again" if said else ""))


def _due(due_at: datetime | None, overdue: bool | None) -> str:
    return f"{local_time(due_at)}{' OVERDUE' if overdue else ''}" if due_at else ""
