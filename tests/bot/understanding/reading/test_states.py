"""A state of the search is written out field by field where a new item begins: a new field has to be thought of there."""

from __future__ import annotations

from bot.understanding.reading.states import Item, State, open_item

GIVEN = {"goods", "amount", "form", "start", "borrowed"}
"""What whoever opens an item says of it."""
HANDED_OVER = {"op", "negated", "corrects", "told", "every", "ran_out", "sentence", "joined"}
"""What the words before it said of it."""
LATER = {"after", "instead", "no_amount", "turn", "added"}
"""What only words behind it can say."""
STAYS = {"habit", "told", "each", "sentence", "last_goods", "share"}
ENDS = {"gap", "op", "negates", "corrects", "to", "every", "ran_out", "joined"}


def test_every_field_of_an_item_is_given_handed_over_or_said_later() -> None:
    assert set(Item._fields) == GIVEN | HANDED_OVER | LATER
    marked = Item(**{name: name for name in GIVEN})  # type: ignore[arg-type]
    state = State(**{name: name for name in State._fields if name not in ("item", "before", "debt")})  # type: ignore[arg-type]
    item = open_item(state, marked).item
    assert {name for name in Item._fields if getattr(item, name) == name} >= GIVEN
    assert {item.op, item.negated, item.corrects, item.told, item.sentence, item.joined} == {
        "op", "negates", "corrects", "told", "sentence", "joined",
    }  # fmt: skip
    assert all(getattr(item, name) == Item._field_defaults[name] for name in LATER)


def test_a_state_keeps_its_habits_and_forgets_what_was_said_of_the_item_before() -> None:
    assert STAYS | ENDS | {"item", "before", "debt"} == set(State._fields)
    state = State(**{name: name for name in STAYS | ENDS})  # type: ignore[arg-type]
    after = open_item(state, Item())
    assert all(getattr(after, name) == name for name in STAYS)
    assert all(getattr(after, name) == State._field_defaults[name] for name in ENDS)
