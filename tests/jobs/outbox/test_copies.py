"""Where nobody can be asked what has left, a reply is sent twice when answers are lost and once more for each death, four times in all."""

from __future__ import annotations

import time
from datetime import datetime

import pytest
from sqlalchemy import text

from bot.channels.base import Outgoing
from bot.errors import Fenced
from bot.telemetry import metrics
from jobs.outbox import copies
from jobs.outbox import send as sending
from jobs.outbox.copies import Try
from jobs.replay.failed_work import failed_since, replay
from simulator.faults import Fault, FaultKind
from simulator.server import Running
from tests.conftest import Shop
from tests.jobs.ledger import change, due_now, write_reply

CHAT = "7001"
ROW = "SELECT state, reason, unconfirmed FROM conversation_messages WHERE id = :id"


def fault(simulator: Running, kind: FaultKind, operation: str = "sendMessage", **fields: object) -> None:
    simulator.faults.add(Fault(kind, "telegram", operation, **fields))  # type: ignore[arg-type]


def try_often(shop: Shop, message_id: int, times: int) -> None:
    for _ in range(times):
        due_now(shop.runtime)
        shop.runtime.redis.flushdb()  # the chat's own rate is not what is asked about
        sending.send(shop.runtime, message_id, shop.runtime.channels)


def effects(simulator: Running) -> int:
    return sum(e.effect is not None for e in simulator.ledger.entries(provider="telegram", operation="sendMessage"))


def reply(shop: Shop, content: str = "Hello", **fields: str) -> int:
    return write_reply(shop.runtime, content, channel="telegram", address=CHAT, **fields)


def test_a_telegram_that_takes_replies_and_never_says_so_gets_each_twice(shop: Shop, simulator: Running) -> None:
    fault(simulator, FaultKind.ACCEPT_THEN_DROP, count=None)
    given_up = metrics.replies_unconfirmed_total.labels("telegram")
    before = given_up._value.get()
    message_id = reply(shop)
    try_often(shop, message_id, 6)
    assert effects(simulator) == 2
    assert shop.rows(ROW, id=message_id) == [("dead", "unconfirmed", 3)]
    assert shop.rows("SELECT kind, message_id FROM failures WHERE resolved_at IS NULL") == [("deliver", message_id)]
    assert given_up._value.get() == before + 1


def test_what_waits_behind_it_is_sent(shop: Shop, simulator: Running) -> None:
    fault(simulator, FaultKind.ACCEPT_THEN_DROP, count=2)
    first, second = reply(shop, "one"), reply(shop, "two")
    try_often(shop, first, 3)
    assert shop.one("SELECT state FROM conversation_messages WHERE id = :id", id=second) == "sent"


def test_to_a_telegram_that_is_silent_nothing_is_repeated(shop: Shop, simulator: Running) -> None:
    fault(simulator, FaultKind.ACCEPT_THEN_DROP)
    fault(simulator, FaultKind.CUT, "getMe", count=5)
    message_id = reply(shop)
    try_often(shop, message_id, 6)
    assert (effects(simulator), shop.rows(ROW, id=message_id)) == (1, [("unknown", "lookup", 2)])
    try_often(shop, message_id, 1)
    assert (effects(simulator), shop.one("SELECT state FROM conversation_messages WHERE id = :id", id=message_id)) == (
        2,
        "sent",
    )


@pytest.mark.parametrize(
    ("status", "counted"), [(500, 0), (503, 0), (502, 2), (504, 2)], ids=["its own 500", "its own 503", "502", "504"]
)
def test_a_gateways_answer_leaves_it_open_and_telegrams_own_does_not(
    shop: Shop, simulator: Running, status: int, counted: int
) -> None:
    words = {502: "Bad Gateway", 504: "Gateway Timeout"}.get(status, "Internal Server Error")
    fault(simulator, FaultKind.ERROR, status=status, message=words)
    message_id = reply(shop)
    try_often(shop, message_id, 1)
    assert shop.one("SELECT unconfirmed FROM conversation_messages WHERE id = :id", id=message_id) == counted


def test_what_telegram_refuses_for_now_counts_as_no_copy(shop: Shop, simulator: Running) -> None:
    fault(simulator, FaultKind.ERROR, status=429, retry_after_s=1, count=5)
    message_id = reply(shop)
    try_often(shop, message_id, 6)
    assert (effects(simulator), shop.rows(ROW, id=message_id)) == (1, [("sent", None, 1)])


