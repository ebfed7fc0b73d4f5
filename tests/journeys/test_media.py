"""Every kind of message gets a truthful answer and has the right effect."""

from __future__ import annotations

import pytest

from bot.situation import Said
from tests.people import ORDER, PASIR_RIS, Telegram, World

CART = '{"catalog_id": "1", "product_items": [{"product_retailer_id": "PB10-K", "quantity": 200, "item_price": 0.01, "currency": "SGD"}, {"product_retailer_id": "NOPE-1", "quantity": 1}]}'


@pytest.fixture
def chat(world: World) -> Telegram:
    world.bind("501", "CP-PR", "telegram")
    return world.chat(501)


def placed(world: World) -> list[tuple[object, ...]]:
    sql = """SELECT l.sku, l.quantity::int FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.status = 'placed'
        ORDER BY o.id, l.position"""
    return world.shop.rows(sql)


@pytest.mark.parametrize(
    ("media", "kind"),
    [
        ("image/jpeg", "image"), ("audio/ogg", "voice"), ("video/mp4", "video"), ("application/pdf", "document"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "document"), ("text/csv", "document"),
    ],
)  # fmt: skip
def test_media_become_a_task_with_a_timer_and_the_truth_is_told(media: str, kind: str, world: World) -> None:
    said = world.phone().say(media=[media])
    assert "A colleague will look at it" in said[0]
    assert world.shop.rows("SELECT reason, due_at > now() FROM escalations") == [(f"{kind} to read", True)]
    assert world.shop.one("SELECT state FROM conversation_messages WHERE direction = 'inbound'") == "handed_over"
    assert world.orders() == []


def test_the_bot_goes_on_taking_orders_while_a_photo_waits(world: World) -> None:
    phone = world.phone()
    phone.say(media=["image/jpeg"])
    phone.say(ORDER)
    assert placed(world) == [("PB10-K", 100)]


def test_no_media_address_is_ever_fetched(world: World) -> None:
    """What is never fetched can be neither a trap nor a bomb."""
    for address in (
        "http://169.254.169.254/latest",
        "http://127.0.0.1:1/x",
        "file:///etc/passwd",
        "https://api.twilio.com@evil.test/a",
    ):
        form = world.phone().form(media=["image/jpeg"]) | {"MediaUrl0": address}
        world.phone().send(form)
    assert world.shop.rows("SELECT DISTINCT state FROM conversation_messages WHERE kind = 'image'") == [
        ("handed_over",)
    ]
    assert world.shop.one("SELECT count(*) FROM conversation_messages WHERE direction = 'outbound'") == 1


def test_a_photo_with_an_order_under_it_is_read_and_looked_at(world: World) -> None:
    said = world.phone().say(ORDER, media=["image/jpeg"])
    assert "is placed" in said[0]
    assert "I cannot read the photo beside them" in said[1]
    assert placed(world) == [("PB10-K", 100)]
    assert world.shop.one("SELECT reason FROM escalations") == "image to read"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"latitude": "1.35", "longitude": "103.8"}, "registered address"),
        ({"media": ["text/vcard"]}, "do not change who can order"),
        ({"media": ["image/webp"], "extra": {"MessageType": "sticker"}}, "Nice!"),
        ({"extra": {"MessageType": "unsupported"}}, "cannot read this kind"),
    ],
)
def test_what_holds_no_order_is_answered_without_a_task(form: dict[str, object], words: str, world: World) -> None:
    assert words in world.phone().say(**form)[0]
    assert world.shop.one("SELECT count(*) FROM escalations") == 0


def test_a_cart_is_read_by_sku_at_our_prices_and_shown_first(world: World) -> None:
    said = world.phone().say(extra={"MessageType": "order", "Order": CART})
    assert "NOPE-1" in said[0]
    assert placed(world) == []
    phone = world.phone()
    phone.say("no")
    phone.say("yes")
    assert placed(world) == [("PB10-K", 200)]
    assert str(world.shop.one("SELECT unit_price FROM order_lines")) == "0.2800"


