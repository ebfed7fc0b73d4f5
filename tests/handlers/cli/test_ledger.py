"""The sums add up, or the command says which message has nothing to show for its state."""

from __future__ import annotations

import json

import pytest

from tests.handlers.cli.conftest import Rows, Terminal

NOTHING = {"answered": 0, "merged": 0, "handed_over": 0, "parked": 0, "ignored": 0}


def test_empty_ledger_adds_up(flask: Terminal, rows: Rows) -> None:
    assert flask.json("ledger", "verify", "--json") == {
        "received": 0, "final": NOTHING, "open": 0, "missing": [], "ok": True,
    }  # fmt: skip


def test_every_way_to_end_is_counted(flask: Terminal, rows: Rows) -> None:
    rows.message("SM1")
    rows.message("SM2")
    rows.message("SM3", state="handed_over", reason="person_in_charge", replied=False)
    rows.message("SM4", state="parked", reason="failed", replied=False)
    rows.message("SM5", state="ignored", reason="group", replied=False)
    result = flask.json("ledger", "verify", "--json")
    assert result["final"] == {"answered": 2, "merged": 0, "handed_over": 1, "parked": 1, "ignored": 1}
    assert (result["received"], result["ok"]) == (5, True)
    assert "the ledger adds up" in flask("ledger", "verify").output


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        ("received", "not finished after 60 s"),
        ("answered", "answered, but there is no reply"),
        ("merged", "merged, but into nothing"),
        ("parked", "parked without a reason"),
        ("ignored", "ignored without a reason"),
        ("handed_over", "handed_over without a reason"),
        ("sent", "sent without a reason"),
    ],
)
def test_state_without_its_evidence_is_named_and_exits_1(state: str, problem: str, flask: Terminal, rows: Rows) -> None:
    message_id = rows.message("SM1", state=state, replied=False)
    result = flask("ledger", "verify", "--json")
    body = json.loads(result.stdout)
    assert (result.exit_code, body["ok"]) == (1, False)
    assert body["missing"] == [{"message_id": message_id, "provider_id": "SM1", "problem": problem}]
    assert "does NOT add up" in flask("ledger", "verify").output


def test_message_that_just_came_is_open_and_not_missing(flask: Terminal, rows: Rows) -> None:
    rows.message("SM1", state="received", replied=False, at="now")
    result = flask.json("ledger", "verify", "--json")
    assert (result["open"], result["missing"], result["ok"]) == (1, [], True)


def test_day_is_a_local_day_and_synthetic_messages_do_not_count(flask: Terminal, rows: Rows) -> None:
    rows.message("SM1", at="2026-11-21T15:59:59Z")
    rows.message("SM2", at="2026-11-21T16:00:00Z")
    rows.message("SM3", at="2026-11-22T15:59:59Z")
    rows.message("SM4", at="2026-11-22T16:00:00Z")
    rows.message("SM5", synthetic=True, address="canary")
    assert flask.json("ledger", "verify", "--day", "2026-11-22", "--json")["received"] == 2
    assert flask.json("ledger", "verify", "--json")["received"] == 4


def test_day_that_is_none_is_bad_usage(flask: Terminal, rows: Rows) -> None:
    assert flask("ledger", "verify", "--day", "monday").exit_code == 2
