"""A message is recorded once, whoever sends it how often at the same time, and its alarm clock is set right."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.channels.base import Kind
from jobs.record import record_once
from tests.conftest import Shop
from tests.jobs.ledger import change, incoming, say


def test_e02_fifty_first_messages_at_once_open_one_conversation(shop: Shop) -> None:
    barrier = threading.Barrier(8)

    def first(_: int) -> int:
        barrier.wait(5)
        return say(shop.runtime, address="+6599990000").conversation_id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(first, range(8)))
        ids |= set(pool.map(lambda _: say(shop.runtime, address="+6599990000").conversation_id, range(42)))
    assert len(ids) == 1


def test_ids_rise_in_the_order_in_which_messages_were_committed(shop: Shop) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: say(shop.runtime, f"{n}", address=f"+6580000{n % 3:03d}"), range(60)))
    assert shop.one("SELECT count(*) FROM conversation_messages") == 60


@pytest.mark.parametrize("round_", range(5))
def test_copies_at_the_same_moment_are_one_row(shop: Shop, round_: int) -> None:
    message = incoming(f"round {round_}")
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda _: record_once(shop.runtime.engine, message, fingerprint="f", window_ms=1000), range(8))
        )
    assert sum(each.message_id is not None for each in found) == 1
    assert not any(each.altered for each in found)


def test_another_body_under_the_same_id_is_reported_and_changes_nothing(shop: Shop) -> None:
    first = say(shop.runtime, "5", sid="SM1")
    again = say(shop.runtime, "500", sid="SM1")
    assert (first.altered, again.altered, again.message_id) == (False, True, None)


def test_a_burst_is_due_a_window_after_its_last_message_and_never_later_than_four(shop: Shop) -> None:
    assert not say(shop.runtime, "a", window_ms=1000).due
    due = "SELECT extract(epoch FROM due_at - now())::float8 FROM conversations"
    assert 0.5 < float(str(shop.one(due))) <= 1.0
    change(shop.runtime, "UPDATE conversation_messages SET created_at = now() - interval '3.8 s'")
    say(shop.runtime, "b", window_ms=1000)
    assert float(str(shop.one(due))) < 0.5


def test_an_answer_to_our_question_and_a_press_are_due_at_once(shop: Shop) -> None:
    assert say(shop.runtime, "", window_ms=1000, kind=Kind.BUTTON).due
    change(shop.runtime, "UPDATE conversations SET question = '{}', due_at = NULL")
    assert say(shop.runtime, "yes", window_ms=1000).due


def test_a_message_to_a_conversation_that_waits_out_a_failure_does_not_shorten_the_pause(shop: Shop) -> None:
    say(shop.runtime)
    change(shop.runtime, "UPDATE conversations SET attempts = 3, due_at = now() + interval '10 s'")
    assert not say(shop.runtime).due
    assert shop.one("SELECT due_at > now() + interval '9 s' FROM conversations") is True


def test_a_message_during_a_lease_moves_the_alarm_away_from_the_leases_end(shop: Shop) -> None:
    say(shop.runtime)
    change(
        shop.runtime,
        "UPDATE conversations SET attempts = 1, lease_until = now() + interval '20 s', due_at = now() + interval '20 s'",
    )
    assert not say(shop.runtime, window_ms=1000).due
    assert shop.one("SELECT due_at IS DISTINCT FROM lease_until FROM conversations") is True


def test_somebody_who_writes_again_can_be_reached_again(shop: Shop) -> None:
    say(shop.runtime, address="+6599990000")
    change(shop.runtime, "UPDATE contacts SET unreachable_at = now()")
    say(shop.runtime, address="+6599990000")
    assert shop.one("SELECT unreachable_at FROM contacts WHERE address = '+6599990000'") is None
