"""A worker is warm before it says that it is ready."""

from __future__ import annotations

from bot import failpoints
from bot.channels.registry import pushed_channels
from jobs.lease import claim_next
from jobs.outbox.senders import Senders
from jobs.upkeep.warm_up import warm_up
from models.database import autocommit
from tests.conftest import Shop


def test_the_synthetic_order_has_gone_through_and_every_sender_has_its_client(shop: Shop) -> None:
    senders = Senders(shop.runtime)
    made: list[str] = []
    make = shop.runtime.make_channel
    shop.runtime.make_channel = lambda name: made.append(name) or make(name)  # type: ignore[method-assign,func-returns-value]
    try:
        warm_up(shop.runtime, senders)
    finally:
        senders.close()
        del shop.runtime.make_channel
    assert shop.one("SELECT detail->>'ok' FROM heartbeats WHERE name = 'canary'") == "true"
    assert {spec.name: made.count(spec.name) for spec in pushed_channels()} == {
        spec.name: spec.threads for spec in pushed_channels()
    }
    assert shop.one("SELECT count(*) FROM conversation_messages") == 0
    with autocommit(shop.runtime.engine) as connection:
        assert claim_next(connection) is None


def test_no_failpoint_is_used_up(shop: Shop) -> None:
    senders = Senders(shop.runtime)
    failpoints.arm("apply.begin:1:raise")
    try:
        warm_up(shop.runtime, senders)
        assert failpoints._armed["apply.begin"].left == 1
    finally:
        failpoints.arm("")
        senders.close()
    assert shop.one("SELECT detail->>'ok' FROM heartbeats WHERE name = 'canary'") == "true"
