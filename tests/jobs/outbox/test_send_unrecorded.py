"""A reply that has left is never sent again because its success could not be written down, and no reply passes the ceiling."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.channels.base import Outgoing
from jobs.outbox import copies
from jobs.outbox import send as sending
from simulator.server import Running
from tests.conftest import Shop
from tests.jobs.ledger import due_now, write_reply

CHAT, OTHER = "7001", "7002"


class _OneId:
    """A provider that gives every message the same id, and cannot be asked, or says that it has nothing."""

    name, max_length = "telegram", 4096

    def __init__(self, *, can_look_up: bool = False) -> None:
        self.sent, self.can_look_up = 0, can_look_up

    def send(self, message: Outgoing) -> str:
        self.sent += 1
        return "one:and:the:same"

    def find(self, message: Outgoing, *, since: datetime, known: frozenset[str]) -> str | None:
        return None


@contextmanager
def refused(shop: Shop, when: str) -> Iterator[None]:
    """PostgreSQL refuses rows of the outbox for good while `when` holds of them."""
    constraint = f"ALTER TABLE conversation_messages ADD CONSTRAINT refused CHECK (NOT ({when})) NOT VALID"
    with shop.runtime.engine.begin() as connection:
        connection.execute(text(constraint))
    try:
        yield
    finally:
        with shop.runtime.engine.begin() as connection:
            connection.execute(text("ALTER TABLE conversation_messages DROP CONSTRAINT refused"))


def try_often(shop: Shop, message_id: int, channel: Any, times: int = 20) -> None:
    for _ in range(times):
        due_now(shop.runtime)
        sending.send(shop.runtime, message_id, {"telegram": channel})


def row(shop: Shop, message_id: int) -> tuple[object, ...]:
    return shop.rows(
        "SELECT state, provider_id, payload->>'provider_id' FROM conversation_messages WHERE id = :id", id=message_id
    )[0]


def test_two_replies_with_one_provider_id_are_each_sent_once(shop: Shop) -> None:
    channel = _OneId()
    first, second = (write_reply(shop.runtime, channel="telegram", address=chat) for chat in (CHAT, OTHER))
    for message_id in (first, second):
        try_often(shop, message_id, channel, times=3)
    assert channel.sent == 2
    assert row(shop, first) == ("sent", "one:and:the:same", None)
    assert row(shop, second) == ("sent", None, "one:and:the:same")
    assert shop.rows("SELECT kind, message_id FROM failures WHERE resolved_at IS NULL") == [("deliver", second)]


def test_a_reply_whose_success_is_refused_for_good_is_closed_and_in_the_failures(shop: Shop) -> None:
    channel = _OneId()
    message_id = write_reply(shop.runtime, channel="telegram", address=CHAT)
    with refused(shop, "direction = 'outbound' AND state = 'sent'"):
        try_often(shop, message_id, channel)
    assert channel.sent == 1
    assert row(shop, message_id) == ("dead", None, "one:and:the:same")
    assert shop.rows("SELECT kind, message_id FROM failures WHERE resolved_at IS NULL") == [("deliver", message_id)]


@pytest.mark.parametrize(("can_look_up", "most"), [(True, copies.MOST_WHERE_ASKED + 1), (False, copies.MOST)])
def test_nothing_is_sent_more_often_than_the_ceiling_though_no_end_can_be_recorded(
    shop: Shop, can_look_up: bool, most: int
) -> None:
    channel = _OneId(can_look_up=can_look_up)
    message_id = write_reply(shop.runtime, channel="telegram", address=CHAT)
    with refused(shop, "direction = 'outbound' AND state IN ('sent', 'dead')"):
        for _ in range(20):
            due_now(shop.runtime)
            shop.runtime.redis.flushdb()  # the chat's own rate is not what is asked about
            with pytest.raises(IntegrityError):
                sending.send(shop.runtime, message_id, {"telegram": channel})
    assert channel.sent == most
    assert shop.one("SELECT attempts FROM failures WHERE message_id = :id AND resolved_at IS NULL", id=message_id) == 20
    due_now(shop.runtime)
    sending.send(shop.runtime, message_id, {"telegram": channel})
    assert (channel.sent, row(shop, message_id)[0]) == (most, "dead")


def test_a_failure_that_cannot_be_settled_costs_the_reply_nothing(shop: Shop) -> None:
    """What follows from a success is in its transaction, and must not take the success along when it fails."""
    channel = _OneId()
    message_id = write_reply(shop.runtime, channel="telegram", address=CHAT, state="sending")
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE conversation_messages SET attempts = 1 WHERE id = :id"), {"id": message_id})
        connection.execute(text("ALTER TABLE failures RENAME resolution TO elsewhere"))
    try:
        try_often(shop, message_id, channel, times=3)
    finally:
        with shop.runtime.engine.begin() as connection:
            connection.execute(text("ALTER TABLE failures RENAME elsewhere TO resolution"))
    assert (channel.sent, row(shop, message_id)[0]) == (1, "sent")


def test_a_new_bot_token_makes_no_old_id_a_new_ones(shop: Shop, simulator: Running) -> None:
    message_id = write_reply(shop.runtime, channel="telegram", address=CHAT)
    sending.send(shop.runtime, message_id, shop.runtime.channels)
    bot = shop.runtime.settings.telegram_bot_token.get_secret_value().partition(":")[0]
    assert str(row(shop, message_id)[1]).startswith(f"{bot}:{CHAT}:")
