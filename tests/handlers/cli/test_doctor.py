"""`flask doctor`: groups, a total that adds up, a fix beside each failure, exit codes by severity."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from handlers.checks import DOCTOR
from tests.conftest import Shop
from tests.handlers.cli.conftest import Terminal

BEATS = "INSERT INTO heartbeats (name, detail) VALUES ('worker', '{}'), ('sweeper', '{}'), ('canary', '{\"ok\": true, \"ms\": 9}')"


@pytest.fixture
def at_work(shop: Shop) -> Shop:
    change(shop, BEATS)
    return shop


def change(shop: Shop, sql: str) -> None:
    with shop.runtime.engine.begin() as connection:
        connection.execute(text(sql))


def adds_up(total: dict[str, int]) -> bool:
    return total["checks"] == total["healthy"] + total["degraded"] + total["unhealthy"]


def run(flask: Terminal, *options: str) -> tuple[int, dict[str, Any]]:
    result = flask("doctor", "--json", *options)
    return result.exit_code, json.loads(result.stdout)


def test_all_is_well_exits_0_and_every_check_is_listed_once(flask: Terminal, at_work: Shop) -> None:
    code, body = run(flask)
    assert [c for group in body["groups"] for c in group["checks"] if c["fix"]] == []
    assert (code, body["status"]) == (0, "healthy")
    names = [check["name"] for group in body["groups"] for check in group["checks"]]
    assert names == [check.name for check in DOCTOR]
    assert len({group["name"] for group in body["groups"]}) == len(body["groups"])


def test_totals_of_the_groups_and_of_the_whole_add_up(flask: Terminal, shop: Shop) -> None:
    _, body = run(flask)
    assert body["total"]["unhealthy"] == 3  # nothing is at work
    assert adds_up(body["total"])
    for key in ("checks", "healthy", "degraded", "unhealthy"):
        assert body["total"][key] == sum(group["total"][key] for group in body["groups"])
    for group in body["groups"]:
        assert adds_up(group["total"])
        assert group["total"]["checks"] == len(group["checks"])


def test_failure_exits_1_with_its_fix_beside_it(flask: Terminal, at_work: Shop) -> None:
    change(at_work, "UPDATE products SET is_active = false")
    code, body = run(flask)
    (failed,) = [c for group in body["groups"] for c in group["checks"] if c["status"] == "unhealthy"]
    assert (code, failed["name"], failed["reason"]) == (1, "catalog", "no active product")
    assert "flask catalog import" in failed["fix"]
    printed = flask("doctor")
    assert printed.exit_code == 1
    assert "1 failed. Orders cannot be taken." in printed.output


def test_degraded_exits_0_and_with_strict_1(flask: Terminal, at_work: Shop) -> None:
    change(at_work, "INSERT INTO failures (kind, reference, error) VALUES ('deliver', '1', 'TemporaryError')")
    assert run(flask)[0] == 0
    assert run(flask, "--strict")[0] == 1
    assert "1 degraded, 0 failed. Orders can be taken." in flask("doctor").output


def test_drift_that_the_quick_check_overlooks_is_found(flask: Terminal, at_work: Shop) -> None:
    change(at_work, "DROP INDEX uq_orders_draft")
    try:
        code, body = run(flask)
    finally:
        change(
            at_work,
            "CREATE UNIQUE INDEX uq_orders_draft ON orders (conversation_id) WHERE status IN ('draft', 'awaiting_confirmation')",
        )
    assert code == 1
    assert "index missing: uq_orders_draft" in json.dumps(body)
