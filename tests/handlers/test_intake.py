"""What the doors share: a message is recorded, and rung for when it is due."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from bot.runtime import Runtime
from handlers.intake import take
from jobs import queues
from tests.conftest import Shop
from tests.jobs.ledger import incoming

_fingerprints = count(1)


@pytest.fixture
def patient(shop: Shop) -> Iterator[Runtime]:
    """The same house, waiting a minute for the next message of a burst."""
    made = Runtime(shop.runtime.settings.model_copy(update={"burst_window_ms": 60_000}))
    yield made
    made.close()


def rung(runtime: Runtime, *said: str) -> int:
    """How often a worker is rung for after these messages of one sender."""
    for text in said:
        take(runtime, incoming(text), str(next(_fingerprints)))
    return int(runtime.redis.llen(f"rq:queue:{queues.QUEUE}"))


def test_a_list_may_go_on_so_nobody_is_rung_for_before_its_window_ends(patient: Runtime) -> None:
    assert rung(patient, "100 x 10 inch pizza boxes", "50 liners") == 0


@pytest.mark.parametrize(
    "end",
    ["50 liners, that's all thanks", "That’s all!", "itu saja", "就这些,谢谢", "50 liners. itu je boss", "அவ்வளவுதான்"],
)
def test_who_says_that_was_all_is_read_at_once(patient: Runtime, end: str) -> None:
    assert rung(patient, "100 x 10 inch pizza boxes", end) == 1


@pytest.mark.parametrize("text", ["is that all?", "all of that", "that's all we have left of liners", "thanks"])
def test_words_that_end_nothing_leave_the_window_open(patient: Runtime, text: str) -> None:
    assert rung(patient, "100 x 10 inch pizza boxes", text) == 0
