"""The gap filler against the simulator's OpenAI over real HTTP, with the real library: it helps, or changes nothing."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pybreaker
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from bot.breaker import CountedBreaker
from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.evaluation.evaluation import MAX_LLM_SHARE, find_sets
from bot.evaluation.examples import Example, read_examples
from bot.evaluation.prediction import prediction
from bot.evaluation.scoring import judge
from bot.settings import ROOT
from bot.telemetry import metrics, scrub
from bot.understanding import reader
from bot.understanding.gaps import GapOutcome
from bot.understanding.intent import Basket, Context, Intent, IntentKind, QuestionReason
from bot.understanding.llm import MAX_TEXT, GapFiller
from bot.understanding.llm_answer_check import MAX_CANDIDATES, candidates, fill_in, worth_asking
from bot.understanding.llm_breaker import FAILURES_TO_OPEN
from bot.understanding.llm_prices import PRICES, UNKNOWN, cost_usd, price_of
from bot.understanding.prompts import Found, LlmReading
from bot.understanding.reader import understand
from simulator.adversary import FOREIGN_SKU, HUGE, Mode
from simulator.faults import Fault, FaultKind
from simulator.oracle import Oracle, Truth
from simulator.server import Running
from tests.bot.understanding.simulated_llm import INDEX, NOW, SLANG, asked, filler_at

STICKS = {"span": "wobblers", "sku": "LN-PZ", "quantity": 5, "unit": "ctn"}
DRAFT = Context(draft=Basket((("PB10-K", Decimal(100)),)))


def answer(*lines: dict[str, Any], kind: str = "order.create") -> dict[str, Any]:
    return {"kind": kind, "lines": list(lines)}


def at_once(_seconds: float) -> None:
    """Waits for nothing before a second try."""


@pytest.fixture
def filler(running: Running) -> Iterator[GapFiller]:
    made = filler_at(running.url, pause=at_once)
    yield made
    made.close()


def read(text: str, context: Context | None = None) -> Intent:
    return understand(text, INDEX, context or Context(), NOW)


def fill(filler: GapFiller, text: str, context: Context | None = None, **more: Any) -> tuple[Intent, Any]:
    return filler.fill(read(text, context), text, INDEX, context or Context(), NOW, **more)


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"tria_{name}", labels) or 0.0


# -- what it adds


def test_an_unknown_word_becomes_a_line_that_waits_for_a_yes(running: Running, filler: GapFiller) -> None:
    running.openai.script.append(answer(STICKS))
    intent, record = fill(filler, SLANG)
    assert [(line.sku, line.quantity, line.sure) for line in intent.lines] == [
        ("PB10-K", 100, True),
        ("LN-PZ", 5000, False),
    ]
    assert (intent.questions, intent.sure, intent.doubtful) == ((), False, True)
    assert (record.outcome, record.filled) == (GapOutcome.OK, True)
    assert json.loads(record.raw)["lines"][0]["sku"] == "LN-PZ"
    assert record.cost_usd == cost_usd("gpt-4.1-mini", record.prompt_tokens, record.completion_tokens) > 0


def test_an_unknown_word_joins_the_draft_as_an_added_line(running: Running, filler: GapFiller) -> None:
    running.openai.script.append(answer(STICKS))
    intent, _ = fill(filler, "5 ctn wobblers too", DRAFT)
    assert intent.kind is IntentKind.ORDER_AMEND
    assert [(line.sku, line.quantity) for line in intent.lines] == [("PB10-K", 100), ("LN-PZ", 5000)]
    assert [(change.op.value, change.sku) for change in intent.changes] == [("add", "LN-PZ")]
    assert intent.doubtful


def test_an_order_of_unknown_words_only_may_turn_out_to_be_a_complaint(running: Running, filler: GapFiller) -> None:
    running.openai.script.append(answer(kind="complaint"))
    intent, _ = fill(filler, "5 ctn wobblers")
    assert (intent.kind, intent.lines, intent.questions) == (IntentKind.COMPLAINT, (), ())


def test_an_unsure_inquiry_becomes_an_order_only_with_a_yes(running: Running, filler: GapFiller) -> None:
    text = "got liner 5 ctn or not"
    unsure = replace(read(text), kind=IntentKind.INQUIRY_PRODUCT, confidence=0.4, lines=(), questions=())
    running.openai.script.append(answer({**STICKS, "span": "liner"}))
    intent, _ = filler.fill(unsure, text, INDEX, Context(), NOW)
    assert intent.kind is IntentKind.ORDER_CREATE
    assert [(line.sku, line.quantity, line.sure) for line in intent.lines] == [("LN-PZ", 5000, False)]
    assert intent.doubtful


def test_without_an_amount_that_was_read_the_product_is_only_offered(running: Running, filler: GapFiller) -> None:
    running.openai.script.append(answer({**STICKS, "quantity": 6}))
    intent, _ = fill(filler, SLANG)
    assert [line.sku for line in intent.lines] == ["PB10-K"]
    assert (intent.questions[0].reason, intent.questions[0].candidates[0]) == (QuestionReason.UNKNOWN, "LN-PZ")


# -- what it is told


def test_only_words_and_names_leave_the_house(running: Running, filler: GapFiller) -> None:
    text = f"{SLANG}, my number 91234567, mail x@example.com"
    fill(filler, text, outlet_id="CP-PR")
    (request,) = asked(running)
    said = json.dumps(request)
    rules, products, words = (message["content"] for message in request["messages"])
    assert "wobblers" in words
    assert "wobblers" not in rules + products
    offered = json.loads(products.removeprefix("Products:\n"))
    assert 0 < len(offered) <= MAX_CANDIDATES
    assert {frozenset(product) for product in offered} == {frozenset({"sku", "name"})}
    assert all(INDEX.products[product["sku"]].active for product in offered)
    for secret in ("91234567", "x@example.com", "CP-PR", "unit_price", "0.28"):
        assert secret not in said
    assert request["response_format"]["json_schema"]["strict"] is True


def test_rules_and_products_are_the_same_beginning_for_the_same_gap(running: Running, filler: GapFiller) -> None:
    fill(filler, "5 ctn wobblers")
    fill(filler, "7 ctn wobblers please")
    first, second = asked(running)
    assert first["messages"][:2] == second["messages"][:2]


def test_a_message_without_a_gap_or_too_long_is_never_sent(running: Running, filler: GapFiller) -> None:
    for text in ("100 10in box", "hello", "cancel my order", SLANG + " " + "x" * MAX_TEXT):
        intent, record = fill(filler, text)
        assert (intent, record) == (read(text), None)
    assert asked(running) == []


# -- whatever goes wrong


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        (Mode.REFUSAL, GapOutcome.REFUSED),
        (Mode.LENGTH, GapOutcome.CUT),
        (Mode.CONTENT_FILTER, GapOutcome.REFUSED),
        (Mode.EMPTY_CHOICES, GapOutcome.INVALID),
        (Mode.ERROR_IN_200, GapOutcome.INVALID),
        (Mode.NOT_JSON, GapOutcome.INVALID),
        (Mode.BAD_JSON, GapOutcome.INVALID),
        (Mode.MARKDOWN, GapOutcome.INVALID),
        (Mode.RATE_LIMIT, GapOutcome.RATE_LIMIT),
        (Mode.SERVER_ERROR, GapOutcome.FAILED),
        (Mode.INJECTED_PRICE, GapOutcome.INVALID),
        (Mode.INJECTED_OUTLET, GapOutcome.INVALID),
        (Mode.WRONG_TYPES, GapOutcome.INVALID),
        (Mode.MISSING_KEYS, GapOutcome.INVALID),
        (Mode.TEN_THOUSAND_LINES, GapOutcome.INVALID),
    ],
)
def test_a_broken_answer_leaves_the_rules_reading_and_a_record(
    running: Running, filler: GapFiller, mode: Mode, outcome: GapOutcome
) -> None:
    """Malformed, refused, cut and slow answers of the model."""
    before = counted("llm_calls_total", outcome=outcome.value)
    running.openai.mode = mode
    intent, record = fill(filler, SLANG)
    assert intent == read(SLANG)
    assert (record.outcome, record.filled) == (outcome, False)
    assert counted("llm_calls_total", outcome=outcome.value) == before + 1


def test_a_server_that_stalls_costs_the_budget_and_no_more(running: Running) -> None:
    filler = filler_at(running.url, budget_s=0.6, pause=at_once)
    running.openai.mode = Mode.STALL
    begun = time.monotonic()
    intent, record = fill(filler, SLANG)
    assert time.monotonic() - begun < 2.0
    assert intent == read(SLANG)
    assert record.outcome is GapOutcome.TIMEOUT
    assert record.cost_usd > 0, "an answer that was being made is paid for"


def test_a_second_try_is_made_once_where_it_may_help(running: Running, filler: GapFiller) -> None:
    running.faults.add(Fault(FaultKind.ERROR, "openai", "chat.completions", status=503))
    running.openai.script.append(answer(STICKS))
    intent, record = fill(filler, SLANG)
    assert (record.outcome, len(intent.lines), len(asked(running))) == (GapOutcome.OK, 2, 2)
    running.faults.add(Fault(FaultKind.ERROR, "openai", "chat.completions", status=429, count=5))
    _, record = fill(filler, SLANG)
    assert (record.outcome, len(asked(running))) == (GapOutcome.RATE_LIMIT, 4)


@pytest.mark.parametrize("status", [400, 401])
def test_a_request_that_is_refused_for_good_is_not_repeated(running: Running, filler: GapFiller, status: int) -> None:
    running.faults.add(Fault(FaultKind.ERROR, "openai", "chat.completions", status=status, count=5))
    intent, record = fill(filler, SLANG)
    assert (intent, record.outcome, len(asked(running))) == (read(SLANG), GapOutcome.FAILED, 1)


def test_a_cut_connection_and_a_closed_port_are_survived(running: Running, filler: GapFiller) -> None:
    running.faults.add(Fault(FaultKind.CUT, "openai", "chat.completions", count=2))
    assert fill(filler, SLANG)[1].outcome is GapOutcome.FAILED
    intent, record = fill(filler_at("http://127.0.0.1:9", pause=at_once), SLANG)
    assert (intent, record.outcome, record.cost_usd) == (read(SLANG), GapOutcome.FAILED, 0)


# -- the breaker


def test_the_breaker_opens_asks_nothing_more_and_counts_its_states(running: Running, filler: GapFiller) -> None:
    opened = counted("llm_breaker_total", state="open")
    running.openai.mode = Mode.SERVER_ERROR
    while filler.breaker.circuit.current_state != pybreaker.STATE_OPEN:
        fill(filler, SLANG)
    assert len(asked(running)) == FAILURES_TO_OPEN
    intent, record = fill(filler, SLANG)
    assert (intent, record.outcome) == (read(SLANG), GapOutcome.CIRCUIT_OPEN)
    assert len(asked(running)) == FAILURES_TO_OPEN
    assert counted("llm_breaker_total", state="open") == opened + 1


def test_the_breaker_lets_one_through_later_and_closes(running: Running, filler: GapFiller) -> None:
    closed = counted("llm_breaker_total", state="closed")
    filler.breaker.circuit.half_open()
    running.openai.script.append(answer(STICKS))
    assert fill(filler, SLANG)[1].outcome is GapOutcome.OK
    assert filler.breaker.circuit.current_state == pybreaker.STATE_CLOSED
    assert counted("llm_breaker_total", state="closed") == closed + 1


def test_our_listener_is_an_object_and_a_bare_function_breaks_the_first_call() -> None:
    def bare(*_: object) -> None: ...

    assert pybreaker.CircuitBreaker(listeners=[CountedBreaker("llm", metrics.llm_breaker_total)]).call(lambda: 7) == 7
    broken = pybreaker.CircuitBreaker(listeners=[bare])  # type: ignore[list-item]
    with pytest.raises(AttributeError, match="before_call"):
        broken.call(lambda: 7)


# -- money


def test_above_the_days_budget_the_rules_go_on_alone(running: Running) -> None:
    """The day's budget."""
    filler = filler_at(running.url, budget_usd="0.50", pause=at_once)
    before = counted("llm_calls_total", outcome="over_budget")
    for _ in range(2):
        intent, record = fill(filler, SLANG, spent_today=Decimal("0.50"))
        assert (intent, record.outcome, record.cost_usd) == (read(SLANG), GapOutcome.OVER_BUDGET, 0)
    assert asked(running) == []
    assert counted("llm_calls_total", outcome="over_budget") == before + 2
    assert fill(filler, SLANG, spent_today=Decimal("0.49"))[1].outcome is GapOutcome.OK


