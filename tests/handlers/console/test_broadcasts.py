"""Announcements at the console: seen before they leave, sent by who may, never by a forged or repeated form."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import text

from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn


@pytest.fixture
def everybody_wrote(shop: Shop) -> None:
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE contacts SET last_inbound_at = now()"))


def test_a_preview_writes_nothing_and_shows_who_gets_it(desk: Desk, shop: Shop, everybody_wrote: None) -> None:
    answer = desk.post("/console/broadcasts/preview", status=200, text="Closed <b>Monday</b>", outlet="CP-PR")
    assert "1 of 1 would get it" in answer.text
    assert "Closed &lt;b&gt;Monday" in answer.text
    assert shop.one("SELECT count(*) FROM broadcasts") == 0


def test_sent_ones_are_listed_with_what_became_of_them(desk: Desk, shop: Shop, everybody_wrote: None) -> None:
    assert "No announcement yet" in desk.get("/console/broadcasts")
    desk.post("/console/broadcasts/send", text="Closed Monday", audience="outlet=CP-PR,AW-JWL")
    assert desk.said == ["On its way to 2."]
    page = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", desk.get("/console/broadcasts")))
    assert "Closed Monday" in page
    assert "Written to 2" in page
    desk.post("/console/broadcasts/1/resume")
    assert desk.said == ["0 more are written to."]


def test_empty_words_and_strange_filters_are_refused(desk: Desk, shop: Shop) -> None:
    for form in ({"text": " "}, {"text": "x" * 2000}, {"text": "hi", "audience": "phone=1"}):
        desk.post("/console/broadcasts/send", **form)
        assert desk.said
    desk.post("/console/broadcasts/99/resume")
    assert desk.said == ["there is no broadcast 99"]
    assert shop.one("SELECT count(*) FROM broadcast_recipients") == 0


def test_viewers_neither_see_nor_send_any(at_desk: SignIn, shop: Shop) -> None:
    ann = at_desk("ann", Role.VIEWER)
    ann.get("/console/broadcasts", 403)
    ann.post("/console/broadcasts/send", status=403, text="hi")
    assert "Broadcasts" not in ann.get("/console/inbox")
