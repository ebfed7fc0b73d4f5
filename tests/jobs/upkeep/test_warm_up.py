"""A worker is warm before it says that it is ready."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot import failpoints
from jobs.lanes import Lanes
from jobs.lease import claim_next
from jobs.upkeep.warm_up import warm_up
from models.database import autocommit
from tests.conftest import Shop


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    made = Lanes()
    yield made
    made.close()


def test_the_synthetic_order_has_gone_through_and_every_channel_has_its_client(shop: Shop, lanes: Lanes) -> None:
    warm_up(shop.runtime, lanes)
    assert {"whatsapp", "telegram"} <= set(shop.runtime.__dict__["channels"])
    assert shop.one("SELECT detail->>'ok' FROM heartbeats WHERE name = 'canary'") == "true"
    assert shop.one("SELECT count(*) FROM conversation_messages") == 0
    with autocommit(shop.runtime.engine) as connection:
        assert claim_next(connection) is None


def test_no_failpoint_is_used_up(shop: Shop, lanes: Lanes) -> None:
    failpoints.arm("apply.begin:1:raise")
    try:
        warm_up(shop.runtime, lanes)
        assert failpoints._armed["apply.begin"].left == 1
    finally:
        failpoints.arm("")
    assert shop.one("SELECT detail->>'ok' FROM heartbeats WHERE name = 'canary'") == "true"
