"""One grep follows a message: its id stands in the lines of the web process, of the worker and of the reply that left."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from bot.runtime import Runtime
from bot.telemetry import configure_logging
from jobs import sweep
from jobs.process_conversation import process
from jobs.reads.gauges import exposition
from models.database import autocommit, pool_numbers
from simulator.server import Running
from tests.conftest import Shop
from tests.jobs.ledger import change, say
from tests.people import ORDER, WhatsAppPhone


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]


def test_every_step_of_an_order_names_its_message(
    shop: Shop, simulator: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(shop.runtime.settings)  # an earlier test may have sent the lines elsewhere
    WhatsAppPhone(simulator, shop).say(ORDER)
    message_id = shop.one("SELECT id FROM conversation_messages WHERE direction = 'inbound'")
    mine = [line for line in lines(capsys) if message_id in (line.get("message_id"), line.get("in_reply_to"))]
    assert {line["event"] for line in mine} >= {"request", "answered", "reply sent"}
    assert {line["conversation_id"] for line in mine} == {shop.one("SELECT id FROM conversations")}


def test_the_sweepers_lines_name_the_message_it_rings_for(
    shop: Shop, simulator: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(shop.runtime.settings)
    said = say(shop.runtime, ORDER)
    sweep.run_once(shop.runtime)
    assert process(shop.runtime, said.conversation_id)
    change(shop.runtime, "UPDATE conversation_messages SET rung_at = NULL WHERE direction = 'outbound'")
    sweep.run_once(shop.runtime)
    mine = [line for line in lines(capsys) if said.message_id in (line.get("message_id"), line.get("in_reply_to"))]
    assert [line["bell"] for line in mine if line["event"] == "rung"] == ["process", "deliver"]
    assert {line["conversation_id"] for line in mine} == {said.conversation_id}


def test_asking_whether_all_is_ready_logs_nothing_of_alembic(
    client: FlaskClient, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    client.get("/api/v1/health/readiness")
    assert [line for line in lines(capsys) if "alembic" in str(line.get("logger"))] == []


def test_both_pools_of_a_process_are_counted(runtime: Runtime) -> None:
    before = pool_numbers(runtime.engine)
    with runtime.engine.connect(), autocommit(runtime.engine), autocommit(runtime.engine):
        now = pool_numbers(runtime.engine)
        assert now["checkedout"] - before["checkedout"] == 3
        assert f'tria_pool_connections{{state="checkedout"}} {now["checkedout"]}' in exposition(runtime).decode()
