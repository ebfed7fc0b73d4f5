"""The corpus is consistent with its own catalogs and rules. Whether a label is the right reading, only a person can check."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from bot.understanding.intent import IntentKind, QuestionReason
from tests.corpus.reading import Message, Sku, messages, phones

WRITING = {"order.create", "order.amend", "order.repeat"}
LANGUAGES = {"en", "en-SG", "zh", "ms", "ta", "zh-en", "ms-en", "ta-en"}
GOLD_KEYS = {
    "intent",
    "intent_alt",
    "lines",
    "changes",
    "delivery_date",
    "clarify",
    "clarify_optional",
    "notes_contains",
    "order_id",
    "or_ask",
    "or_yes",
}
LARGEST_LINE = 100_000
FURTHEST_DELIVERY = dt.timedelta(days=60)
FEWEST = {"injection": 60, "lookalike": 60, "context": 80}
FEWEST_MESSAGES = 600


def broken(check: Any) -> list[str]:
    """The ids of the messages for which `check` is not true."""
    return [m.row["id"] for m in messages() if not check(m)]


def parts(line: dict[str, Any]) -> list[dict[str, Any]]:
    return line.get("parts") or [line]


def said_total(sku: Sku, line: dict[str, Any]) -> Decimal | None:
    """What was said, in base units; None when nothing was said or a unit is not sold."""
    total = Decimal(0)
    for part in parts(line):
        factor = sku.factor(part["unit_said"])
        if factor is None or part["quantity_said"] is None:
            return None
        total += Decimal(str(part["quantity_said"])) * factor
    return total


def legal_quantity(sku: Sku, quantity: Any) -> bool:
    amount = Decimal(str(quantity))
    step = Decimal("0.001") if sku.by_measure else Decimal(1)
    return 0 < amount <= LARGEST_LINE and amount % step == 0


def legal_line(message: Message, line: dict[str, Any]) -> bool:
    sku = message.catalog.get(line["sku"])
    return sku is not None and sku.active and legal_quantity(sku, line.get("quantity_base_units", line.get("quantity")))


def converts(message: Message, line: dict[str, Any]) -> bool:
    """What was said of this line is its base quantity."""
    if line["quantity_said"] is None and "parts" not in line:
        return "changes" in message.gold
    return said_total(message.catalog[line["sku"]], line) == Decimal(str(line["quantity_base_units"]))


def starting_lines(message: Message) -> dict[str, Decimal]:
    context = message.row["context"] or {}
    keys = ("last_order", "draft") if message.gold["intent"] == "order.repeat" else ("draft", "last_order")
    named = {order["order_id"]: order for order in context.get("orders") or ()}.get(message.gold.get("order_id"))
    order = named or next((context[key] for key in keys if context.get(key)), {"lines": []})
    return {line["sku"]: Decimal(str(line["quantity"])) for line in order["lines"]}


def after_changes(message: Message) -> dict[str, Decimal]:
    state = starting_lines(message)
    for change in message.gold["changes"]:
        sku = change["sku"]
        if change["op"] == "remove":
            del state[sku]
            continue
        amount = said_total(message.catalog[sku], change)
        assert amount is not None
        assert amount == Decimal(str(change["quantity_base_units"]))
        before = state.get(sku, Decimal(0))
        state[sku] = {"set": amount, "add": before + amount, "sub": before - amount}[change["op"]]
    return state


def asks_which_order(message: Message) -> bool:
    return any(question["reason"] == QuestionReason.ORDER for question in message.gold["clarify"])


def follows_from_context(message: Message) -> bool:
    if "changes" not in message.gold or asks_which_order(message):
        return True
    gold = {line["sku"]: Decimal(str(line["quantity_base_units"])) for line in message.gold["lines"]}
    return after_changes(message) == gold


def legal_question(message: Message, question: dict[str, Any]) -> bool:
    candidates = [message.catalog[sku] for sku in question["candidates"]]
    match question["reason"]:
        case "ambiguous":
            return len(candidates) > 1 and all(sku.active for sku in candidates)
        case "inactive":
            return len(candidates) == 1 and not candidates[0].active
        case "unit":
            return len(candidates) == 1 and candidates[0].factor(question["unit_said"]) is None
        case "quantity" if len(candidates) > 1:
            return set(question["candidates"]) <= set(starting_lines(message))
        case "quantity":
            return len(candidates) == 1 and candidates[0].active and not orderable(candidates[0], question)
        case "order":
            orders = {order["order_id"] for order in (message.row["context"] or {}).get("orders") or ()}
            return len(question["orders"]) > 1 and set(question["orders"]) <= orders
        case _:
            return not candidates


def orderable(sku: Sku, question: dict[str, Any]) -> bool:
    """A quantity was said that could have been written: then nothing had to be asked."""
    factor = sku.factor(question.get("unit_said"))
    said = question.get("quantity_said")
    return said is not None and factor is not None and legal_quantity(sku, Decimal(str(said)) * factor)


def legal_date(message: Message) -> bool:
    asked = message.gold["delivery_date"]
    if asked is None:
        return True
    ahead = dt.date.fromisoformat(asked) - dt.datetime.fromisoformat(message.row["now"]).date()
    return dt.timedelta(0) <= ahead <= FURTHEST_DELIVERY


def context_lines(message: Message) -> Iterable[dict[str, Any]]:
    context = message.row["context"] or {}
    for key in ("draft", "last_order"):
        yield from (context.get(key) or {"lines": []})["lines"]


def test_ids_and_readings_are_unique() -> None:
    ids = Counter(m.row["id"] for m in messages())
    asked_twice = Counter((m.trade, m.row["text"], str(m.row["context"])) for m in messages())
    assert [key for key, count in (ids + asked_twice).items() if count > 1] == []


def test_every_message_has_the_fields_of_the_format() -> None:
    fields = {"id", "text", "now", "lang", "sender", "context", "gold", "tags"}
    assert broken(lambda m: set(m.row) == fields and set(m.gold) <= GOLD_KEYS) == []
    assert broken(lambda m: m.row["text"].strip() and m.row["lang"] in LANGUAGES and m.row["tags"]) == []
    assert broken(lambda m: dt.datetime.fromisoformat(m.row["now"]).utcoffset() == dt.timedelta(hours=8)) == []


def test_every_sender_is_an_outlet() -> None:
    assert broken(lambda m: m.row["sender"] in phones(m.trade)) == []


def test_intents_are_of_the_closed_list() -> None:
    kinds = {kind.value for kind in IntentKind}
    assert broken(lambda m: {m.gold["intent"], *m.gold.get("intent_alt", [])} <= kinds) == []


def test_lines_name_active_products_once_in_legal_quantities() -> None:
    assert broken(lambda m: all(legal_line(m, line) for line in m.gold["lines"])) == []
    assert broken(lambda m: all(legal_line(m, line) for line in context_lines(m))) == []
    assert broken(lambda m: len({line["sku"] for line in m.gold["lines"]}) == len(m.gold["lines"])) == []


def test_base_quantities_follow_from_what_was_said() -> None:
    assert broken(lambda m: all(converts(m, line) for line in m.gold["lines"])) == []


def test_changed_orders_follow_from_the_context() -> None:
    assert broken(follows_from_context) == []


def test_questions_name_products_of_the_catalog_and_have_a_reason() -> None:
    reasons = {reason.value for reason in QuestionReason}
    assert broken(lambda m: all(q["reason"] in reasons for q in m.gold["clarify"])) == []
    assert broken(lambda m: all(set(q["candidates"]) <= set(m.catalog) for q in m.gold["clarify"])) == []
    assert broken(lambda m: all(legal_question(m, q) for q in m.gold["clarify"])) == []


def test_dates_lie_ahead_and_are_tagged() -> None:
    assert broken(legal_date) == []
    dated = {"date_rel", "date_abs"}
    assert broken(lambda m: bool(m.gold["delivery_date"]) == bool(dated & set(m.row["tags"]))) == []


def test_only_order_messages_carry_lines_questions_and_dates() -> None:
    assert broken(lambda m: m.gold["intent"] in WRITING or not m.gold["lines"]) == []
    assert broken(lambda m: m.gold["intent"] in WRITING or not m.gold["clarify"] or asks_which_order(m)) == []
    assert broken(lambda m: m.gold["intent"] in WRITING or m.gold["delivery_date"] is None) == []
    assert broken(lambda m: m.gold["intent"] != "order.create" or m.gold["lines"] or m.gold["clarify"]) == []


def test_what_changes_confirms_or_cancels_has_something_to_act_on() -> None:
    acting = {"order.amend", "order.repeat", "order.confirm", "order.cancel"}
    assert broken(lambda m: m.gold["intent"] not in acting or m.row["context"] or "no_history" in m.row["tags"]) == []


def test_lookalikes_write_no_order_and_context_is_tagged() -> None:
    assert broken(lambda m: bool(m.row["context"]) == ("context" in m.row["tags"])) == []
    plain_order = {"order.amend", "order.repeat", "order.confirm", "order.cancel"}
    assert broken(lambda m: "lookalike" not in m.row["tags"] or m.gold["intent"] not in plain_order) == []


def test_every_intent_and_every_reason_occurs() -> None:
    intents = {m.gold["intent"] for m in messages()}
    reasons = {q["reason"] for m in messages() for q in m.gold["clarify"]}
    assert intents == {kind.value for kind in IntentKind}
    # What is left in stock stands in no message: that question is put by whoever looks at the shelf, behind the reading.
    assert reasons == {reason.value for reason in QuestionReason if reason is not QuestionReason.SHORT}


@pytest.mark.parametrize("tag", sorted(FEWEST))
def test_there_are_enough_messages_of_the_kinds_that_matter(tag: str) -> None:
    assert sum(tag in m.row["tags"] for m in messages()) >= FEWEST[tag]


def test_the_corpus_is_large_enough() -> None:
    assert len(messages()) >= FEWEST_MESSAGES
