"""What a Telegram user expects of a bot: commands, links with a code, an order written too early, edits that change nothing."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.conftest import Shop
from tests.people import TAMPINES, World


@pytest.fixture
def world(shop: Shop, client: FlaskClient) -> World:
    return World(shop, client)


def placed(world: World) -> list[tuple[object, ...]]:
    return world.shop.rows(
        "SELECT t.code, l.sku, l.quantity::int FROM order_lines l JOIN orders o ON o.id = l.order_id"
        " JOIN outlets t ON t.id = o.outlet_id WHERE o.status = 'placed' ORDER BY o.id, l.position"
    )


def asks_for_the_phone(world: World) -> bool:
    return "request_contact" in str(
        world.shop.one(
            "SELECT payload FROM conversation_messages WHERE direction = 'outbound' ORDER BY id DESC LIMIT 1"
        )
    )


@pytest.mark.parametrize("command", ["/start", "/help", "/start hello", "/start@tria_order_bot"])
def test_a_stranger_who_starts_is_offered_the_contact_button_and_asks_nobody_for_anything(
    world: World, command: str
) -> None:
    said = world.chat().say(command)
    assert "share your phone number" in said[0]
    assert asks_for_the_phone(world)
    assert world.requests() == []


def test_start_greets_a_linked_chat_and_says_what_can_be_written(world: World) -> None:
    chat = world.chat()
    chat.share_contact(TAMPINES)
    said = chat.say("/start")
    assert "Canadian Pizza Tampines" in said[0]
    assert "2 cartons" in said[0]
    assert "announcements" not in said[0]
    assert "2 cartons" in chat.say("/menu")[0]


def test_stop_ends_announcements_and_start_resumes_them(world: World) -> None:
    chat = world.chat()
    chat.share_contact(TAMPINES)
    assert "no more announcements" in chat.say("/stop")[0]
    assert world.shop.one("SELECT opted_out_at IS NOT NULL FROM contacts WHERE address = '7001'") is True
    assert "announcements and reminders again" in chat.say("/start")[0]
    assert world.shop.one("SELECT opted_out_at IS NULL FROM contacts WHERE address = '7001'") is True


def test_a_link_with_a_code_links(world: World) -> None:
    assert "You can order for" in world.chat().say(f"/start {world.invite('CP-TP')}")[0]
    assert world.bindings("7001") == ["CP-TP"]


def test_a_wrong_form_is_no_wrong_guess(world: World) -> None:
    chat = world.chat()
    for words in ("my code is KT47", "/start KT47MX", "code?"):
        chat.say(words)
    assert world.shop.one("SELECT codes_failed FROM contacts WHERE address = '7001'") == 0


def test_an_order_written_before_the_phone_is_shared_is_taken_up_after_it(world: World) -> None:
    chat = world.chat()
    chat.say("3 pkt liner")
    chat.say("and 100 10 inch pizza box pls")
    said = chat.share_contact(TAMPINES)
    assert "You can order for Canadian Pizza Tampines now" in said[0]
    assert "is placed" in said[1]
    assert placed(world) == [("CP-TP", "LN-PZ", 150), ("CP-TP", "PB10-K", 100)]


def test_an_order_written_before_the_code_is_taken_up_after_it(world: World) -> None:
    phone = world.phone("+6581239999")
    phone.say("100 10 inch pizza box")
    said = phone.say(f"hi, my code is {world.invite('CP-PR')}")
    assert "You can order for Canadian Pizza Pasir Ris now" in said[0]
    assert placed(world) == [("CP-PR", "PB10-K", 100)]
    assert world.bindings("+6581239999") == ["CP-PR"]


def test_with_several_outlets_the_waiting_order_is_read_after_the_choice(world: World) -> None:
    world.bind("+6581238888", "CP-PR")
    world.bind("+6581238888", "CP-TP")
    chat = world.chat()
    chat.say("100 10 inch pizza box")
    said = chat.share_contact("+6581238888")
    assert "Which outlet is this for?" in said[-1]
    assert placed(world) == []
    chat.press(1)
    assert [line[1:] for line in placed(world)] == [("PB10-K", 100)]


def test_chat_that_was_let_in_asks_for_nothing_any_more(world: World) -> None:
    chat = world.chat()
    chat.say("hello, may I order here")
    assert [state for _, _, state in world.requests()] == ["pending"]
    chat.share_contact(TAMPINES)
    assert [state for _, _, state in world.requests()] == ["approved"]


def test_a_strangers_words_of_nothing_are_not_taken_up(world: World) -> None:
    chat = world.chat()
    chat.say("hello, who are you?")
    said = chat.share_contact(TAMPINES)
    assert len(said) == 1
    assert "What would you like to order?" in said[0]


def test_nobody_is_reminded_to_say_who_they_are(world: World) -> None:
    chat = world.chat()
    chat.say("3 pkt liner")
    with world.shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE conversations SET remind_at = now() - interval '1 s', due_at = now() - interval '1 s'"
        )
    assert chat.work() == []
    with world.shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE conversations SET expire_at = now() - interval '1 s', due_at = now() - interval '1 s'"
        )
    assert chat.work() == []
    assert len(chat.share_contact(TAMPINES)) == 1


def test_an_edit_with_the_same_words_does_nothing(world: World) -> None:
    chat = world.chat()
    chat.share_contact(TAMPINES)
    chat.say("100 10 inch pizza box", message_id=4711)
    assert chat.say("100  10 inch pizza box ", edit_of=4711) == []
    state = "SELECT state, reason FROM conversation_messages WHERE kind = 'edit' ORDER BY id DESC LIMIT 1"
    assert world.shop.rows(state) == [("ignored", "unchanged_edit")]
    assert [line[1:] for line in placed(world)] == [("PB10-K", 100)]


def test_an_edit_is_compared_with_the_last_edit_and_not_with_the_first_words(world: World) -> None:
    chat = world.chat()
    chat.share_contact(TAMPINES)
    chat.say("hello", message_id=4712)
    assert "is placed" in chat.say("3 pkt liner", edit_of=4712)[0]
    assert chat.say("3 pkt liner", edit_of=4712) == []
    assert [line[1:] for line in placed(world)] == [("LN-PZ", 150)]
