"""What needs a person, at the console: failures done again, people let in, names approved after a look at what they change."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from jobs.catalog_changed import catalog_changed
from jobs.replay.open_orders import read_some
from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn
from tests.jobs.replay.test_failed_work import park
from tests.journeys.test_learned_aliases import explain
from tests.people import ORDER, STRANGER, TAMPINES, World


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page))


def test_when_nothing_waits_it_says_so(desk: Desk) -> None:
    assert "All done" in desk.get("/console/todo")
    assert "Nothing has failed" in desk.get("/console/todo/failures")


def test_everything_that_waits_is_on_one_page_and_counted(desk: Desk, world: World, shop: Shop) -> None:
    park(shop.runtime, address=TAMPINES)
    world.phone().say("20000 10 inch pizza box")
    world.phone(STRANGER).say("hi, I am new at A&W Jewel")
    page = plain(desk.get("/console/todo"))
    for head in ("Customers who wait", "Orders above a limit", "New people", "Failures"):
        assert head in page
    assert "approval: quantity" in page
    assert STRANGER in page


def test_a_failure_is_tried_dry_then_done_again_once(desk: Desk, world: World, shop: Shop) -> None:
    failure = park(shop.runtime)
    page = desk.get(f"/console/todo/failures/{failure}")
    assert "Do again" in page
    desk.post("/console/todo/failures/replay", id=str(failure), dry_run="1")
    assert desk.said == ["1 of 1 would be done again"]
    assert shop.one("SELECT count(*) FROM failures WHERE resolved_at IS NULL") == 1
    desk.post("/console/todo/failures/replay", id=str(failure))
    assert desk.said == ["1 of 1 are done again"]
    desk.post("/console/todo/failures/replay", id=str(failure))
    assert desk.said[0] == "0 of 1 are done again"
    world.phone().work()
    assert shop.rows("SELECT status FROM orders") == [("placed",)]
    assert "replay by mei" in plain(desk.get(f"/console/todo/failures/{failure}"))


def test_several_failures_are_done_again_at_once(desk: Desk, shop: Shop) -> None:
    ids = [str(park(shop.runtime, address=address)) for address in (TAMPINES, "+6580000150")]
    answer = desk.client.post("/console/todo/failures/replay", data={"csrf_token": desk.token(), "id": ids})
    assert answer.status_code == 303
    assert shop.one("SELECT count(*) FROM failures WHERE resolved_at IS NULL") == 0


@pytest.mark.parametrize("ids", [[], ["x"], ["-1"], ["9" * 30], ["999999"]])
def test_failures_that_are_not_there_are_not_done(desk: Desk, shop: Shop, ids: list[str]) -> None:
    answer = desk.client.post("/console/todo/failures/replay", data={"csrf_token": desk.token(), "id": ids})
    assert answer.status_code == 303
    assert shop.one("SELECT count(*) FROM audit WHERE action = 'replay'") == 0


def test_a_stranger_is_let_in_for_the_outlet_that_an_operator_chooses(desk: Desk, world: World, shop: Shop) -> None:
    phone = world.phone(STRANGER)
    phone.say("hello, can I order?")
    desk.post("/console/todo/people/1/approve", outlet="AW-JWL")
    assert desk.said == ["They can order for AW-JWL now, and were told."]
    assert "A&W Jewel" in phone.heard(after=phone.last_id)[-1]
    assert "is placed" in phone.say(ORDER)[0]
    desk.post("/console/todo/people/1/approve", outlet="AW-JWL")
    assert "is not pending" in desk.said[0]
    desk.post("/console/todo/people/1/approve", outlet="%")
    assert "there is no outlet" in desk.said[0]
    desk.post("/console/todo/people/1/approve", outlet="Jewel")  # a part of a name lets nobody in
    assert "there is no outlet" in desk.said[0]


def test_a_declined_stranger_orders_nothing(desk: Desk, world: World, shop: Shop) -> None:
    world.phone(STRANGER).say("hello, can I order?")
    desk.post("/console/todo/people/1/decline")
    assert world.requests() == [(1, None, "declined")]
    assert world.bindings(STRANGER) == []


def test_a_decision_that_no_page_offers_decides_nothing(desk: Desk, world: World) -> None:
    world.phone(STRANGER).say("hello, can I order?")
    for decision in ("aprove", "Decline", "undo"):
        answer = desk.post(f"/console/todo/people/1/{decision}", status=400, outlet="AW-JWL")
        assert "nothing was done" in answer.text
    assert world.requests() == [(1, None, "pending")]


@pytest.mark.parametrize("path", ["failures/7", "names/7"])
def test_what_is_not_there_says_so_at_its_own_address(desk: Desk, path: str) -> None:
    assert "There is nothing at this address" in desk.get(f"/console/todo/{path}", 404)


def test_a_name_is_approved_after_a_look_and_taken_back(desk: Desk, world: World, shop: Shop) -> None:
    explain(world)
    page = desk.get("/console/todo/names/1")
    assert "What it would change" in page
    assert "Approve" in page
    desk.post("/console/todo/names/1/approve")
    assert shop.one("SELECT count(*) FROM product_aliases") == 1
    assert "Take back" in desk.get("/console/todo/names/1")
    desk.post("/console/todo/names/1/undo")
    assert shop.one("SELECT count(*) FROM product_aliases") == 0
    desk.post("/console/todo/names/1/explode", status=400)


def test_viewers_look_at_all_of_it_and_decide_nothing(at_desk: SignIn, world: World, shop: Shop) -> None:
    ann, failure = at_desk("ann", Role.VIEWER), park(shop.runtime)
    assert "Do again" not in ann.get(f"/console/todo/failures/{failure}")
    for path in ("failures/replay", "people/1/approve", "names/1/approve"):
        ann.post(f"/console/todo/{path}", status=403)


def test_an_order_that_would_be_read_otherwise_today_is_shown_with_both_readings_and_kept(
    at_desk: SignIn, world: World, shop: Shop
) -> None:
    world.phone().say("2 cartons of 10 inch pizza box")
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE orders SET placed_at = placed_at - interval '2 hours'"))
        connection.execute(text("UPDATE pack_units SET factor = 50 WHERE unit = 'carton'"))
        catalog_changed(connection)
    read_some(shop.runtime)
    mei, bob = at_desk("mei"), at_desk("bob", Role.VIEWER)
    number = shop.one("SELECT number FROM orders")
    for page in (mei.get("/console/todo"), bob.get("/console/todo")):
        assert "2 cartons of 10 inch pizza box" in page
        assert "200 pcs Pizza Box 10 inch" in page
        assert "100 pcs Pizza Box 10 inch" in page
        assert f"/console/orders/{number}" in page
    bob.post(f"/console/todo/orders/{number}/keep", status=403)
    mei.post(f"/console/todo/orders/{number}/keep", page="/console/todo")
    assert mei.said == [f"{number} stays as it is."]
    assert "2 cartons of" not in mei.get("/console/todo")
