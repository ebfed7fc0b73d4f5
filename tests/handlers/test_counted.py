"""What the alerts read is counted: senders who are too fast, turns that fail; and what a webhook and a page ask of PostgreSQL."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from prometheus_client import REGISTRY

from bot.runtime import Runtime
from bot.settings import Settings
from jobs import failures
from jobs.intake.record import MAX_INBOUND
from models.database import transaction
from models.failure_kind import FailureKind
from tests.conftest import Shop
from tests.handlers.test_twilio_door import Door
from tests.statements import counted

MOST_OF_A_WEBHOOK = 4
"""Each statement is a way to PostgreSQL and back, of which the provider waits for the sum."""


def count(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"tria_{name}", labels) or 0.0


def test_a_sender_who_is_too_fast_is_counted(client: FlaskClient, settings: Settings, shop: Shop) -> None:
    door = Door(client, settings)
    before = count("rate_limited_total", channel="whatsapp")
    for number in range(MAX_INBOUND):
        door.post(door.form(f"{number} boxes"))
    assert count("rate_limited_total", channel="whatsapp") == before
    for number in range(3):
        door.post(door.form(f"{number} more"))
    assert count("rate_limited_total", channel="whatsapp") > before


def test_a_turn_that_fails_is_counted(shop: Shop) -> None:
    before = count("jobs_failed_total", kind="process")
    with transaction(shop.runtime.engine) as connection:
        failures.note(connection, FailureKind.PROCESS, "a body", ValueError("it broke"))
    assert count("jobs_failed_total", kind="process") == before + 1


def test_a_webhook_costs_the_same_few_statements_however_much_was_said_before(
    client: FlaskClient, settings: Settings, shop: Shop
) -> None:
    door = Door(client, settings)
    costs = []
    for number in range(12):
        with counted() as statements:
            door.post(door.form(f"{number} boxes"))
        costs.append(len(statements))
    assert max(costs[2:]) == min(costs[2:]) <= MOST_OF_A_WEBHOOK, costs


@pytest.mark.parametrize(("path", "most"), [("/health", 0), ("/version", 0), ("/api/v1/health/readiness", 16)])
def test_an_address_asks_no_more_of_postgresql_than_it_needs(
    client: FlaskClient, runtime: Runtime, path: str, most: int
) -> None:
    client.get(path)
    with counted() as statements:
        client.get(path)
    assert len(statements) <= most, statements