def test_a_cart_that_cannot_be_read_goes_to_a_person(world: World) -> None:
    for value in ("", "product_retailer_id {", "[" * 5000 + "product_retailer_id"):
        assert "A colleague will look" in world.phone().say(extra={"MessageType": "order", "Order": value})[0]
    assert world.orders() == []


def test_a_media_reader_is_asked_and_what_it_hears_waits_for_a_yes(world: World) -> None:
    class Listener:
        def read(self, said: Said) -> str | None:
            return ORDER if said.kind == "voice" else None

    world.shop.runtime.media_reader = Listener()
    try:
        phone = world.phone()
        phone.say(media=["audio/ogg"])
        assert placed(world) == []
        phone.say("yes")
        assert "A colleague will look" in phone.say(media=["image/jpeg"])[0]
    finally:
        world.shop.runtime.media_reader = None
    assert placed(world) == [("PB10-K", 100)]


def test_telegram_photo_voice_document_sticker_and_location_are_answered(chat: Telegram, world: World) -> None:
    assert "photo" in chat.say(photo=True)[0]
    assert "voice message" in chat.say(voice=True)[0]
    assert "document" in chat.say(document="order.xlsx")[0]
    assert "Nice!" in chat.say(sticker="🙂")[0]
    assert "registered address" in chat.say(location=(1.35, 103.8))[0]
    assert world.shop.one("SELECT reason FROM escalations") == "image to read; voice to read; document to read"


def test_an_edit_of_a_placed_order_is_shown_and_changes_it_after_a_yes(chat: Telegram, world: World) -> None:
    chat.say(ORDER, message_id=900)
    said = chat.say("200 10 inch pizza box", edit_of=900)
    assert "200 pcs" in said[0]
    assert placed(world) == [("PB10-K", 100)]
    chat.press(1)
    assert placed(world) == [("PB10-K", 200)]
    assert world.shop.one("SELECT count(*) FROM orders") == 1


def test_an_edit_takes_away_what_the_new_words_do_not_say(chat: Telegram, world: World) -> None:
    chat.say("100 10 inch pizza box and 50 pizza liner", message_id=900)
    chat.say("50 pizza liner", edit_of=900)
    chat.press(1)
    assert placed(world) == [("LN-PZ", 50)]


def test_no_to_an_edit_leaves_the_order(chat: Telegram, world: World) -> None:
    chat.say(ORDER, message_id=900)
    chat.say("200 10 inch pizza box", edit_of=900)
    chat.press(2)
    assert placed(world) == [("PB10-K", 100)]


def test_an_edit_of_an_order_that_other_messages_joined_is_asked_for_in_words(chat: Telegram, world: World) -> None:
    chat.say(ORDER, message_id=900)
    chat.say("add 50 pizza liner", message_id=901)
    assert "write the change as a new message" in chat.say("200 10 inch pizza box", edit_of=900)[0]
    assert placed(world) == [("PB10-K", 100), ("LN-PZ", 50)]


def test_an_edit_to_cancel_cancels_that_order(chat: Telegram, world: World) -> None:
    chat.say(ORDER, message_id=900)
    chat.say("cancel this order", edit_of=900)
    assert world.orders() == [("CP-PR", "cancelled")]


def test_an_edit_after_the_cut_off_goes_to_a_person(chat: Telegram, world: World) -> None:
    chat.say(ORDER, message_id=900)
    with world.shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE orders SET delivery_date = current_date - 1")
    assert "cut-off" in chat.say("200 10 inch pizza box", edit_of=900)[0]
    assert placed(world) == [("PB10-K", 100)]
    assert world.shop.one("SELECT reason FROM escalations") == "edit after cut-off"


