"""What waits is read in turns: texts together, what is no text alone, and an edit in the place of what it edits."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.base import MessageKind
from jobs.turn.burst import first_turn

A, B = {"message_id": 11}, {"message_id": 12}


def row(
    number: int,
    content: str,
    payload: dict[str, Any],
    kind: MessageKind = MessageKind.TEXT,
    *,
    edited_before: bool = False,
) -> list[Any]:
    return [number, kind.value, content, f"2026-11-18T02:00:{number:02d}+00:00", payload, edited_before]


def turn(*rows: list[Any], alone: bool = False) -> tuple[tuple[int, ...], str, MessageKind]:
    said = first_turn(list(rows), alone=alone)
    return said.message_ids, said.text, said.kind


def test_an_edit_takes_the_place_of_a_message_that_was_not_read_yet() -> None:
    found = turn(row(1, "2 ctn box", A), row(2, "1 pkt liner", B), row(3, "3 ctn box", A, MessageKind.EDIT))
    assert found == ((1, 2, 3), "3 ctn box\n1 pkt liner", MessageKind.TEXT)


def test_also_when_the_edit_arrived_first() -> None:
    assert turn(row(1, "3 ctn box", A, MessageKind.EDIT), row(2, "2 ctn box", A)) == (
        (1, 2),
        "3 ctn box",
        MessageKind.TEXT,
    )


def test_also_behind_a_message_that_stands_alone() -> None:
    rows = row(1, "2 ctn box", A), row(2, "", B, MessageKind.IMAGE), row(3, "3 ctn box", A, MessageKind.EDIT)
    assert turn(*rows) == ((1, 3), "3 ctn box", MessageKind.TEXT)


def test_also_of_a_caption_and_of_a_forwarded_message() -> None:
    photo = turn(row(1, "old", A, MessageKind.IMAGE), row(2, "new", A, MessageKind.EDIT))
    forwarded = turn(row(1, "old", A | {"forwarded": True}), row(2, "new", A, MessageKind.EDIT), row(3, "thanks", B))
    assert (photo, forwarded) == (((1, 2), "new", MessageKind.IMAGE), ((1, 2), "new", MessageKind.TEXT))


def test_also_where_each_message_is_read_alone_after_failures() -> None:
    rows = row(1, "2 ctn box", A), row(2, "1 pkt liner", B), row(3, "3 ctn box", A, MessageKind.EDIT)
    assert turn(*rows, alone=True) == ((1, 3), "3 ctn box", MessageKind.TEXT)


@pytest.mark.parametrize("order", [(2, 3), (3, 2)])
def test_of_several_edits_the_latest_by_the_customers_clock_holds(order: tuple[int, int]) -> None:
    edits = [row(number, f"{number} ctn box", A, MessageKind.EDIT) for number in order]
    assert turn(row(1, "1 ctn box", A), *edits)[1] == "3 ctn box"


def test_an_edit_of_what_was_read_before_is_a_message_of_its_own() -> None:
    found = turn(row(2, "3 ctn box", A, MessageKind.EDIT), row(3, "1 pkt liner", B))
    assert found == ((2,), "3 ctn box", MessageKind.EDIT)


def test_messages_without_an_id_of_the_channel_are_never_taken_for_each_other() -> None:
    assert turn(row(1, "2 ctn box", {}), row(2, "1 pkt liner", {})) == (
        (1, 2),
        "2 ctn box\n1 pkt liner",
        MessageKind.TEXT,
    )


def test_a_message_whose_edit_was_answered_is_a_turn_without_words() -> None:
    late = row(2, "2 ctn box", A, edited_before=True)
    assert turn(row(1, "1 pkt liner", B), late) == ((1,), "1 pkt liner", MessageKind.TEXT)
    assert turn(late, row(3, "1 pkt liner", B)) == ((2,), "", MessageKind.TEXT)
    said = first_turn([late], alone=False)
    assert said.payload == {"edited_before": True}


def test_a_second_edit_behind_it_is_a_message_of_its_own() -> None:
    late, second = row(2, "2 ctn box", A, edited_before=True), row(3, "4 ctn box", A, MessageKind.EDIT)
    assert turn(late, second) == ((2,), "", MessageKind.TEXT)
    assert turn(second) == ((3,), "4 ctn box", MessageKind.EDIT)