@pytest.mark.parametrize(("counted", "sent"), [(1, 1), (3, 1), (4, 0)])
def test_workers_that_were_killed_over_it_leave_four_sends_at_most(
    shop: Shop, simulator: Running, counted: int, sent: int
) -> None:
    message_id = reply(shop, state="sending")
    change(shop.runtime, "UPDATE conversation_messages SET unconfirmed = :n WHERE id = :id", id=message_id, n=counted)
    try_often(shop, message_id, 2)
    assert effects(simulator) == sent
    state = shop.rows("SELECT state, reason FROM conversation_messages WHERE id = :id", id=message_id)
    assert state == [("sent", None) if sent else ("dead", "unconfirmed")]


def test_an_answer_lost_after_a_death_is_the_last(shop: Shop, simulator: Running) -> None:
    fault(simulator, FaultKind.ACCEPT_THEN_DROP, count=None)
    message_id = reply(shop, state="sending")
    change(shop.runtime, "UPDATE conversation_messages SET unconfirmed = 1 WHERE id = :id", id=message_id)
    try_often(shop, message_id, 6)
    assert effects(simulator) == 2


def test_workers_that_were_killed_before_the_send_cost_the_reply_nothing(shop: Shop, simulator: Running) -> None:
    message_id = reply(shop)
    for _ in range(20):
        due_now(shop.runtime)
        sending._claim(shop.runtime, message_id, "died")
    try_often(shop, message_id, 1)
    assert (effects(simulator), shop.one("SELECT state FROM conversation_messages WHERE id = :id", id=message_id)) == (
        1,
        "sent",
    )


def test_whoever_replays_it_allows_one_more(shop: Shop, simulator: Running) -> None:
    fault(simulator, FaultKind.ACCEPT_THEN_DROP, count=2)
    message_id = reply(shop)
    try_often(shop, message_id, 3)
    assert [each.done for each in replay(shop.runtime, failed_since(shop.runtime, None), "ops")] == [True]
    try_often(shop, message_id, 1)
    assert (effects(simulator), shop.one("SELECT state FROM conversation_messages WHERE id = :id", id=message_id)) == (
        3,
        "sent",
    )


class _TakenOver:
    """Answers a look-up so late that another try has taken the row meanwhile."""

    name, max_length = "telegram", 4096

    def __init__(self, shop: Shop, *, can_look_up: bool) -> None:
        self.sent, self._shop, self.can_look_up = 0, shop, can_look_up

    def send(self, message: Outgoing) -> str:
        self.sent += 1
        return f"1:{message.to}:{self.sent}"

    def find(self, message: Outgoing, *, since: datetime, known: frozenset[str]) -> str | None:
        change(self._shop.runtime, "UPDATE conversation_messages SET attempt_id = 'another' WHERE state = 'sending'")
        return None


def test_a_try_that_lost_its_row_sends_nothing(shop: Shop) -> None:
    message_id = reply(shop, state="sending")
    due_now(shop.runtime)
    channel = _TakenOver(shop, can_look_up=False)
    sending.send(shop.runtime, message_id, {"telegram": channel})
    assert (channel.sent, shop.rows(ROW, id=message_id)) == (0, [("sending", None, 0)])


def test_where_it_can_be_asked_only_a_late_try_looks_whether_the_row_is_still_its_own(shop: Shop) -> None:
    message_id = reply(shop, state="sending")
    with shop.runtime.engine.connect() as connection:
        row = connection.execute(
            text("SELECT *, 'pending' AS was FROM conversation_messages WHERE id = :id"), {"id": message_id}
        ).one()
    channel, now = _TakenOver(shop, can_look_up=True), time.monotonic()
    assert not copies.count(shop.runtime, Try(row, "not mine", now), channel)
    with pytest.raises(Fenced):
        copies.count(shop.runtime, Try(row, "not mine", now - copies.LATE_S), channel)


def test_a_reply_over_which_every_worker_dies_is_closed_in_the_end(shop: Shop, simulator: Running) -> None:
    message_id = reply(shop)
    for _ in range(sending.MAX_DEATHS + 1):
        due_now(shop.runtime)
        assert sending._claim(shop.runtime, message_id, "died") is not None
    try_often(shop, message_id, 1)
    assert (effects(simulator), shop.rows(ROW, id=message_id)) == (0, [("dead", "deaths", 0)])
    assert shop.rows("SELECT kind, message_id FROM failures WHERE resolved_at IS NULL") == [("deliver", message_id)]


def test_deaths_do_not_use_up_the_tries_where_twilio_is_asked(shop: Shop, simulator: Running) -> None:
    message_id = write_reply(shop.runtime)
    for _ in range(20):
        due_now(shop.runtime)
        assert sending._claim(shop.runtime, message_id, "died") is not None
    due_now(shop.runtime)
    sending.send(shop.runtime, message_id, shop.runtime.channels)
    found = shop.rows("SELECT state, attempts, unconfirmed FROM conversation_messages WHERE id = :id", id=message_id)
    assert found == [("sent", 1, 1)]