def test_an_edit_of_a_message_that_ordered_nothing_is_read_like_a_new_one(chat: Telegram, world: World) -> None:
    chat.say("hello", message_id=900)
    chat.say(ORDER, edit_of=900)
    assert placed(world) == [("PB10-K", 100)]


def test_an_edit_before_the_message_was_read_takes_its_place(chat: Telegram, world: World) -> None:
    from simulator import telegram

    assert chat.post(telegram.build_update(501, ORDER, message_id=900)) == 200
    chat.say("200 10 inch pizza box", edit_of=900)
    assert placed(world) == [("PB10-K", 200)]
    assert world.shop.one("SELECT count(*) FROM conversation_messages WHERE state = 'merged'") == 1


def test_a_message_that_comes_after_its_edit_was_answered_orders_nothing_more(chat: Telegram, world: World) -> None:
    chat.say("200 10 inch pizza box", edit_of=900)
    assert chat.say(ORDER, message_id=900) == []
    assert placed(world) == [("PB10-K", 200)]
    found = world.shop.rows("SELECT state, reason FROM conversation_messages WHERE direction = 'inbound' ORDER BY id")
    assert found == [("answered", None), ("ignored", "edited_before")]


def test_what_is_said_beside_it_is_still_read(chat: Telegram, world: World) -> None:
    from simulator import telegram

    chat.say("200 10 inch pizza box", edit_of=900)
    assert chat.post(telegram.build_update(501, ORDER, message_id=900)) == 200
    chat.say("add 50 pizza liner", message_id=901)
    assert placed(world) == [("PB10-K", 200), ("LN-PZ", 50)]


def test_a_question_about_the_edit_stays_open_when_the_message_comes(chat: Telegram, world: World) -> None:
    asked = chat.say("200 pizza box", edit_of=900)
    assert "Which" in asked[0], asked
    assert chat.say("100 pizza box", message_id=900) == []
    chat.say("1")
    assert [quantity for _, quantity in placed(world)] == [200]


@pytest.mark.parametrize("comes_late", [True, False])
def test_a_second_edit_changes_what_the_first_ordered(chat: Telegram, world: World, comes_late: bool) -> None:
    chat.say("200 10 inch pizza box", edit_of=900)
    if comes_late:
        chat.say(ORDER, message_id=900)
    assert "300 pcs" in chat.say("300 10 inch pizza box", edit_of=900)[0]
    chat.press(1)
    assert placed(world) == [("PB10-K", 300)]
    assert world.shop.one("SELECT count(*) FROM orders") == 1


def test_an_edit_of_what_was_edited_before_it_was_read_is_shown_too(chat: Telegram, world: World) -> None:
    from simulator import telegram

    assert chat.post(telegram.build_update(501, ORDER, message_id=900)) == 200
    chat.say("200 10 inch pizza box", edit_of=900)
    assert "300 pcs" in chat.say("300 10 inch pizza box", edit_of=900)[0]
    chat.press(1)
    assert placed(world) == [("PB10-K", 300)]


def test_an_edit_of_one_of_several_read_together_is_asked_for_in_words(chat: Telegram, world: World) -> None:
    from simulator import telegram

    assert chat.post(telegram.build_update(501, ORDER, message_id=900)) == 200
    chat.say("50 pizza liner", message_id=901)
    assert placed(world) == [("PB10-K", 100), ("LN-PZ", 50)]
    assert "write the change as a new message" in chat.say("200 10 inch pizza box", edit_of=900)[0]
    assert placed(world) == [("PB10-K", 100), ("LN-PZ", 50)]


def test_an_edit_of_somebody_elses_message_refers_to_nothing(chat: Telegram, world: World) -> None:
    world.bind("502", "AW-JWL", "telegram")
    world.chat(502).say(ORDER, message_id=900)
    chat.say("cancel", edit_of=900)
    assert world.orders() == [("AW-JWL", "placed")]


