"""The story that everything else serves: a webhook in, a row, a reply out. Over real HTTP, through the real worker."""

from __future__ import annotations

from simulator import twilio
from simulator.server import Running
from tests.conftest import Shop
from tests.people import JEWEL, PASIR_RIS, STRANGER, Phone, TelegramChat, WhatsAppPhone

LINES = "SELECT sku, quantity, unit FROM order_lines ORDER BY position"
LAST_REPLY = "SELECT content FROM conversation_messages WHERE direction = 'outbound' ORDER BY id DESC LIMIT 1"


def test_pizza_boxes_are_ordered_and_the_reply_names_everything(shop: Shop, phone: Phone) -> None:
    (reply,) = phone.say("I need 100 x 10 inch pizza boxes")
    assert shop.rows(LINES) == [("PB10-K", 100, "piece")]
    number, status, subtotal, tax, total = shop.rows("SELECT number, status, subtotal, tax, total FROM orders")[0]
    assert [status, str(subtotal), str(tax), str(total)] == ["placed", "28.00", "2.52", "30.52"]
    for part in (
        "- Outlet: Canadian Pizza Pasir Ris",
        "Pizza Box 10 inch Brown Kraft",
        "1 ctn = 100 pcs",
        "0.28",
        "9 %",
        "SGD\u00a030.52",
        str(number),
    ):
        assert part in reply


def test_boxes_of_several_kinds_are_asked_about_and_the_choice_makes_one_order(shop: Shop, phone: Phone) -> None:
    question, more = phone.say("I need 10 boxes")
    assert "boxes" in question
    assert "3 more" in more
    assert shop.one("SELECT count(*) FROM orders WHERE status = 'placed'") == 0
    candidates = shop.one("SELECT question->'about'->0->'candidates' FROM conversations WHERE question IS NOT NULL")
    phone.press(2)
    assert shop.rows(LINES) == [(candidates[1], 10, "piece")]  # type: ignore[index]
    assert shop.rows("SELECT status FROM orders") == [("placed",)]
    # Telegram takes three messages of one chat in three seconds, so this one may wait a moment
    assert "10 pcs" in str(shop.one(LAST_REPLY))


def test_an_outlet_with_an_ampersand_orders_boxes_and_liners(shop: Shop, simulator: Running) -> None:
    jewel = WhatsAppPhone(simulator, shop, JEWEL)
    (question,) = jewel.say("Hi, this is A&W Jewel. I need 100 pizza boxes and 50 liners.")
    assert "pizza boxes" in question
    (reply,) = jewel.say("10 inch")
    assert shop.rows(LINES) == [("LN-PZ", 50, "piece"), ("PB10-K", 100, "piece")]
    assert "- Outlet: A&W Jewel" in reply
    assert "&amp;" not in reply


def test_a_greeting_is_answered_and_orders_nothing(shop: Shop, phone: Phone) -> None:
    (reply,) = phone.say("Hello!")
    assert "Hello" in reply
    assert shop.one("SELECT count(*) FROM orders") == 0


def test_an_unknown_sender_is_told_how_to_be_registered(shop: Shop, simulator: Running) -> None:
    reply, kept = WhatsAppPhone(simulator, shop, STRANGER).say("I need 100 x 10 inch pizza boxes")
    assert "not registered" in reply
    assert "kept your order" in kept
    assert shop.one("SELECT count(*) FROM orders") == 0


def test_an_unknown_sender_who_writes_more_is_told_only_that_it_is_kept_too(shop: Shop, simulator: Running) -> None:
    phone = WhatsAppPhone(simulator, shop, STRANGER)
    phone.say("I need 100 x 10 inch pizza boxes")
    (more,) = phone.say("and 2 pkt liner")
    assert "keep this with it" in more
    assert "not registered" not in more


def test_a_telegram_chat_shares_its_phone_and_orders(shop: Shop, simulator: Running) -> None:
    chat = TelegramChat(simulator, shop)
    _, kept = chat.say("100 x 10 inch pizza boxes")
    assert chat.messages[0].sent["reply_markup"]["keyboard"][0][0]["request_contact"] is True
    assert "kept your order" in kept
    assert shop.one("SELECT count(*) FROM orders") == 0
    (linked,) = chat.share_contact(PASIR_RIS)
    assert "Canadian Pizza Pasir Ris" in linked
    # what was written before is taken up; the fourth message of a chat in three seconds waits a moment in the outbox
    assert "- Outlet: Canadian Pizza Pasir Ris" in str(shop.one(LAST_REPLY))
    assert shop.rows("SELECT channel, status FROM orders") == [("telegram", "placed")]


def test_somebody_elses_contact_card_binds_nothing(shop: Shop, simulator: Running) -> None:
    chat = TelegramChat(simulator, shop)
    (reply,) = chat.share_contact(PASIR_RIS, owner=4242)
    assert "your own" in reply
    assert (
        shop.one(
            "SELECT count(*) FROM contact_outlets b JOIN contacts k ON k.id = b.contact_id AND k.channel = 'telegram'"
        )
        == 0
    )


def test_a_thousand_copies_of_one_webhook_make_one_order_and_one_reply(shop: Shop, whatsapp: WhatsAppPhone) -> None:
    form = twilio.build_form(whatsapp.simulator.simulator.config, whatsapp.number, "I need 100 x 10 inch pizza boxes")
    replies = whatsapp.send(form, copies=1000, connections=16)
    assert len(replies) == 1
    assert shop.one("SELECT count(*) FROM conversation_messages WHERE direction = 'inbound'") == 1
    assert shop.one("SELECT count(*) FROM orders") == 1
