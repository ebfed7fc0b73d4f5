"""STOP and START: every labelled phrase, what they change, and what they leave alone."""

from __future__ import annotations

import json

import pytest

from bot.conversation.subscriptions import Wish, wish_of
from bot.settings import ROOT
from tests.people import ORDER, PASIR_RIS, STRANGER, World

PHRASES = [json.loads(line) for line in (ROOT / "data" / "corpus" / "opt_out.jsonl").read_text("utf-8").splitlines()]


def opted_out(world: World, address: str = PASIR_RIS) -> object:
    return world.shop.one("SELECT opted_out_at IS NOT NULL FROM contacts WHERE address = :a", a=address)


def test_every_labelled_phrase_means_what_its_label_says() -> None:
    wrong = [p["text"] for p in PHRASES if (wish_of(p["text"]) or None) != (Wish(p["wish"]) if p["wish"] else None)]
    assert wrong == []


def test_the_corpus_has_two_hundred_phrases_in_four_languages_and_half_must_not_match() -> None:
    assert len(PHRASES) >= 200
    assert 2 * sum(p["wish"] is None for p in PHRASES) >= len(PHRASES)
    for language in ("en", "ms", "zh", "ta"):
        assert {p["wish"] for p in PHRASES if p["lang"] == language} == {None, "stop", "start"}


@pytest.mark.parametrize("text", ["", " ", "?", "🙂", "stop " * 40, "a" * 10_000, "\x00", "ஃ"])
def test_anything_else_is_no_wish(text: str) -> None:
    assert wish_of(text) is None


def test_stop_ends_announcements_and_start_resumes_them(world: World) -> None:
    phone = world.phone()
    assert "no more announcements" in phone.say("STOP")[0]
    assert opted_out(world) is True
    assert "again" in phone.say("START")[0]
    assert opted_out(world) is False


def test_stop_leaves_the_order_in_progress_and_its_question_alone(world: World) -> None:
    with world.shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outlets SET confirm_orders = 'always'")
    phone = world.phone()
    phone.say(ORDER)
    phone.say("stop")
    assert world.orders() == [("CP-PR", "awaiting_confirmation")]
    phone.say("yes")
    assert world.placed() == ["CP-PR"]


def test_a_placed_order_survives_stop_and_new_ones_are_taken(world: World) -> None:
    phone = world.phone()
    phone.say(ORDER)
    phone.say("berhenti")
    phone.say("50 pizza liner for next friday")
    assert world.placed() == ["CP-PR", "CP-PR"]


def test_stopping_goods_is_about_goods(world: World) -> None:
    world.phone().say("stop the liners")
    assert opted_out(world) is False


def test_a_stranger_can_stop_too(world: World) -> None:
    world.phone(STRANGER).say("停")
    assert opted_out(world, STRANGER) is True
    assert world.requests() == []


def test_no_reminder_goes_to_somebody_who_stopped(world: World) -> None:
    with world.shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outlets SET confirm_orders = 'always'")
    phone = world.phone()
    phone.say(ORDER)
    phone.say("stop")
    with world.shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE conversations SET remind_at = now() - interval '1 s', due_at = now()")
    assert phone.work() == []
