"""`flask logs`: the lines of one order or message out of the logs of all processes of this host, in the order of time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection, text

from bot.errors import BadInputError
from bot.settings import ROOT
from handlers.cli.command import command, json_option, no_such, print_found
from handlers.current import current_runtime

LOGS = ROOT / "var" / "log"
SHOWN = ("timestamp", "event", "level", "service", "logger", "job")
_OF_ORDER = text("""
SELECT o.message_id FROM orders o WHERE o.number = :number
UNION SELECT e.message_id FROM order_events e JOIN orders o ON o.id = e.order_id WHERE o.number = :number AND e.message_id IS NOT NULL
""")


@command(None, "logs", example="flask logs SO-100042\nflask logs --message 17 --from /var/log/tria --json")
@click.argument("number", required=False)
@click.option("--message", type=int, help="The lines of this message instead of an order's.")
@click.option(
    "--from", "folder", type=click.Path(path_type=Path, file_okay=False), default=LOGS, help="Where the logs lie."
)
@json_option
def command_logs(number: str | None, message: int | None, folder: Path, as_json: bool) -> None:
    """What each process logged about one order: the id of the customer's message is in every line of it."""
    if (number is None) == (message is None):
        raise BadInputError("give the number of an order, or --message and its id")
    if not folder.is_dir():
        raise BadInputError(
            f"there is no folder {folder}; with systemd: journalctl -u 'tria-*' | grep '\"message_id\": ID'"
        )
    with current_runtime().engine.connect() as connection:
        wanted = {message} if message is not None else _messages_of(connection, str(number).upper())
    found = sorted(_lines(folder, wanted), key=lambda line: str(line["timestamp"]))
    rows = [(line["timestamp"], line["process"], line["event"], _rest(line)) for line in found]
    print_found(found, f"{len(found)} lines", ("at", "process", "event", "more"), rows, as_json=as_json)


def _messages_of(connection: Connection, number: str) -> set[int]:
    found = {int(each) for each in connection.execute(_OF_ORDER, {"number": number}).scalars() if each is not None}
    if not found:
        raise no_such("order", number)
    return found


def _lines(folder: Path, wanted: set[int]) -> Iterator[dict[str, Any]]:
    """Each with the name of its process; what is not a line of ours is passed over."""
    for path in sorted(folder.glob("*.log*")):
        for written in path.read_text("utf-8", "replace").splitlines():
            if '"message_id"' not in written and '"in_reply_to"' not in written:
                continue
            try:
                line = json.loads(written)
            except ValueError:
                continue
            if isinstance(line, dict) and {line.get("message_id"), line.get("in_reply_to")} & wanted:
                yield {"process": path.name.partition(".")[0], **line}


def _rest(line: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in line.items() if name not in (*SHOWN, "process"))
