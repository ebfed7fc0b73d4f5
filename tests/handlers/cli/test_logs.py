"""`flask logs` follows one order through the logs of all processes; docs/commands.md is what the commands say of themselves."""

from __future__ import annotations

import json
from pathlib import Path

from flask.testing import FlaskClient

from bot.settings import ROOT
from handlers.cli.reference import markdown
from tests.conftest import Shop
from tests.handlers.cli.conftest import Terminal
from tests.people import ORDER, World


def test_the_lines_of_one_order_are_found_in_the_logs_of_all_processes(
    flask: Terminal, shop: Shop, client: FlaskClient, tmp_path: Path
) -> None:
    World(shop, client).phone().say(ORDER)
    ((number, message),) = shop.rows("SELECT number, message_id FROM orders")

    def write(process: str, *lines: dict[str, object]) -> None:
        (tmp_path / f"{process}.log").write_text(
            "".join(json.dumps(line) + "\n" for line in lines) + "not a line of ours\n"
        )

    write("worker", {"timestamp": "2026-11-28T03:00:02Z", "event": "answered", "message_id": message},
          {"timestamp": "2026-11-28T03:00:02Z", "event": "answered", "message_id": 99_999})  # fmt: skip
    write("web", {"timestamp": "2026-11-28T03:00:01Z", "event": "request", "message_id": message})
    write(
        "deliver", {"timestamp": "2026-11-28T03:00:03Z", "event": "reply sent", "message_id": 5, "in_reply_to": message}
    )
    found = flask.json("logs", str(number).lower(), "--from", str(tmp_path), "--json")
    assert [(line["process"], line["event"]) for line in found] == [
        ("web", "request"),
        ("worker", "answered"),
        ("deliver", "reply sent"),
    ]
    assert len(flask.json("logs", "--message", str(message), "--from", str(tmp_path), "--json")) == 3
    assert flask("logs", "--from", str(tmp_path)).exit_code == 2
    assert flask("logs", "SO-1", "--from", str(tmp_path)).exit_code == 2
    assert "journalctl" in flask("logs", str(number), "--from", str(tmp_path / "none")).output


def test_the_reference_of_the_commands_is_what_the_commands_say() -> None:
    assert (ROOT / "docs" / "commands.md").read_text("utf-8") == markdown(), "run `flask settings --format commands`"
