"""A name that a customer explained becomes a proposal of their outlet; a person looks, approves and can undo."""

from __future__ import annotations

import pytest

from bot.errors import BadInputError
from jobs.handoff import alias_proposals
from jobs.replay.alias_preview import preview
from tests.people import TAMPINES, World

ASKS = "200 pcs of boxes"


def explain(world: World, number: str = "+6580000101", pick: int = 2) -> str:
    """Says what has to be asked about, picks, and returns the SKU that was meant."""
    phone = world.phone(number)
    assert "Which one" in phone.say(ASKS)[0]
    phone.press(pick)
    return str(world.shop.one("SELECT sku FROM order_lines ORDER BY order_id DESC LIMIT 1"))


def proposals(world: World) -> list[alias_proposals.Proposal]:
    with world.shop.runtime.engine.connect() as connection:
        return alias_proposals.proposals(connection)


def decide(world: World, verb: str, proposal_id: int = 1) -> None:
    with world.shop.runtime.engine.begin() as connection:
        getattr(alias_proposals, verb)(connection, proposal_id, actor="mei")


def version(world: World) -> int:
    return int(str(world.shop.one("SELECT version FROM catalog_version")))


def forget_orders(world: World) -> None:
    """Else "boxes" would mean the ones of the last order."""
    with world.shop.runtime.engine.begin() as connection:
        for table in ("order_events", "order_lines", "orders"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    world.shop.runtime.redis.flushdb()


def test_one_answer_makes_a_proposal_with_its_provenance(world: World) -> None:
    sku = explain(world)
    (found,) = proposals(world)
    assert (found.outlet, found.sku, found.state, found.ready) == ("CP-PR", sku, "proposed", False)
    assert "boxes" in found.alias
    answer = world.shop.one("SELECT id FROM conversation_messages WHERE direction = 'inbound' AND content = '2'")
    assert found.message_ids == (answer,)


def test_the_second_same_answer_makes_it_ready_and_no_second_proposal(world: World) -> None:
    explain(world)
    forget_orders(world)
    explain(world)
    (found,) = proposals(world)
    assert len(found.message_ids) == 2
    assert found.ready


def test_another_answer_is_another_proposal(world: World) -> None:
    first = explain(world, pick=1)
    forget_orders(world)
    second = explain(world, pick=2)
    assert {p.sku for p in proposals(world)} == {first, second}
    decide(world, "approve", 1)
    with pytest.raises(BadInputError):
        decide(world, "approve", 2)


def test_nothing_is_read_differently_before_approval(world: World) -> None:
    before = version(world)
    explain(world)
    forget_orders(world)
    assert version(world) == before
    assert "Which one" in world.phone().say(ASKS)[0]


def test_an_approved_name_counts_in_its_outlet_only(world: World) -> None:
    sku = explain(world)
    before = version(world)
    decide(world, "approve")
    assert version(world) == before + 1
    forget_orders(world)
    assert "Which one" not in world.phone().say(ASKS)[0]
    assert world.shop.one("SELECT sku FROM order_lines ORDER BY order_id DESC LIMIT 1") == sku
    assert "Which one" in world.phone(TAMPINES).say(ASKS)[0]


def test_undo_takes_the_name_away_and_leaves_the_orders(world: World) -> None:
    explain(world)
    decide(world, "approve")
    decide(world, "undo")
    assert world.shop.one("SELECT count(*) FROM product_aliases") == 0
    assert world.shop.one("SELECT count(*) FROM orders") == 1
    assert [p.state for p in proposals(world)] == ["undone"]
    forget_orders(world)
    assert "Which one" in world.phone().say(ASKS)[0]


def test_every_step_is_audited_and_none_is_done_twice(world: World) -> None:
    explain(world)
    decide(world, "approve")
    with pytest.raises(BadInputError):
        decide(world, "reject")
    decide(world, "undo")
    with pytest.raises(BadInputError):
        decide(world, "undo")
    actions = [
        row[0] for row in world.shop.rows("SELECT action FROM audit WHERE subject = 'alias_proposal:1' ORDER BY id")
    ]
    assert actions == ["alias_approved", "alias_undone"]


def test_the_preview_shows_the_past_messages_that_would_be_read_differently(world: World) -> None:
    sku = explain(world)
    world.phone(TAMPINES).say(ASKS)
    with world.shop.runtime.engine.connect() as connection:
        count, changed = preview(connection, proposals(world)[0], world.shop.runtime.settings.zone)
    assert count == 2
    assert [item.content for item in changed] == [ASKS]
    assert any(sku in line and line.startswith("+ line") for line in changed[0].differences)


def test_an_answer_to_how_many_teaches_no_name(world: World) -> None:
    phone = world.phone()
    phone.say("I need pizza liner")
    phone.say("50")
    assert proposals(world) == []
