"""Announcements by command: looked at, sent, followed."""

from __future__ import annotations

from sqlalchemy import text

from tests.conftest import Shop
from tests.handlers.cli.conftest import Terminal


def test_a_dry_run_writes_nothing_and_a_real_one_once(flask: Terminal, shop: Shop) -> None:
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE contacts SET last_inbound_at = now()"))
    shown = flask("broadcast", "send", "--text", "Closed on Monday", "--to", "outlet=CP-PR,AW-JWL", "--dry-run")
    assert "2 of 2 would get it" in shown.output
    assert shop.one("SELECT count(*) FROM broadcasts") == 0
    sent = flask.json("broadcast", "send", "--text", "Closed on Monday", "--to", "outlet=CP-PR,AW-JWL", "--json")
    assert (sent["success"], sent["sellers_enqueued"], sent["failure_rate"]) == (True, 2, 0.0)
    assert set(flask.json("broadcast", "show", str(sent["id"]), "--json")) == {
        "success", "sellers_enqueued", "sellers_failed", "failure_rate", "failed_sellers", "sent", "delivered", "read", "opted_out",
    }  # fmt: skip
    assert flask("broadcast", "resume", str(sent["id"])).output.startswith(f"broadcast {sent['id']}: 0 enqueued")
    assert "Closed" not in flask("broadcast", "list").output


def test_what_cannot_be_sent_is_refused(flask: Terminal, shop: Shop) -> None:
    for words in (["--text", ""], ["--text", "x" * 2000], ["--text", "hi", "--to", "phone=1"]):
        assert flask("broadcast", "send", *words).exit_code == 2
    assert flask("broadcast", "show", "99").exit_code == 2
    assert shop.one("SELECT count(*) FROM conversation_messages") == 0
