"""One act, one reply: albums, a list sent line by line, a machine that floods, a text that arrived cut."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from simulator import telegram
from tests.conftest import Shop
from tests.people import Telegram, WhatsApp, World

LIST = [
    "morning", "2 pkt liner", "100 10 inch pizza box", "50 8 inch box", "1 roll foil", "2 roll cling wrap", "for tomorrow pls", "thanks",
]  # fmt: skip


@pytest.fixture
def world(shop: Shop, client: FlaskClient) -> World:
    return World(shop, client)


@pytest.fixture
def chat(world: World) -> Telegram:
    world.bind("501", "CP-PR", "telegram")
    return world.chat(501)


def album(chat: Telegram, photos: int, group: str = "42") -> list[dict[str, object]]:
    updates = [telegram.build_update(chat.user_id, photo=True) for _ in range(photos)]
    for update in updates:
        update["message"]["media_group_id"] = group
    return updates


def states(world: World) -> list[tuple[object, ...]]:
    return world.shop.rows(
        "SELECT state, count(*) FROM conversation_messages WHERE direction = 'inbound' GROUP BY 1 ORDER BY 1"
    )


def test_an_album_is_one_act_and_the_order_right_behind_it_is_read(chat: Telegram, world: World) -> None:
    for update in album(chat, 7):
        assert chat.post(update) == 200
    said = chat.say("3 pkt liner")
    assert len(said) == 2
    assert "A colleague will look at it" in said[0]
    assert "is placed" in said[1]
    assert world.shop.one("SELECT count(*) FROM escalations") == 1


def test_photos_of_an_album_that_come_late_get_no_second_reply(chat: Telegram, world: World) -> None:
    first, *late = album(chat, 4)
    assert len(chat.send(first)) == 1
    for update in late:
        assert chat.send(update) == []
    assert states(world) == [("handed_over", 4)]


def test_photos_that_whatsapp_hands_on_one_by_one_get_one_reply(world: World) -> None:
    phone = world.phone()
    assert len(phone.say(media=["image/jpeg"])) == 1
    assert phone.say(media=["image/jpeg"]) == []
    assert "is placed" in phone.say("3 pkt liner", media=["image/jpeg"])[0]
    with world.shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE conversation_messages SET created_at = created_at - interval '1 hour'"))
    assert len(phone.say(media=["image/jpeg"])) == 1


def test_captions_of_an_album_are_read_together(chat: Telegram, world: World) -> None:
    for update, caption in zip(album(chat, 2), ("2 pkt liner", "1 roll foil"), strict=True):
        update["message"]["caption"] = caption  # type: ignore[index]
        assert chat.post(update) == 200
    said = chat.work()
    assert "is placed" in said[0]
    assert world.shop.rows("SELECT sku FROM order_lines ORDER BY position") == [("LN-PZ",), ("FL-30",)]


def test_a_list_written_line_by_line_is_read_whole(world: World) -> None:
    phone = world.phone()
    for line in LIST * 2:
        assert phone.post(phone.form(line)) == 200
    phone.work()
    assert world.shop.one("SELECT count(*) FROM conversation_messages WHERE reason = 'flood'") == 0


def test_whoever_is_cut_is_told_last_how_much_was_not_read(world: World) -> None:
    phone = world.phone()
    for number in range(41):
        assert phone.post(phone.form("3 pkt liner" if number == 0 else "thanks")) == 200
    said = phone.work()
    assert "is placed" in said[0]
    assert "I could not read your last 11 messages" in said[-1]
    assert sum("could not read" in words for words in said) == 1
    assert (
        world.shop.one("SELECT count(*) FROM conversation_messages WHERE state = 'ignored' AND reason = 'flood'") == 11
    )
    assert world.shop.one("SELECT count(*) FROM conversation_messages WHERE state = 'received'") == 0


def test_a_machine_that_goes_on_is_not_told_again_and_again(world: World) -> None:
    phone = world.phone()
    for _ in range(3):
        for _number in range(20):
            phone.post(phone.form("thanks"))
        phone.work()
    told = (
        "SELECT count(*) FROM conversation_messages WHERE direction = 'outbound' AND content LIKE 'I could not read%'"
    )
    assert world.shop.one(told) == 1


def test_a_text_that_arrived_cut_is_told_of_and_placed_only_with_a_yes(world: World) -> None:
    phone: WhatsApp = world.phone()
    long = ("3 pkt liner\n" + "note: the back door, ring twice please. " * 60)[:1600]
    assert len(long) == 1600
    said = phone.say(long)
    assert "arrived cut" in said[0]
    assert world.shop.one("SELECT count(*) FROM orders WHERE status = 'placed'") == 0


def test_a_text_below_the_limit_is_not_called_cut(world: World) -> None:
    said = world.phone().say("3 pkt liner" + " " * 1588)
    assert "is placed" in said[0]
