"""A message is recorded once, whoever sends it how often at the same time, and its alarm clock is set right."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import pytest
from sqlalchemy import Engine

from bot.channels.base import MessageKind
from jobs import lease
from jobs.intake.record import RECORD, record_once, values_of
from jobs.turn.situation import read_situation
from models.database import autocommit, make_engine, transaction
from tests.conftest import Shop
from tests.jobs.ledger import PASIR_RIS, change, incoming, say, wait_for_a_waiter
from tests.scratch import scratch_database


@pytest.fixture
def empty_database(postgres_url: str) -> Iterator[Engine]:
    with scratch_database(postgres_url, migrated=True) as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


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
    say(shop.runtime, "0")
    seen: list[list[int]] = [[]]
    with ThreadPoolExecutor(8) as pool:
        written = [pool.submit(say, shop.runtime, f"{n}") for n in range(60)]
        while not all(each.done() for each in written):
            seen.append([int(str(row[0])) for row in shop.rows("SELECT id FROM conversation_messages ORDER BY id")])
    assert shop.one("SELECT count(*) FROM conversation_messages") == 61
    for before, after in pairwise(seen):
        assert after[: len(before)] == before, "a message appeared before one that was there already"


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
    assert say(shop.runtime, "", window_ms=1000, kind=MessageKind.BUTTON).due
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


def test_a_conversation_that_is_due_already_is_left_to_the_ring_it_will_get_or_had(shop: Shop) -> None:
    say(shop.runtime, window_ms=1000)
    change(shop.runtime, "UPDATE conversations SET due_at = now() - interval '1 s', rung_at = now()")
    before = shop.rows("SELECT due_at, rung_at, xmin FROM conversations")
    assert not say(shop.runtime, "and 5 more", window_ms=1000).due
    assert not say(shop.runtime, "", window_ms=1000, kind=MessageKind.BUTTON).due
    assert shop.rows("SELECT due_at, rung_at, xmin FROM conversations") == before
    assert shop.one("SELECT count(*) FROM conversation_messages WHERE state = 'received'") == 3


def test_a_lease_that_ran_out_is_no_conversation_that_is_due_already(shop: Shop) -> None:
    say(shop.runtime)
    change(
        shop.runtime, "UPDATE conversations SET lease_until = now() - interval '1 s', due_at = now() - interval '1 s'"
    )
    say(shop.runtime, window_ms=1000)
    assert shop.one("SELECT due_at IS DISTINCT FROM lease_until FROM conversations") is True


def test_whoever_claims_while_a_message_is_written_reads_it(shop: Shop) -> None:
    """The conversation is due, so the message leaves its row alone; only the row's lock keeps the claim from going first."""
    runtime = shop.runtime
    conversation_id = say(runtime, "100 x").conversation_id
    claimed: list[lease.Lease | None] = []

    def claim() -> None:
        with autocommit(runtime.engine) as connection:
            claimed.append(lease.claim(connection, conversation_id))

    claiming = threading.Thread(target=claim)
    with transaction(runtime.engine) as door:
        RECORD.on(door, values_of(incoming("10 inch pizza boxes"), fingerprint="f", window_ms=1000))
        claiming.start()
        wait_for_a_waiter(runtime)
    claiming.join()
    assert claimed[0] is not None
    with autocommit(runtime.engine) as connection:
        said, _ = read_situation(runtime, connection, claimed[0])
    assert said is not None
    assert len(said.message_ids) == 2


def test_a_message_that_waits_for_a_claim_sees_the_lease(shop: Shop) -> None:
    """Its snapshot shows a conversation that is due and free; what it decides by is the row as it has become."""
    runtime = shop.runtime
    conversation_id = say(runtime, "100 x").conversation_id
    with ThreadPoolExecutor(1) as pool:
        with transaction(runtime.engine) as worker:
            assert lease.claim(worker, conversation_id) is not None
            late = pool.submit(say, runtime, "10 inch pizza boxes", window_ms=1000)
            wait_for_a_waiter(runtime)
        assert not late.result(5).due
    assert shop.one("SELECT due_at IS DISTINCT FROM lease_until FROM conversations") is True


def test_when_somebody_wrote_last_is_kept_to_the_minute(shop: Shop) -> None:
    say(shop.runtime)
    written = "SELECT last_inbound_at > now() - interval '5 s', xmin FROM contacts WHERE address = :address"
    fresh = shop.rows(written, address=PASIR_RIS)
    assert fresh[0][0] is True
    say(shop.runtime)
    assert shop.rows(written, address=PASIR_RIS) == fresh, "not written again"
    change(shop.runtime, "UPDATE contacts SET last_inbound_at = now() - interval '61 s'")
    say(shop.runtime)
    assert shop.rows(written, address=PASIR_RIS)[0][0] is True


def test_a_new_name_is_kept_and_no_name_takes_none_away(shop: Shop) -> None:
    for name, kept in (("Ah Seng", "Ah Seng"), ("", "Ah Seng"), ("Ah Seng Sr", "Ah Seng Sr")):
        named = replace(incoming(), profile_name=name)
        record_once(shop.runtime.engine, named, fingerprint="f", window_ms=0)
        assert shop.one("SELECT display_name FROM contacts WHERE address = :address", address=PASIR_RIS) == kept


def test_every_row_is_found_by_its_key_also_in_tables_that_are_believed_empty(empty_database: Engine) -> None:
    """The plan is made once a connection, in a new house on empty tables; it once read all that was waiting."""
    with autocommit(empty_database) as connection:
        RECORD.on(connection, values_of(incoming(), fingerprint="f", window_ms=1000))
        given = ", ".join(["NULL"] * len(RECORD.names))
        plan = list(connection.exec_driver_sql(f"EXPLAIN EXECUTE {RECORD.name} ({given})").scalars())
    scans = [
        number
        for number, line in enumerate(plan)
        if " Scan " in line and "CTE Scan" not in line and "Subquery Scan" not in line
    ]
    assert len(scans) >= 6
    assert [plan[number] for number in scans if "Index Cond" not in plan[number + 1]] == []


def test_somebody_who_writes_again_can_be_reached_again(shop: Shop) -> None:
    say(shop.runtime, address="+6599990000")
    change(shop.runtime, "UPDATE contacts SET unreachable_at = now()")
    say(shop.runtime, address="+6599990000")
    assert shop.one("SELECT unreachable_at FROM contacts WHERE address = '+6599990000'") is None
