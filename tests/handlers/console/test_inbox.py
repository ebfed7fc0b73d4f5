"""The inbox as operators use it: who waits, what was said and understood, and who speaks."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from jobs.reads import threads as reads
from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn
from tests.people import JEWEL, ORDER, PASIR_RIS, TAMPINES, World


def links(page: str) -> list[int]:
    """The threads of a page's list, in order."""
    return [int(found) for found in re.findall(r'class="thread-link" href="/console/inbox/(\d+)', page)]


def test_an_empty_inbox_says_what_will_be_there(desk: Desk) -> None:
    assert "Nobody waits" in desk.get("/console/inbox")
    assert "As soon as a customer writes" in desk.get("/console/inbox?view=all")
    assert "Nothing found" in desk.get("/console/inbox?view=all&q=pizza")


def test_a_customer_who_waits_is_answered_and_handed_back(desk: Desk, world: World, shop: Shop) -> None:
    phone = world.phone()
    phone.say("I want to talk to a person")
    page = desk.get("/console/inbox")
    (thread,) = links(page)
    assert "asked for a person" in page
    desk.post(f"/console/inbox/{thread}/answer", words="Mei here. How can I help?")
    assert desk.said == ["Sent."]
    assert phone.heard(after=phone.last_id)[-1] == "Mei here. How can I help?"
    assert phone.say(ORDER) == []
    desk.post(f"/console/inbox/{thread}/hand-back")
    assert "nobody has acted on it" in phone.heard(after=phone.last_id)[-1]
    assert "is placed" in phone.say(ORDER)[0]
    actions = [
        row[0] for row in shop.rows("SELECT action FROM audit WHERE actor = 'mei' AND action <> 'viewed' ORDER BY id")
    ]
    assert actions == ["signed_in", "reply", "hand_back"]


def test_taking_over_silences_the_bot_also_where_nobody_asked(desk: Desk, world: World, shop: Shop) -> None:
    phone = world.phone()
    phone.say("hello")
    desk.post("/console/inbox/1/take")
    assert "A colleague will answer you" in phone.say(ORDER)[0]
    assert phone.say(ORDER) == []
    assert shop.one("SELECT count(*) FROM orders") == 0
    assert shop.rows("SELECT reason, assignee, told FROM escalations") == [
        ("taken over by hand", "mei", "taken over by hand")
    ]
    assert "You have this conversation" in re.sub("<[^>]+>", "", desk.get("/console/inbox/1"))


def test_a_thread_shows_how_each_message_was_read_and_the_orders_beside_it(desk: Desk, world: World) -> None:
    world.phone().say("2 ctn 10 inch pizza box and 3 flurbs")
    page = desk.get("/console/inbox/1")
    assert "Pizza Box 10 inch" in page
    assert "flurbs" in page
    assert "How the bot read it" in page
    world.phone(TAMPINES).say(ORDER)
    page = desk.get("/console/inbox/2")
    assert re.search(r"<b>SO-\d+</b>", page)
    assert "100 pcs" in page or "2 bdl" in page


def test_notes_are_for_colleagues_and_in_no_outbox(desk: Desk, world: World, shop: Shop) -> None:
    phone = world.phone()
    phone.say("hello")
    outbound = shop.one("SELECT count(*) FROM conversation_messages WHERE direction = 'outbound'")
    desk.post("/console/inbox/1/note", words="Pays late, ask Tan first <script>alert(1)</script>")
    page = desk.get("/console/inbox/1")
    assert "Pays late, ask Tan first &lt;script&gt;" in page
    assert shop.one("SELECT count(*) FROM conversation_messages WHERE direction = 'outbound'") == outbound
    desk.post("/console/inbox/1/note", words="  ")
    assert desk.said == ["a note has 1 to 4000 characters"]