def test_spending_is_counted_in_dollars(running: Running, filler: GapFiller) -> None:
    before = counted("llm_cost_usd_total")
    _, record = fill(filler, SLANG)
    assert counted("llm_cost_usd_total") - before == pytest.approx(float(record.cost_usd))


def test_a_model_nobody_knows_costs_the_most() -> None:
    assert price_of("gpt-4.1-mini-2025-04-14") == PRICES["gpt-4.1-mini"]
    assert price_of("gpt-4.1-mini") != price_of("gpt-4.1")
    assert price_of("something-new") == UNKNOWN
    assert all(UNKNOWN.prompt >= price.prompt for price in PRICES.values())
    assert cost_usd("gpt-4.1-mini", 1_000_000, 1_000_000) == Decimal("2.00")


# -- nothing becomes dangerous, whatever it answers

Message = tuple[Example, CatalogIndex, Intent]


EACH = 3
"""Each third message of the corpus stands for the others here; `make eval` reads them all, and holds the share to the same bound."""


@cache
def corpus() -> list[Message]:
    messages = []
    for labelled in find_sets(ROOT / "data" / "corpus"):
        index = CatalogIndex.build(read_catalog(labelled.catalog))
        for path in labelled.files:
            for example in list(read_examples(path))[::EACH]:
                messages.append((example, index, understand(example.text, index, example.context, example.now)))
    return messages


