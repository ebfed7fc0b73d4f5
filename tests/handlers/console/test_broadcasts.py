"""Announcements at the console: seen before they leave, sent by who may, never by a forged or repeated form."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import text

from jobs.broadcast.audience import Words
from jobs.broadcast.enqueue import plan
from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn
from tests.jobs.broadcast.test_enqueue import the_first_are_refused


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


def test_a_customer_whose_name_has_commas_and_quotes_is_written_to(
    desk: Desk, shop: Shop, everybody_wrote: None
) -> None:
    name = 'Tan, Lim; "Sons" & Co'
    with shop.runtime.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE customers SET name = :name WHERE id = (SELECT customer_id FROM outlets WHERE code = 'AW-JWL')"
            ),
            {"name": name},
        )
    page = desk.post("/console/broadcasts/preview", status=200, text="Closed", customer=name).text
    meant = int(page.partition(" of ")[0].rpartition(">")[2])
    assert meant > 0
    audience = unescape(page.partition('name="audience" value="')[2].partition('"')[0])
    desk.post("/console/broadcasts/send", text="Closed", audience=audience)
    assert desk.said == [f"On its way to {meant}."]
    assert shop.rows("SELECT DISTINCT u.name FROM broadcast_recipients r JOIN contact_outlets b USING (contact_id)"
                     " JOIN outlets o ON o.id = b.outlet_id JOIN customers u ON u.id = o.customer_id") == [(name,)]  # fmt: skip


def test_trying_again_says_when_nobody_was_written_to(desk: Desk, shop: Shop, everybody_wrote: None) -> None:
    with shop.runtime.engine.begin() as connection:
        plan(connection, Words("Closed"), "outlet=CP-PR,AW-JWL", actor="mei")
    with the_first_are_refused(shop, 100):
        desk.post("/console/broadcasts/1/resume")
    assert desk.said == ["2 could not be written to, more than half: nobody was. See the row below."]


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


def test_several_customers_languages_and_channels_are_chosen_at_once(
    desk: Desk, shop: Shop, everybody_wrote: None
) -> None:
    customers = [row[0] for row in shop.rows("SELECT name FROM customers ORDER BY name LIMIT 3")]
    few = desk.post("/console/broadcasts/preview", status=200, text="Hi", customer=customers)
    assert "3 of 3 would get it" in few.text
    tongues = desk.post(
        "/console/broadcasts/preview", status=200, text="Hi", language=["ta", "ms"], channel=["whatsapp"]
    )
    number = shop.one("SELECT count(*) FROM outlets WHERE default_language IN ('ta', 'ms')")
    assert f"{number} of {number} would get it" in tongues.text
    none = desk.post("/console/broadcasts/preview", status=200, text="Hi", language=["ta"], channel=["telegram"])
    assert "0 of 0 would get it" in none.text
