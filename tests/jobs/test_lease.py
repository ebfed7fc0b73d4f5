"""One worker at a time, in arrival order, and whoever lost the lease writes nothing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from bot.errors import Fenced
from bot.runtime import Runtime
from jobs import lease
from jobs.process_conversation import process, think, write
from jobs.turn.situation import read_situation
from models.database import autocommit, transaction
from tests.conftest import Shop
from tests.jobs.ledger import change, say, wait_for_a_waiter

ORDER = "100 x 10 inch pizza boxes"


def claim(runtime: Runtime, conversation_id: int) -> lease.Lease | None:
    with autocommit(runtime.engine) as connection:
        return lease.claim(connection, conversation_id)


def test_eight_workers_claim_one_conversation_once(shop: Shop) -> None:
    conversation_id = say(shop.runtime).conversation_id
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: claim(shop.runtime, conversation_id), range(8)))
    assert sum(found is not None for found in claims) == 1


def test_a_conversation_is_claimed_again_only_when_its_lease_ran_out(shop: Shop) -> None:
    conversation_id = say(shop.runtime).conversation_id
    first = claim(shop.runtime, conversation_id)
    assert first is not None
    assert claim(shop.runtime, conversation_id) is None
    change(shop.runtime, "UPDATE conversations SET lease_until = now() - interval '1 s', due_at = now()")
    second = claim(shop.runtime, conversation_id)
    assert second is not None
    assert second.token == first.token + 1


def test_a_worker_that_lost_its_lease_writes_nothing(shop: Shop) -> None:
    runtime = shop.runtime
    conversation_id = say(runtime, ORDER).conversation_id
    stale = claim(runtime, conversation_id)
    assert stale is not None
    with autocommit(runtime.engine) as connection:
        found = read_situation(runtime, connection, stale)
    assert found is not None
    thought = think(runtime, stale, *found)
    change(runtime, "UPDATE conversations SET lease_until = now() - interval '1 s', due_at = now()")
    assert process(runtime, conversation_id) is not None
    with pytest.raises(Fenced), transaction(runtime.engine) as connection:
        write(runtime, connection, stale, thought)
    assert shop.one("SELECT count(*) FROM orders") == 1
    assert shop.one("SELECT count(*) FROM conversation_messages WHERE direction = 'outbound'") == 1


def test_a_message_committed_while_the_write_waits_for_its_row_keeps_the_conversation_due(shop: Shop) -> None:
    """Its snapshot is older than the message: only the moved due_at shows it (apply.RELEASE)."""
    runtime = shop.runtime
    conversation_id = say(runtime, ORDER).conversation_id
    held = claim(runtime, conversation_id)
    assert held is not None
    with autocommit(runtime.engine) as connection:
        found = read_situation(runtime, connection, held)
    assert found is not None
    thought = think(runtime, held, *found)

    def finish() -> None:
        with transaction(runtime.engine) as connection:
            write(runtime, connection, held, thought)

    finishing = threading.Thread(target=finish)
    with transaction(runtime.engine) as door:
        door.execute(text("SELECT 1 FROM conversations WHERE id = :id FOR UPDATE"), {"id": conversation_id})
        finishing.start()
        wait_for_a_waiter(runtime)
        door.execute(
            text(
                "INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, provider_id, role, kind,"
                " content, state, said_at) SELECT id, session_id, 'inbound', channel, 'SMlate', 'user', 'text', 'and 2 more',"
                " 'received', now() FROM conversations WHERE id = :id"
            ),
            {"id": conversation_id},
        )
        door.execute(
            text(
                "UPDATE conversations SET due_at = LEAST(now(), lease_until - interval '1 microsecond') WHERE id = :id"
            ),
            {"id": conversation_id},
        )
    finishing.join()
    assert shop.one("SELECT count(*) FROM conversation_messages WHERE state = 'received'") == 1
    assert shop.one("SELECT due_at IS NOT NULL FROM conversations") is True


def test_a_message_that_comes_while_another_is_worked_on_is_read_next(shop: Shop) -> None:
    runtime = shop.runtime
    conversation_id = say(runtime, ORDER).conversation_id
    held = claim(runtime, conversation_id)
    assert held is not None
    late = say(runtime, "cancel", window_ms=1000)
    assert not late.due, "nobody else may take it now, so nobody is rung"
    with autocommit(runtime.engine) as connection:
        found = read_situation(runtime, connection, held)
    assert found is not None
    said, situation = found
    only_first = type(said)(said.message_ids[:1], ORDER, said.kind, said.said_at)
    with transaction(runtime.engine) as connection:
        write(runtime, connection, held, think(runtime, held, only_first, situation))
    assert shop.one("SELECT due_at IS NOT NULL AND lease_until IS NULL FROM conversations") is True


def test_a_claim_without_anything_to_read_is_given_back_at_once(shop: Shop) -> None:
    runtime = shop.runtime
    conversation_id = say(runtime, ORDER).conversation_id
    assert process(runtime, conversation_id) is not None
    change(runtime, "UPDATE conversations SET due_at = now()")
    assert process(runtime, conversation_id) is None
    assert shop.rows("SELECT due_at, lease_until, attempts FROM conversations") == [(None, None, 0)]


def test_claim_next_takes_the_longest_due_and_skips_what_is_held(shop: Shop) -> None:
    runtime = shop.runtime
    older = say(runtime, address="+6580000101").conversation_id
    newer = say(runtime, address="+6580000150").conversation_id
    change(runtime, "UPDATE conversations SET due_at = now() - interval '1 minute' WHERE id = :id", id=newer)
    with autocommit(runtime.engine) as connection:
        first, second, third = (lease.claim_next(connection) for _ in range(3))
    assert first is not None
    assert second is not None
    assert (first.conversation_id, second.conversation_id, third) == (newer, older, None)
