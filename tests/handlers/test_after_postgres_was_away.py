"""Connections of before PostgreSQL was away are in every pool; the first request that is given one must not pay for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from bot.channels.base import Receipt
from bot.runtime import Runtime
from handlers.checks import READINESS, run_all
from jobs.intake.record import record_receipt
from jobs.reads.gauges import exposition
from models.database import make_engine
from tests.conftest import Shop
from tests.jobs.ledger import say, write_reply

ORDER = "100 x 10 inch pizza boxes"


@pytest.fixture(autouse=True)
def _whole_again(runtime: Runtime) -> Iterator[None]:
    yield
    runtime.engine.dispose()


def cut_off(shop: Shop) -> None:
    """Every connection of ours ends at the server, as when PostgreSQL was started again."""
    engine = make_engine(shop.runtime.settings.database_url, application="operator")
    with engine.connect() as connection:
        connection.execute(text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        ))  # fmt: skip
    engine.dispose()


def test_the_first_message_after_it_is_recorded_once(shop: Shop) -> None:
    say(shop.runtime, ORDER)
    cut_off(shop)
    recorded = say(shop.runtime, ORDER, address="+6580000108")
    assert (recorded.message_id is not None, recorded.due) == (True, True)
    shop.runtime.engine.dispose()
    assert shop.one("SELECT count(*) FROM conversation_messages") == 2


def test_the_first_receipt_after_it_is_merged(shop: Shop) -> None:
    record_receipt(shop.runtime.engine, "whatsapp", Receipt("SM1", "sent"))
    cut_off(shop)
    record_receipt(shop.runtime.engine, "whatsapp", Receipt("SM1", "delivered"))
    shop.runtime.engine.dispose()
    assert shop.rows("SELECT status FROM delivery_receipts") == [("delivered",)]


def test_the_first_scrape_and_the_first_look_at_readiness_see_a_database_that_is_up(shop: Shop) -> None:
    exposition(shop.runtime)
    cut_off(shop)
    assert b"tria_database_up 1.0" in exposition(shop.runtime)
    cut_off(shop)
    database = next(each for each in run_all(READINESS, shop.runtime) if each.check.name == "database")
    assert database.reason == ""


def test_a_reply_that_waits_degrades_its_channel_by_name(shop: Shop) -> None:
    message_id = write_reply(shop.runtime)
    with shop.runtime.engine.begin() as connection:
        connection.execute(text(
            "UPDATE conversation_messages SET state = 'unknown', attempts = 2, created_at = now() - interval '40 s',"
            " due_at = now() + interval '9 s' WHERE id = :id"
        ), {"id": message_id})  # fmt: skip
    unsent = next(each for each in run_all(READINESS, shop.runtime) if each.check.name == "unsent")
    assert (unsent.severity.word, unsent.reason) == (
        "degraded", "whatsapp: a reply has been waiting to be sent for 40 s",
    )  # fmt: skip
