"""The audit by command, and the pack for a dispute."""

from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import text

from jobs.by_hand.order_approval import approve
from tests.conftest import Shop
from tests.handlers.cli.conftest import Terminal
from tests.people import World


def test_verify_seals_what_is_new_and_fails_when_a_row_was_changed(flask: Terminal, shop: Shop) -> None:
    flask("users", "demo")
    found = flask.json("audit", "verify", "--json")
    assert (found["ok"], found["unsealed"], len(found["head"])) == (True, 0, 64)
    assert "user_added" in flask("audit", "list", "--actor", "make run").output
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE audit SET actor = 'somebody else' WHERE action = 'user_added'"))
    broken = flask("audit", "verify")
    assert broken.exit_code == 1
    assert "was changed" in broken.output


def test_a_dispute_pack_holds_what_was_said_and_done_with_its_proofs(
    flask: Terminal, shop: Shop, client: FlaskClient, tmp_path: Path
) -> None:
    World(shop, client).phone().say("20000 10 inch pizza box <script>alert(1)</script>")
    number = str(shop.one("SELECT number FROM orders"))
    with shop.runtime.engine.begin() as connection:
        approve(connection, shop.runtime.settings, number, actor="mei", now=shop.runtime.clock())
    out = tmp_path / "pack.html"
    said = flask("dispute", number.lower(), "--out", str(out), "--by", "mei")
    assert said.exit_code == 0, said.output
    page = out.read_text("utf-8")
    for words in (
        number,
        "20000 10 inch pizza box &lt;script&gt;",
        "approved_order",
        "dispute_pack",
        "is whole",
        "Pizza Box 10 inch",
    ):
        assert words in page
    assert "<script>" not in page
    head = flask.json("audit", "verify", "--json")["head"]
    assert head in page
    assert flask("dispute", "SO-1", "--out", str(out)).exit_code == 2
