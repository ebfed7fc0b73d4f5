"""A language model that is silent, busy or asks to wait costs a customer at most their own budget, and the next ones nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.understanding.gaps import GapOutcome, GapRecord
from bot.understanding.intent import Context
from bot.understanding.llm import GapFiller
from bot.understanding.reader import understand
from simulator.adversary import Mode
from simulator.faults import Fault, FaultKind
from simulator.server import Running
from tests.bot.understanding.simulated_llm import INDEX, NOW, SLANG, asked, filler_at


@pytest.fixture
def filler(running: Running) -> Iterator[GapFiller]:
    made = filler_at(running.url, budget_s=2.0)
    yield made
    made.close()


def ask(filler: GapFiller, text: str = SLANG, **more: Any) -> GapRecord:
    context = Context()
    record = filler.fill(understand(text, INDEX, context, NOW), text, INDEX, context, NOW, **more)[1]
    assert record is not None
    return record


def test_after_two_silences_the_next_message_goes_on_with_the_rules_at_once(
    running: Running, filler: GapFiller
) -> None:
    running.openai.mode = Mode.STALL
    filler.budget_s = 0.6
    assert [ask(filler).outcome for _ in range(2)] == [GapOutcome.TIMEOUT] * 2
    began = time.monotonic()
    assert ask(filler).outcome is GapOutcome.CIRCUIT_OPEN
    assert time.monotonic() - began < 0.3
    assert len(asked(running)) == 2


def test_calls_are_under_way_at_the_same_time(running: Running, filler: GapFiller) -> None:
    running.faults.add(Fault(FaultKind.DELAY, "openai", "chat.completions", count=None, delay_s=0.7))
    began = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        outcomes = {record.outcome for record in pool.map(lambda _: ask(filler), range(6))}
    assert outcomes == {GapOutcome.OK}
    assert time.monotonic() - began < 3 * 0.7, "one after the other they take six times as long"


def test_a_message_whose_time_is_over_when_its_turn_comes_is_not_asked_about(
    running: Running, filler: GapFiller
) -> None:
    assert ask(filler, until=time.monotonic() + 0.1).outcome is GapOutcome.BUSY
    assert asked(running) == []


def test_retry_after_is_waited_for_when_the_customers_time_allows_it(running: Running, filler: GapFiller) -> None:
    running.faults.add(Fault(FaultKind.ERROR, "openai", "chat.completions", status=429, retry_after_s=0.4))
    began = time.monotonic()
    assert ask(filler).outcome is GapOutcome.OK
    assert time.monotonic() - began >= 0.4
    assert len(asked(running)) == 2


def test_a_longer_retry_after_leaves_it_alone_for_everybody(running: Running, filler: GapFiller) -> None:
    running.faults.add(Fault(FaultKind.ERROR, "openai", "chat.completions", status=429, retry_after_s=30))
    assert [ask(filler).outcome for _ in range(3)] == [GapOutcome.RATE_LIMIT] * 3
    assert len(asked(running)) == 1


@pytest.mark.parametrize("secret", ["S1234567D", "4111 1111 1111 1111", "boss@shop.example.com", "+65 9123 4567"])
def test_no_piece_of_what_is_masked_in_the_message_stands_among_the_unknown_words(
    running: Running, filler: GapFiller, secret: str
) -> None:
    ask(filler, f"5 ctn wobblers {secret} and 100 10in box")
    shown = json.dumps(asked(running)[0]["messages"])
    pieces = [piece for piece in secret.replace("@", " ").replace("+", "").split() if len(piece) > 3]
    kept = [piece for piece in pieces if piece in shown and piece != "4567"]
    assert kept == []
