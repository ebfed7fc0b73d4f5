"""`flask conversations list|show` and `flask messages list|show`: what was said, and what became of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from handlers.cli.command import (
    command,
    in_words,
    json_option,
    limit_option,
    local_time,
    no_such,
    print_found,
    print_json,
    print_table,
    since,
)
from handlers.current import current_runtime
from jobs.reads import conversation_rows as read

SHOWN_WORDS = 60
LARGEST_ID = 2**63 - 1
group = click.Group("conversations", help="Conversations: list, show.")
message_group = click.Group("messages", help="Messages, in and out: list, show, search.")
SINCE = click.option("--since", "since_text", metavar="DAY|TIME", help="With messages from then on; local time.")


@command(group, "list", example="flask conversations list --outlet AW-JWL")
@click.option("--outlet", metavar="CODE", help="Only of this outlet's people.")
@click.option("--address", metavar="PHONE|ID", help="Only of this phone or chat.")
@SINCE
@limit_option
@json_option
def list_conversations(
    outlet: str | None, address: str | None, since_text: str | None, limit: int, as_json: bool
) -> None:
    """Conversations, those with the newest messages first."""
    runtime = current_runtime()
    start = since(since_text, runtime.settings)
    with runtime.engine.connect() as connection:
        found = read.conversations(connection, outlet=outlet, address=address, since=start, most=limit)
    rows = [
        (c["id"], c["outlet"], c["address"], _speaks(c), local_time(c["last_at"]), _short(c["last_words"]))
        for c in found
    ]
    print_found(
        found,
        f"{len(rows)} conversations",
        ("id", "outlet", "address", "speaks", "last", "last words"),
        rows,
        as_json=as_json,
    )


@command(group, "show", example="flask conversations show 7 --last 50")
@click.argument("conversation", type=click.IntRange(1, LARGEST_ID))
@click.option("--last", default=30, show_default=True, type=click.IntRange(1, 1000), help="So many messages.")
@json_option
def show_conversation(conversation: int, last: int, as_json: bool) -> None:
    """One conversation, its messages in order and the state of each."""
    with current_runtime().engine.connect() as connection:
        found = read.conversations(connection, conversation_id=conversation)
        messages = read.messages_of(connection, conversation, last)
    if not found:
        raise no_such("conversation", conversation)
    head = found[0]
    if as_json:
        print_json(head | {"said": messages})
        return
    click.echo(
        f"conversation {head['id']}  {head['channel']} {head['address']}  {head['person'] or ''}  for {head['outlet'] or 'no outlet'}"
    )
    waits = f"; waits for an answer to: {in_words(head['question'])}" if head["question"] else ""
    click.echo(f"session {head['session_id']}, opened {local_time(head['opened_at'])}; {_speaks(head)} speaks{waits}")
    rows = [(m["id"], local_time(m["at"]), _who(m), m["content"] or f"({m['kind']})", _state(m)) for m in messages]
    print_table(f"the last {len(rows)} messages", ("id", "at", "who", "words", "state"), rows)


@command(message_group, "list", example="flask messages list --state parked --since 2026-11-22")
@click.option("--state", help="Only in this state: received, answered, merged, handed_over, parked, ignored, sent ...")
@click.option("--direction", type=click.Choice(["inbound", "outbound"]), help="Only those in, or those out.")
@SINCE
@limit_option
@json_option
def list_messages(state: str | None, direction: str | None, since_text: str | None, limit: int, as_json: bool) -> None:
    """The newest messages of all conversations."""
    runtime = current_runtime()
    start = since(since_text, runtime.settings)
    with runtime.engine.connect() as connection:
        found = read.recent_messages(connection, state=state, direction=direction, since=start, most=limit)
    rows = [
        (m["id"], local_time(m["at"]), m["address"], "in" if m["direction"] == "inbound" else "out", _short(m["content"]) or f"({m['kind']})", _state(m))
        for m in found
    ]  # fmt: skip
    print_found(found, f"{len(rows)} messages", ("id", "at", "address", "", "words", "state"), rows, as_json=as_json)


@command(
    message_group, "show", example="flask messages show 12\nflask messages show SM0123456789abcdef0123456789abcdef"
)
@click.argument("message")
@json_option
def show_message(message: str, as_json: bool) -> None:
    """One message by our id or the provider's: how it was read, what became of it, its replies, orders and failures."""
    with current_runtime().engine.connect() as connection:
        found = read.message(connection, message)
    if found is None:
        raise no_such("message", message)
    rows = [(in_words(name), _cell(name, value)) for name, value in found.items() if value not in (None, "", [])]
    print_found(found, f"message {found['id']}", ("what", "value"), rows, as_json=as_json)


def _speaks(conversation: dict[str, Any]) -> str:
    if conversation["closed_at"]:
        return "closed"
    return "a person" if conversation["owner"] == "person" else "bot"


def _who(message: dict[str, Any]) -> str:
    return {"user": "customer", "assistant": "bot"}.get(message["role"], str(message["role"]))


def _state(message: dict[str, Any]) -> str:
    reason = f" ({in_words(message['reason'])})" if message["reason"] else ""
    return in_words(message["state"]) + reason


def _short(words: str | None) -> str:
    line = " ".join((words or "").split())
    return line if len(line) <= SHOWN_WORDS else line[: SHOWN_WORDS - 1] + "…"


def _cell(name: str, value: object) -> str:
    if name.endswith("_at"):
        return local_time(value, precise=True)  # type: ignore[arg-type]
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@command(message_group, "search", example='flask messages search "complained about wet boxes" --limit 5')
@click.argument("words")
@limit_option
@json_option
def search_messages(words: str, limit: int, as_json: bool) -> None:
    """Past messages by their meaning, the nearest first; what is shown has no phones, addresses, cards and NRIC in it."""
    from bot.knowledge.embedders import local
    from bot.knowledge.opened import opened
    from jobs.reads.message_search import search

    runtime = current_runtime()
    with opened(runtime.settings) as chroma:
        found = search(runtime.engine, chroma, local(), words, limit)
    if as_json:
        print_json([asdict(each) for each in found])
        return
    rows = [(each.message_id, each.conversation_id, local_time(each.at), each.likeness, each.text) for each in found]
    print_table(f"{len(rows)} found", ("message", "conversation", "at", "likeness", "words"), rows)