def test_what_a_customer_wrote_is_never_markup(desk: Desk, world: World, shop: Shop) -> None:
    world.phone().say("<script>alert(1)</script> <img src=x onerror=alert(1)> 2 ctn 10 inch pizza box")
    assert "&lt;img src=x onerror" in desk.get("/console/inbox/1")
    for path in ("/console/inbox?view=all", "/console/inbox/1"):
        page = desk.get(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_a_task_is_given_to_a_colleague_who_can_answer(at_desk: SignIn, world: World, shop: Shop) -> None:
    at_desk("tan")
    at_desk("ann", Role.VIEWER)
    mei = at_desk("mei")
    world.phone().say("I want to talk to a person")
    mei.post("/console/inbox/1/assign", to="tan")
    assert shop.one("SELECT assignee FROM escalations") == "tan"
    mei.post("/console/inbox/1/assign", to="ann")
    assert mei.said == ["'ann' is nobody who can answer customers"]


def test_what_one_has_read_the_team_has_read_and_viewers_change_nothing(
    at_desk: SignIn, world: World, shop: Shop
) -> None:
    phone, mei = world.phone(), at_desk("mei")
    phone.say("hello")

    def unread() -> int:
        with shop.runtime.engine.connect() as connection:
            return reads.unread_total(connection)["messages"]

    assert unread() == 1
    at_desk("ann", Role.VIEWER).get("/console/inbox/1")
    assert unread() == 1
    mei.get("/console/inbox/1")
    assert unread() == 0
    phone.say("are you there?")
    assert unread() == 1


def test_views_are_of_one_purpose_each(desk: Desk, world: World) -> None:
    world.phone().say("hello")
    world.phone(TAMPINES).say("the boxes were wet and torn, terrible")
    world.phone(JEWEL).say("I want to talk to a person")
    desk.post("/console/inbox/3/take")
    assert links(desk.get("/console/inbox?view=waiting")) == [2, 3]
    assert links(desk.get("/console/inbox?view=mine")) == [3]
    assert links(desk.get("/console/inbox?view=bot")) == [1]
    assert links(desk.get("/console/inbox?view=all")) == [3, 2, 1]
    assert links(desk.get("/console/inbox?view=all&outlet=AW-JWL")) == [3]
    assert links(desk.get("/console/inbox?view=all&channel=telegram")) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [("8000 0108", [2]), ("tampines", [2]), ("wet and TORN", [2]), ("so-100001", [1]), ("%", [3, 1]), ("_", []), ("' OR 1=1 --", []),
     ("\\", [])],
)  # fmt: skip
def test_search_finds_people_orders_and_words_and_takes_nothing_for_a_pattern(
    desk: Desk, world: World, shop: Shop, words: str, found: list[int]
) -> None:
    shop.rows("SELECT setval('order_numbers', 100001, false)")
    world.phone().say(ORDER)
    world.phone(TAMPINES).say("the boxes were wet and torn")
    world.phone(JEWEL).say("give me 10% off")
    answer = desk.client.get("/console/inbox", query_string={"view": "all", "q": words})
    assert links(answer.text) == found


@pytest.mark.parametrize(
    "query",
    ["page=-1", "page=0", "page=x", "page=99999999999999999999", "view=nothing", "channel=fax", "before=-3", "page=²"],
)
def test_what_no_page_of_ours_asks_for_is_refused_in_words(desk: Desk, world: World, query: str) -> None:
    world.phone().say("hello")
    page = "/console/inbox/1" if query.startswith("before") else "/console/inbox"
    assert "Bad Request" in desk.get(f"{page}?{query}", 400)


def test_endless_searches_and_threads_that_are_not_there_are_refused(desk: Desk) -> None:
    assert "at most" in desk.get(f"/console/inbox?q={'x' * 5000}", 400)
    desk.get("/console/inbox/999999", 404)
    desk.post("/console/inbox/999999/answer", words="hello?")
    assert desk.said == ["this conversation is closed; the customer's next message opens another"]


def test_viewing_a_conversation_is_audited_once_and_not_at_each_refresh(desk: Desk, world: World, shop: Shop) -> None:
    world.phone().say("hello")
    desk.get("/console/inbox/1")
    desk.client.get("/console/inbox/1", headers={"X-Live": "1"})
    assert shop.rows("SELECT actor, subject FROM audit WHERE action = 'viewed'") == [("mei", "conversation:1")]


def test_a_refresh_leaves_what_was_said_about_a_form_to_the_page_that_it_was_said_to(desk: Desk, world: World) -> None:
    world.phone().say("hello")
    form = {"csrf_token": desk.token("/console/inbox/1"), "words": "call before ten"}
    desk.client.post("/console/inbox/1/note", data=form)
    assert "flash good" not in desk.client.get("/console/inbox/1", headers={"X-Live": "1"}).text
    assert "flash good" in desk.get("/console/inbox/1")


def test_an_event_says_that_something_changed(desk: Desk, world: World, app: Flask) -> None:
    world.phone().say("hello")
    answer = desk.client.get("/console/events?thread=1")
    events = answer.iter_encoded()
    assert next(events) == b"retry: 2000\n\n"
    assert next(events).startswith(b"data: ")  # what came since the page was read
    assert next(events) == b": still here\n\n"
    world.phone().say("are you there?")
    assert next(events).startswith(b"data: ")
    answer.close()


def test_a_colleague_of_another_outlet_is_found_by_its_name(desk: Desk, world: World) -> None:
    world.phone(PASIR_RIS).say("hello")
    assert links(desk.get("/console/inbox?view=all&q=pasir+ris")) == [1]
