"""Who is speaking, and for which outlet: one scenario a case, over the real doors. After each, no order crosses outlets."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from jobs.reads.ledger import verify_ledger
from tests.conftest import Shop
from tests.people import JEWEL, ORDER, PASIR_RIS, STRANGER, TAMPINES, World

Scenario = Callable[[World], None]
SCENARIOS: dict[str, Scenario] = {}
BRAZIL, BRAZIL_SHORT = "+5511987654321", "+551187654321"
MEXICO, MEXICO_OLD = "+525512345678", "+5215512345678"
ARGENTINA, ARGENTINA_NINE = "+541112345678", "+5491112345678"


def scenario(function: Scenario) -> Scenario:
    SCENARIOS[function.__name__] = function
    return function


@scenario
def a_registered_phone_orders_for_its_outlet(w: World) -> None:
    w.phone(PASIR_RIS).say(ORDER)
    assert w.placed() == ["CP-PR"]


@scenario
def two_outlets_of_one_chain_never_mix(w: World) -> None:
    w.phone(PASIR_RIS).say(ORDER)
    w.phone(TAMPINES).say(ORDER)
    assert w.placed() == ["CP-PR", "CP-TP"]


@scenario
def an_outlet_that_introduces_itself_from_its_own_phone_just_orders(w: World) -> None:
    said = w.phone(JEWEL).say("Hi, this is A&W Jewel. I need 100 10 inch pizza boxes and 50 pizza liners.")
    assert w.placed() == ["AW-JWL"]
    assert "A&W Jewel" in said[0]


@scenario
def another_outlets_name_is_asked_about_and_nothing_is_ordered(w: World) -> None:
    said = w.phone(PASIR_RIS).say("Hi, this is A&W Jewel. I need 100 10 inch pizza boxes and 50 pizza liners.")
    assert w.orders() == []
    assert "A&W Jewel" in said[0]
    assert "Canadian Pizza Pasir Ris" in said[0]
    assert w.bindings(PASIR_RIS) == ["CP-PR"]


@scenario
def yes_to_another_outlets_name_orders_for_the_senders_own(w: World) -> None:
    phone = w.phone(PASIR_RIS)
    phone.say("Hi, this is A&W Jewel. I need 100 10 inch pizza boxes")
    phone.say("yes")
    assert w.placed() == ["CP-PR"]


@scenario
def no_to_another_outlets_name_orders_nothing(w: World) -> None:
    phone = w.phone(PASIR_RIS)
    phone.say("Hi, this is A&W Jewel. I need 100 10 inch pizza boxes")
    phone.say("no")
    assert w.orders() == []
    phone.say(ORDER)
    assert w.placed() == ["CP-PR"]


@scenario
def a_name_said_first_and_goods_said_after_are_one_question(w: World) -> None:
    phone = w.phone(PASIR_RIS)
    phone.say("This is A&W Jewel")
    phone.say(ORDER)
    assert w.orders() == []
    phone.say("yes")
    assert w.placed() == ["CP-PR"]


@scenario
def a_name_in_capitals_full_width_and_with_spaces_is_the_same_name(w: World) -> None:
    for text in ("A & W JEWEL here, " + ORDER, "Ａ＆Ｗ　Ｊｅｗｅｌ " + ORDER, "a and w jewel's order: " + ORDER):
        phone = w.phone(PASIR_RIS)
        phone.say(text)
        phone.say("no")
    assert w.orders() == []


@scenario
def part_of_a_name_is_no_name(w: World) -> None:
    w.phone(PASIR_RIS).say("Jewels please: " + ORDER)
    assert w.placed() == ["CP-PR"]


@scenario
def asking_a_price_with_another_outlets_name_is_only_a_question(w: World) -> None:
    w.phone(PASIR_RIS).say("What price does A&W Jewel pay for 10 inch pizza box?")
    assert w.orders() == []
    assert (
        w.shop.one("SELECT question->>'kind' FROM conversations LIMIT 1") == "offered"
    )  # an amount may follow, for PASIR_RIS


@scenario
def patterns_and_empty_words_name_nobody(w: World) -> None:
    for text in ("%", "_", "%%", " ", "'; DROP TABLE outlets; --"):
        w.phone(STRANGER).say(text)
    assert w.orders() == []
    assert [outlet for _, outlet, _ in w.requests()] == [None]


@scenario
def an_unknown_phone_orders_nothing_and_leaves_one_request(w: World) -> None:
    stranger = w.phone(STRANGER)
    assert "not registered" in stranger.say(ORDER)[0]
    stranger.say("hello?")
    assert w.orders() == []
    assert len(w.requests()) == 1


@scenario
def a_stranger_who_names_an_outlet_is_told_the_same_as_any_other(w: World) -> None:
    named = w.phone(STRANGER).say("Hi, this is A&W Jewel. " + ORDER)
    unnamed = w.phone("+6580009998").say(ORDER)
    assert named == unnamed
    assert w.orders() == []
    outlets = [w.shop.one("SELECT code FROM outlets WHERE id = :id", id=o) if o else None for _, o, _ in w.requests()]
    assert outlets == ["AW-JWL", None]


@scenario
def two_names_in_a_strangers_message_propose_none(w: World) -> None:
    w.phone(STRANGER).say("I order for A&W Jewel and A&W AMK Hub")
    assert [outlet for _, outlet, _ in w.requests()] == [None]


@scenario
def an_approved_stranger_is_told_and_orders_for_that_outlet_only(w: World) -> None:
    stranger = w.phone(STRANGER)
    stranger.say("This is A&W Jewel")
    w.decide(1, approve=True)
    assert "A&W Jewel" in stranger.heard()[-1]
    stranger.say(ORDER)
    assert w.placed() == ["AW-JWL"]
    assert w.audited("approved") == 1


@scenario
def the_operators_word_outranks_the_name_that_was_claimed(w: World) -> None:
    stranger = w.phone(STRANGER)
    stranger.say("This is A&W Jewel")
    w.decide(1, approve=True, code="CP-TP")
    stranger.say(ORDER)
    assert w.placed() == ["CP-TP"]


@scenario
def a_declined_stranger_stays_unknown_and_does_not_ask_again_at_once(w: World) -> None:
    stranger = w.phone(STRANGER)
    stranger.say("hello")
    w.decide(1, approve=False)
    stranger.say(ORDER)
    assert w.orders() == []
    assert [state for *_, state in w.requests()] == ["declined"]


@scenario
def a_manager_approves_by_chat(w: World) -> None:
    w.bind(JEWEL, "AW-JWL", manager=True)
    manager, stranger = w.phone(JEWEL), w.phone(STRANGER)
    manager.say("hi")
    stranger.say("This is A&W Jewel")
    asked = manager.heard()[-1]
    assert "APPROVE 1" in asked
    assert STRANGER not in asked
    manager.say("APPROVE 1")
    stranger.say(ORDER)
    assert w.placed() == ["AW-JWL"]


@scenario
def a_manager_of_another_outlet_approves_nothing(w: World) -> None:
    w.bind(TAMPINES, "CP-TP", manager=True)
    w.phone(STRANGER).say("This is A&W Jewel")
    w.phone(TAMPINES).say("APPROVE 1")
    assert w.bindings(STRANGER) == []


@scenario
def a_contact_that_is_no_manager_approves_nothing(w: World) -> None:
    w.phone(STRANGER).say("This is A&W Jewel")
    w.phone(JEWEL).say("approve 1")
    w.phone(STRANGER).say("approve 1")
    assert w.bindings(STRANGER) == []


@scenario
def a_manager_declines_by_chat(w: World) -> None:
    w.bind(JEWEL, "AW-JWL", manager=True)
    w.phone(STRANGER).say("This is A&W Jewel")
    w.phone(JEWEL).say("decline #1")
    w.phone(STRANGER).say(ORDER)
    assert w.orders() == []
    assert [state for *_, state in w.requests()] == ["declined"]


@scenario
def an_invitation_code_binds_a_new_phone(w: World) -> None:
    code, stranger = w.invite("AW-JWL"), w.phone(STRANGER)
    assert "A&W Jewel" in stranger.say(code)[0]
    stranger.say(ORDER)
    assert w.placed() == ["AW-JWL"]
    assert w.audited("bind") >= 1


@scenario
def an_invitation_code_may_be_written_carelessly(w: World) -> None:
    code, stranger = w.invite("AW-JWL"), w.phone(STRANGER)
    stranger.say(f" code: {code.lower().replace('-', ' ')}. ")
    assert w.bindings(STRANGER) == ["AW-JWL"]


@scenario
def an_invitation_code_binds_a_telegram_chat(w: World) -> None:
    code, chat = w.invite("CP-TP"), w.chat(501)
    chat.say(code)
    chat.say(ORDER)
    assert w.placed() == ["CP-TP"]


@scenario
def a_code_is_used_once(w: World) -> None:
    code = w.invite("AW-JWL")
    w.phone(STRANGER).say(code)
    assert "do not know this code" in w.phone("+6580009998").say(code)[0]
    assert w.bindings("+6580009998") == []


@scenario
def a_code_that_has_ended_binds_nobody(w: World) -> None:
    code = w.invite("AW-JWL", hours=-1)
    w.phone(STRANGER).say(code)
    assert w.bindings(STRANGER) == []


@scenario
def a_wrong_code_binds_nobody_and_five_lock_the_sender_out(w: World) -> None:
    code, stranger = w.invite("AW-JWL"), w.phone(STRANGER)
    for wrong in ("AA22-AA23", "AA22-AA24", "AA22-AA25", "AA22-AA26", "AA22-AA27"):
        stranger.say(wrong)
    assert "too many" in stranger.say(code)[0]
    assert w.bindings(STRANGER) == []
    w.phone("+6580009998").say(code)
    assert w.bindings("+6580009998") == ["AW-JWL"]


@scenario
def a_known_contact_that_guesses_codes_is_locked_out_too(w: World) -> None:
    code, phone = w.invite("AW-JWL"), w.phone(PASIR_RIS)
    for wrong in ("AA22-AA23", "AA22-AA24", "AA22-AA25", "AA22-AA26", "AA22-AA27"):
        phone.say(wrong)
    phone.say(code)
    assert w.bindings(PASIR_RIS) == ["CP-PR"]
    assert w.placed() == []


@scenario
def a_code_gives_a_known_contact_one_more_outlet_and_the_outlet_is_then_asked(w: World) -> None:
    phone = w.phone(PASIR_RIS)
    phone.say(w.invite("AW-JWL"))
    assert w.bindings(PASIR_RIS) == ["AW-JWL", "CP-PR"]
    assert "Which outlet" in phone.say(ORDER)[0]
    assert w.orders() == []


@scenario
def a_contact_of_two_outlets_is_asked_once_and_the_choice_is_remembered(w: World) -> None:
    w.bind(PASIR_RIS, "CP-TP")
    phone = w.phone(PASIR_RIS)
    assert phone.say(ORDER) == ["Which outlet is this for?"]
    phone.press(2)
    assert w.placed() == ["CP-TP"]
    phone.say("2 ctn pizza liner for Friday")
    assert set(w.placed()) == {"CP-TP"}


@scenario
def a_contact_of_two_outlets_answers_by_name(w: World) -> None:
    w.bind(PASIR_RIS, "CP-TP")
    phone = w.phone(PASIR_RIS)
    phone.say(ORDER)
    phone.say("canadian pizza tampines")
    assert w.placed() == ["CP-TP"]


@scenario
def naming_ones_other_outlet_is_asked_not_followed(w: World) -> None:
    w.bind(PASIR_RIS, "CP-TP")
    phone = w.phone(PASIR_RIS)
    phone.say(ORDER)
    phone.press(1)
    assert w.placed() == ["CP-PR"]
    assert phone.say("200 10 inch pizza box for Canadian Pizza Tampines") == ["Which outlet is this for?"]
    assert w.placed() == ["CP-PR"]
    phone.press(2)
    assert w.placed() == ["CP-PR", "CP-TP"]


@scenario
def a_third_partys_name_is_asked_about_for_a_contact_of_two_outlets_too(w: World) -> None:
    w.bind(PASIR_RIS, "CP-TP")
    phone = w.phone(PASIR_RIS)
    phone.say("A&W Jewel needs " + ORDER)
    said = phone.press(2)
    assert "A&W Jewel" in said[0]
    assert w.orders() == []


@scenario
def a_button_of_an_older_outlet_question_has_no_effect(w: World) -> None:
    w.bind("501", "CP-PR", "telegram")
    w.bind("501", "CP-TP", "telegram")
    chat = w.chat(501)
    chat.say(ORDER)
    old = chat.buttons[1][1]
    chat.press(1)
    chat.say(callback_data=old)
    assert set(w.placed()) == {"CP-PR"}


@scenario
def a_typed_button_payload_of_another_customer_has_no_authority(w: World) -> None:
    w.bind(PASIR_RIS, "CP-TP")
    phone = w.phone(PASIR_RIS)
    phone.say(ORDER)
    data = phone.buttons[0][1]
    w.phone(JEWEL).say(button_text="Canadian Pizza Pasir Ris", button_payload=data)
    assert w.orders() == []


@scenario
def an_unbound_phone_is_a_stranger_again(w: World) -> None:
    phone = w.phone(PASIR_RIS)
    phone.say(ORDER)
    assert w.unbind(PASIR_RIS) == 1
    assert "not registered" in phone.say(ORDER)[0]
    assert w.placed() == ["CP-PR"]
    assert w.audited("unbind") == 1


@scenario
def a_phone_that_moves_to_a_new_owner_shows_nothing_of_the_old(w: World) -> None:
    phone = w.phone(PASIR_RIS)
    phone.say(ORDER)
    w.unbind(PASIR_RIS)
    w.bind(PASIR_RIS, "AW-JWL")
    assert "SO-" not in phone.say("where is my order?")[0]
    assert "SO-" not in phone.say("same as last week")[0]
    phone.say("30 10 inch pizza box")
    assert w.placed() == ["CP-PR", "AW-JWL"]
    assert w.shop.one("SELECT count(DISTINCT session_id) FROM conversations") == 2


@scenario
def a_draft_of_the_old_owner_is_not_confirmed_by_the_new_one(w: World) -> None:
    phone = w.phone(PASIR_RIS)
    phone.say("10 boxes")
    w.unbind(PASIR_RIS)
    w.bind(PASIR_RIS, "AW-JWL")
    phone.say("1")
    phone.say("yes")
    assert w.placed() == []


@scenario
def unbinding_one_of_two_outlets_keeps_the_other(w: World) -> None:
    w.bind(PASIR_RIS, "CP-TP")
    assert w.unbind(PASIR_RIS, "CP-TP") == 1
    w.phone(PASIR_RIS).say(ORDER)
    assert w.placed() == ["CP-PR"]


@scenario
def the_new_owner_of_a_number_has_not_opted_out(w: World) -> None:
    phone = w.phone(PASIR_RIS)
    phone.say("STOP")
    assert w.shop.one("SELECT opted_out_at IS NOT NULL FROM contacts WHERE address = :a", a=PASIR_RIS) is True
    w.unbind(PASIR_RIS)
    assert (
        w.shop.one("SELECT opted_out_at IS NULL AND language IS NULL FROM contacts WHERE address = :a", a=PASIR_RIS)
        is True
    )


@scenario
def a_business_scoped_id_is_unknown_until_it_is_bound(w: World) -> None:
    hidden = w.phone("SG.a1B2c3D4e5")
    assert "not registered" in hidden.say(ORDER)[0]
    hidden.say(w.invite("AW-JWL"))
    hidden.say(ORDER)
    assert w.placed() == ["AW-JWL"]


@scenario
def business_scoped_ids_are_compared_letter_by_letter(w: World) -> None:
    w.bind("SG.a1B2c3D4e5", "AW-JWL")
    for other in ("SG.a1b2c3d4e5", "SG.a1B2c3D4e", "SG.a1B2c3D4e5x"):
        assert "not registered" in w.phone(other).say(ORDER)[0]
    assert w.orders() == []


@scenario
def a_brazilian_phone_is_known_without_its_ninth_digit(w: World) -> None:
    w.bind(BRAZIL, "AW-JWL")
    w.phone(BRAZIL_SHORT).say(ORDER)
    assert w.placed() == ["AW-JWL"]


@scenario
def a_mexican_phone_is_known_with_its_old_one(w: World) -> None:
    w.bind(MEXICO, "AW-JWL")
    w.phone(MEXICO_OLD).say(ORDER)
    assert w.placed() == ["AW-JWL"]


@scenario
def an_argentine_phone_is_known_with_its_nine(w: World) -> None:
    w.bind(ARGENTINA, "AW-JWL")
    w.phone(ARGENTINA_NINE).say(ORDER)
    assert w.placed() == ["AW-JWL"]


@scenario
def unbinding_one_spelling_unbinds_the_number(w: World) -> None:
    w.bind(BRAZIL, "AW-JWL")
    w.phone(BRAZIL_SHORT).say(ORDER)
    w.unbind(BRAZIL_SHORT)
    assert "not registered" in w.phone(BRAZIL_SHORT).say(ORDER)[0]
    assert w.placed() == ["AW-JWL"]


@scenario
def a_number_with_the_same_last_digits_is_somebody_else(w: World) -> None:
    for other in ("+6180000101", "+658000010", "80000101", "+65800001011"):
        w.phone(other).say(ORDER)
    assert w.orders() == []


@scenario
def odd_addresses_are_strangers_and_never_crash(w: World) -> None:
    for odd in ("+0", "+" + "9" * 40, "abc", "+65-8000-0101", "._."):
        assert w.phone(odd).post(w.phone(odd).form(ORDER)) == 200
    w.phone(STRANGER).say("hi")
    assert w.orders() == []


@scenario
def ones_own_shared_contact_binds_a_telegram_chat(w: World) -> None:
    chat = w.chat(501)
    assert "Canadian Pizza Pasir Ris" in chat.share_contact(PASIR_RIS)[0]
    chat.say(ORDER)
    assert w.placed() == ["CP-PR"]
    assert w.audited("bind") >= 1


@scenario
def a_chat_that_shared_a_phone_goes_with_the_phone(w: World) -> None:
    chat = w.chat(501)
    chat.share_contact(PASIR_RIS)
    chat.say(ORDER)
    w.bind("501", "AW-JWL", "telegram")
    assert w.unbind(PASIR_RIS) == 2
    assert w.bindings("501") == ["AW-JWL"]
    assert "SO-" not in chat.say("where is my order?")[0]


@scenario
def somebody_elses_contact_binds_nothing(w: World) -> None:
    chat = w.chat(501)
    chat.share_contact(PASIR_RIS, owner=502)
    chat.say(contact={"phone_number": "6580000101"})
    chat.share_contact("+65-8000-O1O1")
    assert w.bindings("501") == []


@scenario
def a_shared_contact_of_an_unknown_phone_leaves_a_request(w: World) -> None:
    w.chat(501).share_contact(STRANGER)
    assert w.bindings("501") == []
    assert len(w.requests()) == 1


@scenario
def a_whatsapp_contact_card_registers_nobody(w: World) -> None:
    w.phone(STRANGER).say(media=["text/vcard"])
    assert w.bindings(STRANGER) == []


@scenario
def an_outlet_that_was_switched_off_takes_no_orders(w: World) -> None:
    with w.shop.runtime.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outlets SET is_active = false WHERE code = 'CP-PR'")
    assert "not registered" in w.phone(PASIR_RIS).say(ORDER)[0]
    assert w.orders() == []


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_scenario(name: str, shop: Shop, client: FlaskClient) -> None:
    world = World(shop, client)
    SCENARIOS[name](world)
    assert world.crossed(BRAZIL, MEXICO, ARGENTINA) == []
    with shop.runtime.engine.connect() as connection:
        assert verify_ledger(connection, None)["missing"] == []


def test_the_table_has_at_least_forty_scenarios() -> None:
    assert len(SCENARIOS) >= 40
