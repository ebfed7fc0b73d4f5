"""A person takes a conversation over: the bot is silent, the person's words go out, and afterwards the bot knows what happened."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import text

from bot.runtime import Runtime
from jobs.handoff import takeover
from tests.conftest import Shop
from tests.people import ORDER, PASIR_RIS, World


def reply(shop: Shop, escalation_id: int, words: str) -> int:
    with shop.runtime.engine.begin() as connection:
        return takeover.reply(connection, shop.runtime.settings, escalation_id, words, actor="mei")


def give_back(shop: Shop, escalation_id: int) -> tuple[int, ...]:
    with shop.runtime.engine.begin() as connection:
        return takeover.hand_back(connection, shop.runtime.settings, escalation_id, actor="mei")


def task(shop: Shop) -> tuple[object, ...]:
    return shop.rows(
        "SELECT id, reason, priority, due_at > now(), closed_at IS NULL FROM escalations ORDER BY id DESC"
    )[0]


def let_time_pass(runtime: Runtime) -> None:
    with runtime.engine.begin() as connection:
        connection.execute(text("UPDATE conversations SET owner_until = now() - interval '1 s', due_at = now()"))


def test_a_request_for_a_person_makes_a_task_and_silences_the_bot(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    assert "colleague" in phone.say("I want to talk to a person")[0]
    assert task(shop)[1:] == ("asked for a person", "normal", True, True)
    assert "write BOT" in phone.say(ORDER)[0]
    assert phone.say("hello?") == []
    assert shop.one("SELECT count(*) FROM orders") == 0
    assert shop.rows("SELECT state, reason FROM conversation_messages WHERE content = :c", c=ORDER) == [
        ("handed_over", "person_in_charge")
    ]


def test_a_complaint_is_urgent_for_somebody_and_anger_more_so(shop: Shop, client: FlaskClient) -> None:
    world = World(shop, client)
    world.phone().say("The boxes you sent yesterday were all wet and torn")
    assert task(shop)[1:3] == ("complaint", "high")
    world.phone("+6580000108").say("this is ridiculous, wtf")
    assert task(shop)[2] == "urgent"


def test_a_persons_words_leave_by_the_same_outbox_and_are_audited(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("I want to talk to a person")
    message_id = reply(shop, 1, "Mei here. How can I help?")
    row = shop.rows(
        "SELECT role, state, content, due_at IS NOT NULL FROM conversation_messages WHERE id = :id", id=message_id
    )
    assert row == [("person", "pending", "Mei here. How can I help?", True)]
    assert shop.rows("SELECT actor, action FROM audit WHERE subject = 'escalation:1'") == [("mei", "reply")]
    assert shop.one("SELECT assignee FROM escalations") == "mei"


def test_after_hand_back_the_bot_says_so_and_takes_orders(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("I want to talk to a person")
    reply(shop, 1, "Mei here.")
    assert len(give_back(shop, 1)) == 1
    assert "I take your orders again" in phone.heard()[-1]
    phone.say(ORDER)
    assert shop.one("SELECT count(*) FROM orders WHERE status = 'placed'") == 1
    assert shop.one("SELECT closed_by FROM escalations") == "mei"


def test_after_hand_back_the_bot_tells_what_a_person_changed(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say(ORDER)
    phone.say("I want to talk to a person")
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE orders SET status = 'cancelled', version = version + 1"))
        connection.execute(text("INSERT INTO order_events (order_id, kind) SELECT id, 'cancelled' FROM orders"))
    give_back(shop, 1)
    number = shop.one("SELECT number FROM orders")
    assert phone.heard()[-1] == f"Meanwhile a colleague has changed order {number}: it is cancelled."


def test_a_number_after_hand_back_answers_no_question_from_before(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("10 boxes")
    phone.say("I want to talk to a person")
    give_back(shop, 1)
    assert shop.one("SELECT question FROM conversations") is None
    phone.say("1")
    assert shop.one("SELECT count(*) FROM orders WHERE status = 'placed'") == 0


def test_a_time_out_gives_the_conversation_back_and_tells_the_truth(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("I want to talk to a person")
    let_time_pass(shop.runtime)
    assert "have not got to it yet" in phone.work()[0]
    assert task(shop)[4] is True
    phone.say(ORDER)
    assert shop.one("SELECT count(*) FROM orders WHERE status = 'placed'") == 1


def test_the_alarm_clock_rings_at_the_time_out(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("I want to talk to a person")
    phone.say("hello?")
    assert (
        shop.one("SELECT due_at = owner_until AND owner_until > now() + interval '3 hours' FROM conversations") is True
    )


def test_a_time_out_after_a_persons_answer_is_quiet(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("I want to talk to a person")
    reply(shop, 1, "Mei here. Solved!")
    let_time_pass(shop.runtime)
    assert phone.work() == []
    assert shop.one("SELECT owner FROM conversations") == "bot"


def test_a_message_after_the_time_out_is_answered_by_the_bot(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("I want to talk to a person")
    let_time_pass(shop.runtime)
    said = phone.say(ORDER)
    assert "have not got to it yet" in said[0]
    assert "is placed" in said[-1]


def test_a_policy_question_is_a_task_without_silence(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("What is your return policy?")
    assert task(shop)[1] == "policy question"
    phone.say(ORDER)
    assert shop.one("SELECT count(*) FROM orders WHERE status = 'placed'") == 1
    assert give_back(shop, 1) == ()


def test_three_questions_in_a_row_make_a_task_and_offer_a_person(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    for words in ("I need boxes", "the boxes", "boxes!"):
        said = phone.say(words)
    assert any("PERSON" in words for words in said)
    assert task(shop)[1] == "questions did not help"
    assert shop.one("SELECT owner FROM conversations") == "bot"


def test_more_reasons_join_the_open_task_and_the_higher_priority_wins(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("What is your return policy?")
    phone.say("The boxes you sent yesterday were all wet and torn")
    assert task(shop)[1:3] == ("policy question; complaint", "high")
    assert shop.one("SELECT count(*) FROM escalations") == 1


def test_the_persons_reply_reaches_the_phone_it_came_from(shop: Shop, client: FlaskClient) -> None:
    world = World(shop, client)
    world.phone(PASIR_RIS).say("I want to talk to a person")
    world.phone("+6580000108").say("I want to talk to a person")
    reply(shop, 2, "Hello Tampines")
    assert world.phone("+6580000108").heard()[-1] == "Hello Tampines"
    assert "Hello Tampines" not in world.phone(PASIR_RIS).heard()


def test_a_customer_who_calls_the_bot_orders_again_and_the_task_stays_open(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("the liners smell bad, send somebody")
    said = phone.say("Bot: 3 pkt liner")
    assert "I take your orders again" in said[0]
    assert "is placed" in said[1]
    assert shop.one("SELECT owner FROM conversations") == "bot"
    assert task(shop)[4] is True
    assert "is changed" in phone.say("1 more pkt liner")[0]


def test_what_nobody_read_is_shown_when_the_bot_is_called_and_is_taken_with_a_yes(
    shop: Shop, client: FlaskClient
) -> None:
    phone = World(shop, client).phone()
    phone.say("I want to talk to a person")
    phone.say(ORDER)
    phone.say("3 pkt liner")
    said = phone.say("bot pls")
    assert f"“{ORDER}\n3 pkt liner”" in said[0]
    assert shop.one("SELECT count(*) FROM orders") == 0
    assert "is placed" in phone.say("yes")[0]
    assert shop.rows("SELECT sku FROM order_lines ORDER BY position") == [("PB10-K",), ("LN-PZ",)]


def test_a_person_who_writes_is_not_spoken_over(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("I want to talk to a person")
    reply(shop, 1, "Mei here. How can I help?")
    assert phone.say("my cartons came wet") == []


def test_hand_back_tells_what_nobody_has_acted_on(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("I want to talk to a person")
    phone.say("this one the person reads: wrong size last week")
    reply(shop, 1, "Mei here, I will check.")
    phone.say("also need 4 sleeves of 8oz lids")
    give_back(shop, 1)
    last = phone.heard()[-1]
    assert "also need 4 sleeves of 8oz lids" in last
    assert "wrong size last week" not in last


def test_who_waits_for_an_hour_is_told_again(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("I want to talk to a person")
    assert "write BOT" in phone.say("hello?")[0]
    assert phone.say("anyone?") == []
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE conversation_messages SET created_at = created_at - interval '61 minutes'"))
    assert "write BOT" in phone.say("still here")[0]


def test_after_the_time_is_over_what_was_written_in_vain_is_told(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("I want to talk to a person")
    phone.say("2 ctn 12in box, urgent")
    let_time_pass(shop.runtime)
    said = phone.say("hi")
    assert "have not got to it yet" in said[0]
    assert "2 ctn 12in box, urgent" in said[1]