def test_few_messages_of_the_corpus_are_asked_about() -> None:
    share = sum(worth_asking(intent) for _, _, intent in corpus()) / len(corpus())
    assert 0 < share <= MAX_LLM_SHARE


def check_harmless(example: Example, index: CatalogIndex, before: Intent, after: Intent) -> None:
    """Nothing that was sure is changed, nothing new is sure, and nothing is dangerous that was not."""
    if after is before:
        return
    kept = {line.sku: line for line in before.lines}
    added = [line for line in after.lines if line.sku not in kept]
    if after.kind in (IntentKind.ORDER_CREATE, IntentKind.ORDER_AMEND) and before.kind is after.kind:
        assert tuple(line for line in after.lines if line.sku in kept) == before.lines
        assert after.changes[: len(before.changes)] == before.changes
        firm = [question for question in before.questions if question.reason is not QuestionReason.UNKNOWN]
        assert [question for question in after.questions if question.reason is not QuestionReason.UNKNOWN] == firm
    assert all(not line.sure and index.products[line.sku].active for line in added)
    assert after.doubtful or not added
    assert after.kind not in (IntentKind.ORDER_CANCEL, IntentKind.ORDER_CONFIRM, IntentKind.OPT_OUT) or (
        after.kind is before.kind
    )
    if example.gold:
        judged = [judge(example, prediction(example.id, intent), index.products) for intent in (before, after)]
        assert not judged[1].danger or judged[0].danger


