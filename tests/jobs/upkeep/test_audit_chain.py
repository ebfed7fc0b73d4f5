"""The audit cannot be changed, and whoever finds a way around that is found out."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from jobs.audit import audit
from jobs.upkeep.audit_chain import BEHIND, Verified, seal, verify
from tests.conftest import Shop


def act(shop: Shop, *actions: str) -> None:
    for action in actions:
        with shop.runtime.engine.begin() as connection:
            audit(connection, "mei", action, "order:1", {"before": "1", "after": "2"})


def tamper(shop: Shop, sql: str) -> None:
    """As whoever owns the database could, with the triggers off."""
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(sql))


def verified(shop: Shop) -> Verified:
    with shop.runtime.engine.connect() as connection:
        return verify(connection)


@pytest.fixture
def chain(shop: Shop) -> Shop:
    tamper(shop, "DELETE FROM audit")
    act(shop, "one", "two", "three")
    assert seal(shop.runtime) == 3
    return shop


def test_what_is_sealed_is_whole_and_new_rows_go_on_from_there(chain: Shop) -> None:
    first = verified(chain)
    assert (first.sealed, first.unsealed, first.problems) == (3, 0, ())
    act(chain, "four")
    assert verified(chain).unsealed == 1
    assert (seal(chain.runtime), seal(chain.runtime)) == (1, 0)
    second = verified(chain)
    assert (second.sealed, second.ok) == (4, True)
    assert second.head != first.head


def test_a_row_far_behind_the_newest_is_sealed_by_the_next_thorough_look(chain: Shop) -> None:
    row = "INSERT INTO audit (id, actor, action, subject) OVERRIDING SYSTEM VALUE VALUES ({id}, 'mei', 'x', 'x')"
    tamper(chain, row.format(id=BEHIND + 1_000))
    assert seal(chain.runtime) == 1
    tamper(chain, row.format(id=500))
    assert seal(chain.runtime) == 0
    tamper(chain, "UPDATE heartbeats SET beat_at = now() - interval '2 hours' WHERE name = 'audit_sealed_behind'")
    assert seal(chain.runtime) == 1
    assert verified(chain).ok


@pytest.mark.parametrize(
    "sql", ["UPDATE audit SET actor = 'tan'", "DELETE FROM audit", "UPDATE audit_seals SET hash = ''", "TRUNCATE audit"]
)
def test_the_database_refuses_to_change_it(chain: Shop, sql: str) -> None:
    with pytest.raises(DBAPIError, match="only ever appended"), chain.runtime.engine.begin() as connection:
        connection.execute(text(sql))
    assert verified(chain).ok


@pytest.mark.parametrize(
    "change", ["actor = 'tan'", "action = 'x'", "subject = 'order:2'", "at = at - interval '1 us'", "detail = '{}'"]
)
def test_a_changed_row_is_found_by_its_number(chain: Shop, change: str) -> None:
    row = chain.one("SELECT id FROM audit WHERE action = 'two'")
    tamper(chain, f"UPDATE audit SET {change} WHERE action = 'two'")
    assert verified(chain).problems == (f"audit row {row} was changed, or what was sealed before it",)


def test_a_missing_row_is_found(chain: Shop) -> None:
    row = chain.one("SELECT id FROM audit WHERE action = 'two'")
    tamper(chain, "DELETE FROM audit WHERE action = 'two'")
    assert verified(chain).problems == (f"audit row {row} is gone",)


def test_a_row_taken_away_with_its_seal_breaks_the_chain(chain: Shop) -> None:
    tamper(chain, "DELETE FROM audit_seals WHERE audit_id = (SELECT id FROM audit WHERE action = 'two')")
    tamper(chain, "DELETE FROM audit WHERE action = 'two'")
    assert len(verified(chain).problems) == 1


def test_a_row_slipped_in_without_a_seal_is_told_after_a_while(chain: Shop) -> None:
    with chain.runtime.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO audit (at, actor, action, subject) VALUES (now() - interval '1 hour', 'x', 'x', 'x')")
        )
    assert "does the sweeper run" in verified(chain).problems[0]