def test_a_thumbs_up_on_the_question_places_the_draft(world: World) -> None:
    world.bind("501", "CP-PR", "telegram")
    with world.shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outlets SET confirm_orders = 'always'")
    chat = world.chat(501)
    chat.say(ORDER)
    shown = int(chat.sent())
    chat.say(reaction="❤", reaction_to=shown)
    assert placed(world) == []
    chat.say(reaction="👍", reaction_to=shown)
    assert placed(world) == [("PB10-K", 100)]


def test_a_thumbs_up_on_an_older_question_or_on_an_answer_does_nothing(world: World) -> None:
    world.bind("501", "CP-PR", "telegram")
    with world.shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outlets SET confirm_orders = 'always'")
    chat = world.chat(501)
    chat.say(ORDER)
    old = int(chat.sent())
    chat.say("make it 300 10 inch pizza box")
    chat.sent()
    chat.say(reaction="👍", reaction_to=old)
    assert placed(world) == []
    assert chat.said == []


def test_a_thumbs_up_by_another_chat_does_nothing(world: World) -> None:
    for user in ("501", "502"):
        world.bind(user, "CP-PR", "telegram")
    with world.shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outlets SET confirm_orders = 'always'")
    chat = world.chat(501)
    chat.say(ORDER)
    world.chat(502).say(reaction="👍", reaction_to=int(chat.sent()))
    assert placed(world) == []


def test_a_quoted_confirmation_says_which_order_is_cancelled(world: World) -> None:
    phone = world.phone()
    phone.say("100 10 inch pizza box for next monday")
    first = phone.sent()
    phone.say("50 pizza liner for next tuesday")
    phone.sent()
    phone.say("cancel this", replied_to=first)
    assert sorted(world.orders()) == [("CP-PR", "cancelled"), ("CP-PR", "placed")]
    assert placed(world) == [("LN-PZ", 50)]


def test_a_quoted_order_that_is_closed_is_not_mistaken_for_the_open_one(world: World) -> None:
    phone = world.phone()
    phone.say(ORDER)
    first = phone.sent()
    with world.shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE orders SET delivery_date = current_date - 3, placed_at = now() - interval '4 days'"
        )
    phone.say("50 pizza liner")
    assert "closed" in phone.say("cancel this", replied_to=first)[0]
    assert placed(world) == [("PB10-K", 100), ("LN-PZ", 50)]


def test_a_quoted_line_is_the_line_that_is_changed(world: World) -> None:
    phone = world.phone()
    phone.say("100 10 inch pizza box")
    form = phone.form("50 pizza liner")
    phone.send(form)
    phone.say("make it 200", replied_to=form["MessageSid"])
    assert placed(world) == [("PB10-K", 100), ("LN-PZ", 200)]


def test_yes_under_an_old_question_is_no_yes_to_the_new_one(world: World) -> None:
    with world.shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outlets SET confirm_orders = 'always'")
    phone = world.phone()
    phone.say(ORDER)
    old = phone.sent()
    phone.say("make it 300 10 inch pizza box")
    assert "closed already" in phone.say("yes", replied_to=old)[0]
    assert placed(world) == []


def test_a_quote_of_another_conversation_refers_to_nothing(world: World) -> None:
    jewel = world.phone("+6580000150")
    jewel.say(ORDER)
    theirs = jewel.sent()
    world.phone(PASIR_RIS).say("cancel this", replied_to=theirs)
    assert world.orders() == [("AW-JWL", "placed")]


def test_a_forwarded_order_is_asked_about_before_it_is_anyones(world: World) -> None:
    phone = world.phone()
    assert "forwarded" in phone.say(ORDER, forwarded=True)[0]
    assert world.orders() == []
    phone.say("yes")
    assert placed(world) == [("PB10-K", 100)]


def test_a_forwarded_order_that_is_refused_is_nobodys(world: World) -> None:
    phone = world.phone()
    phone.say(ORDER, forwarded=True)
    phone.say("no")
    assert world.orders() == []