@cache
def with_a_gap() -> list[Message]:
    """The corpus' messages that leave a gap, and before them others made to by words that nobody knows."""
    gaps = [message for message in corpus() if worth_asking(message[2])]
    for example, index, _ in corpus()[::5]:
        text = f"{example.text}, 3 wobblers, 2 zingers"
        intent = understand(text, index, example.context, example.now)
        if worth_asking(intent):
            gaps.insert(0, (replace(example, text=text, gold={}), index, intent))
    return gaps


ATTACKS = (Mode.INJECTED_PRICE, Mode.INJECTED_OUTLET, Mode.FOREIGN_SKU, Mode.HUGE_QUANTITY)


def test_no_injected_price_outlet_product_or_quantity_is_ever_accepted(running: Running, filler: GapFiller) -> None:
    """Prices, outlets and goods that nobody asked for; the answers that are well formed still lie about products and amounts."""
    attacks, accepted = 0, 0
    for example, index, intent in with_a_gap()[:: max(1, len(with_a_gap()) // 60)]:
        for mode in ATTACKS:
            running.openai.mode = mode
            after, record = filler.fill(intent, example.text, index, example.context, example.now)
            assert record is not None
            assert record.outcome in (GapOutcome.OK, GapOutcome.INVALID)
            check_harmless(example, index, intent, after)
            attacks += 1
            added = set(after.lines) - set(intent.lines)
            new_offers = {sku for q in after.questions for sku in q.candidates}
            accepted += any(line.sku == FOREIGN_SKU or line.quantity_said == HUGE for line in added)
            accepted += FOREIGN_SKU in new_offers or bool(added)
    assert attacks >= 200
    assert accepted == 0


def test_plausible_answers_about_the_corpus_make_nothing_dangerous(running: Running, filler: GapFiller) -> None:
    filled = 0
    for example, index, intent in with_a_gap()[1::3]:
        after, record = filler.fill(intent, example.text, index, example.context, example.now)
        assert record is not None
        assert record.outcome is GapOutcome.OK
        check_harmless(example, index, intent, after)
        filled += record.filled
    assert filled > 0


def truth(example: Example) -> Truth:
    lines = (example.gold or {"lines": ()})["lines"]
    return Truth("order.create", {line["sku"]: (line["quantity_said"], line["unit_said"]) for line in lines})


@pytest.mark.parametrize("right", [0.0, 0.5, 1.0])
def test_a_second_reader_makes_nothing_dangerous_however_often_it_is_wrong(
    running: Running, filler: GapFiller, right: float
) -> None:
    asked = with_a_gap()[::7]
    running.openai.think = Oracle({scrub(example.text): truth(example) for example, _, _ in asked}, right)
    for example, index, intent in asked:
        after, record = filler.fill(intent, example.text, index, example.context, example.now)
        assert record is not None
        assert record.outcome is GapOutcome.OK
        check_harmless(example, index, intent, after)


KINDS = list(LlmReading.model_json_schema()["properties"]["kind"]["enum"])


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_no_answer_at_all_makes_a_reading_dangerous(data: st.DataObject) -> None:
    answer_anything(data)


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=1000, deadline=None)
def test_none_of_a_thousand_answers_makes_a_reading_dangerous(data: st.DataObject) -> None:
    answer_anything(data)


def answer_anything(data: st.DataObject) -> None:
    """Answers out of the message's own words, numbers and real products: the worst that a clever liar can say."""
    example, index, intent = data.draw(st.sampled_from(with_a_gap()))
    found = reader.read(example.text, index, example.context, example.now)
    assert found is not None
    facts = found.facts
    offered = candidates(index, facts, intent)
    tokens = facts.folded.text.split() or [""]
    numbers = [float(token.value) for token in facts.tokens if token.value is not None] + [0.0, -1.0, 1e6, 1e309]
    found = st.builds(
        Found,
        span=st.one_of(st.sampled_from([*tokens, example.text]), st.text(max_size=8)),
        sku=st.sampled_from([*offered, *index.products, FOREIGN_SKU]),
        quantity=st.one_of(st.none(), st.sampled_from(numbers), st.floats()),
        unit=st.one_of(st.none(), st.sampled_from([*tokens, "carton", "piece"])),
    )
    lines = data.draw(st.lists(found, max_size=5))
    reading = LlmReading(kind=data.draw(st.sampled_from(KINDS)), lines=lines)
    check_harmless(example, index, intent, fill_in(intent, reading, facts, offered))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("cancel my order", IntentKind.ORDER_CANCEL),
        ("yes", IntentKind.ORDER_CONFIRM),
        ("STOP", IntentKind.OPT_OUT),
        ("let me talk to a person", IntentKind.HUMAN),
    ],
)
def test_what_acts_or_hands_over_is_never_talked_into_something_else(text: str, kind: IntentKind) -> None:
    unsure = replace(read(text, DRAFT), kind=kind, confidence=0.1)
    found = reader.read(text, INDEX, DRAFT, NOW)
    assert found is not None
    facts = found.facts
    for other in KINDS:
        assert fill_in(unsure, LlmReading(kind=other, lines=[]), facts, list(INDEX.products)) is unsure


def test_several_conversations_may_ask_at_once(running: Running, filler: GapFiller) -> None:
    results: list[Intent] = []
    ask: Callable[[], None] = lambda: results.append(fill(filler, SLANG)[0])  # noqa: E731 - one line of a thread
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == len(asked(running)) == 4
