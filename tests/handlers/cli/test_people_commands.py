"""The commands about people: contacts, escalations and learned names. What they print, refuse and write down."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.conftest import Shop
from tests.handlers.cli.conftest import Terminal
from tests.jobs.ledger import change
from tests.people import ORDER, PASIR_RIS, STRANGER, World


@pytest.fixture
def world(shop: Shop, client: FlaskClient) -> World:
    return World(shop, client)


def test_an_invitation_is_printed_once_and_works(flask: Terminal, world: World) -> None:
    made = flask.json("contacts", "invite", "AW-JWL", "--hours", "1", "--by", "mei", "--json")
    world.phone(STRANGER).say(made["code"])
    assert world.bindings(STRANGER) == ["AW-JWL"]
    stored = str(world.shop.rows("SELECT * FROM invitations"))
    assert made["code"] not in stored
    assert world.shop.one("SELECT actor FROM audit WHERE action = 'invite'") == "mei"


@pytest.mark.parametrize("code", ["", " ", "%", "_", "AW-%", "aw-jwl", "A&W Jewel", "None"])
def test_no_pattern_and_no_name_finds_an_outlet(code: str, flask: Terminal, world: World) -> None:
    assert flask("contacts", "invite", code).exit_code == 2
    assert flask("contacts", "bind", STRANGER, code).exit_code == 2
    assert world.bindings(STRANGER) == []


def test_binding_listing_and_unbinding_a_phone(flask: Terminal, world: World) -> None:
    assert flask("contacts", "bind", "+65 8000 9999", "AW-JWL", "--manager", "--by", "mei").exit_code == 0
    (found,) = [c for c in flask.json("contacts", "list", "--outlet", "AW-JWL", "--json") if c["address"] == STRANGER]
    assert (found["bound_by"], found["is_manager"]) == ("mei", True)
    assert "was bound already" in flask("contacts", "bind", STRANGER, "AW-JWL").output
    assert flask("contacts", "unbind", STRANGER).exit_code == 0
    assert flask("contacts", "unbind", STRANGER).exit_code == 2
    assert world.bindings(STRANGER) == []


@pytest.mark.parametrize("address", ["", "0065 9123 4567", "+65-9123-HELP", "91234567890123456789", "+1' OR 1=1"])
def test_what_is_no_address_is_bound_to_nothing(address: str, flask: Terminal, world: World) -> None:
    before = world.shop.one("SELECT count(*) FROM contact_outlets")
    assert flask("contacts", "bind", address, "AW-JWL").exit_code == 2
    assert world.shop.one("SELECT count(*) FROM contact_outlets") == before


def test_requests_are_listed_approved_and_declined(flask: Terminal, world: World) -> None:
    for number in (STRANGER, "+6580009998"):
        world.phone(number).say("This is A&W Jewel")
    waiting = flask.json("contacts", "pending", "--json")
    assert [(request["address"], request["outlet_code"]) for request in waiting] == [
        (STRANGER, "AW-JWL"),
        ("+6580009998", "AW-JWL"),
    ]
    assert flask("contacts", "approve", waiting[0]["id"]).exit_code == 0
    assert flask("contacts", "approve", waiting[0]["id"]).exit_code == 2
    assert flask("contacts", "decline", waiting[1]["id"]).exit_code == 0
    assert flask.json("contacts", "pending", "--json") == []
    assert (world.bindings(STRANGER), world.bindings("+6580009998")) == (["AW-JWL"], [])


def test_a_request_that_names_no_outlet_needs_one(flask: Terminal, world: World) -> None:
    world.phone(STRANGER).say("hello")
    assert flask("contacts", "approve", "1").exit_code == 2
    assert flask("contacts", "approve", "1", "--outlet", "CP-TP").exit_code == 0
    assert world.bindings(STRANGER) == ["CP-TP"]


def test_an_escalation_is_listed_answered_and_handed_back(flask: Terminal, world: World) -> None:
    phone = world.phone()
    phone.say("I want to talk to a person")
    (task,) = flask.json("escalations", "list", "--json")["escalations"]
    assert (task["owner"], task["outlets"], task["last_words"]) == (
        "person",
        "Canadian Pizza Pasir Ris",
        "I want to talk to a person",
    )
    assert "1 open" in flask("escalations", "list").output
    assert flask("escalations", "reply", task["id"], "Mei here.", "--by", "mei").exit_code == 0
    assert phone.heard()[-1] == "Mei here."
    talk = flask.json("escalations", "show", task["id"], "--json")
    assert [message["role"] for message in talk] == ["user", "assistant", "person"]
    assert flask("escalations", "hand-back", task["id"]).exit_code == 0
    assert flask("escalations", "hand-back", task["id"]).exit_code == 2
    assert flask("escalations", "reply", task["id"], "too late").exit_code == 2
    phone.say(ORDER)
    assert world.placed() == ["CP-PR"]


def test_an_answer_that_will_be_held_says_so(flask: Terminal, world: World) -> None:
    world.phone().say("I want to talk to a person")
    assert flask("escalations", "reply", "1", "Mei here.").output.startswith("sent as message")
    change(world.shop.runtime, "UPDATE contacts SET last_inbound_at = now() - interval '25 hours'")
    assert flask("escalations", "reply", "1", "Still there?").output.startswith("held until the customer writes again")


@pytest.mark.parametrize("words", ["", "   ", "x" * 1601])
def test_an_answer_has_words_and_fits_one_message(words: str, flask: Terminal, world: World) -> None:
    world.phone().say("I want to talk to a person")
    assert flask("escalations", "reply", "1", words).exit_code == 2


def test_unknown_ids_are_refused(flask: Terminal, world: World) -> None:
    for words in (
        ("escalations", "show", "9"), ("escalations", "reply", "9", "x"), ("escalations", "hand-back", "9"), ("contacts", "approve", "9"),
        ("contacts", "decline", "9"), ("aliases", "preview", "9"), ("aliases", "approve", "9"), ("aliases", "undo", "9"), ("aliases", "reject", "9"),
    ):  # fmt: skip
        assert flask(*words).exit_code == 2, words


def test_a_learned_name_goes_the_whole_way_by_command(flask: Terminal, world: World) -> None:
    phone = world.phone(PASIR_RIS)
    phone.say("200 pcs of boxes")
    phone.press(1)
    (found,) = flask.json("aliases", "list", "--state", "proposed", "--json")
    assert found["outlet"] == "CP-PR"
    shown = flask.json("aliases", "preview", found["id"], "--json")
    assert shown["read"] == 2
    assert shown["changed"][0]["content"] == "200 pcs of boxes"
    for verb in ("approve", "undo"):
        assert flask("aliases", verb, found["id"], "--by", "mei").exit_code == 0
    assert [p["state"] for p in flask.json("aliases", "list", "--json")] == ["undone"]
    assert "undone" in flask("aliases", "list").output
