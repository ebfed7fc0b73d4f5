"""Searching the inbox by meaning: the nearest conversation first, and the words themselves where nobody can say."""

from __future__ import annotations

import pytest

from bot.knowledge.chroma import Chroma
from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn
from tests.people import TAMPINES, World

MEANING = "/console/inbox?view=all&by=meaning&q="


@pytest.fixture
def vectors(chroma_address: str, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server without any message yet, which the settings name."""
    client = Chroma(chroma_address)
    for name in client.names():
        client.drop(name)
    client.close()
    runtime = shop.runtime
    monkeypatch.setattr(runtime, "settings", runtime.settings.model_copy(update={"chroma_host": chroma_address}))


def threads_on(page: str) -> list[str]:
    return [part.split("</b>")[0].rsplit("<b>")[-1] for part in page.split('class="thread-link"')[1:]]


def test_what_was_meant_is_found_without_its_words(desk: Desk, world: World, shop: Shop, vectors: None) -> None:
    world.phone().say("the cartons arrived soaked in rain")
    world.phone(TAMPINES).say("what time does the shop close today?")
    assert threads_on(desk.get("/console/inbox?view=all&q=wet+delivery")) == []
    page = desk.get(MEANING + "wet+delivery")
    assert threads_on(page)[0] == "Canadian Pizza Pasir Ris"
    assert "the nearest first" in page
    assert "Look for the words" in page


def test_without_the_vectors_the_words_are_looked_for_and_it_is_said(desk: Desk, world: World, shop: Shop) -> None:
    world.phone().say("the cartons arrived soaked in rain")
    page = desk.get(MEANING + "soaked")
    assert threads_on(page) == ["Canadian Pizza Pasir Ris"]
    assert "Meaning cannot be searched here just now" in page


def test_a_server_that_does_not_answer_costs_a_word_and_no_page(
    desk: Desk, world: World, shop: Shop, vectors: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = shop.runtime.settings.model_copy(update={"chroma_host": "127.0.0.1:1"})
    monkeypatch.setattr(shop.runtime, "settings", gone)
    assert "Meaning cannot be searched" in desk.get(MEANING + "soaked")


def test_a_search_by_words_offers_the_other_and_strange_ones_are_refused(at_desk: SignIn, shop: Shop) -> None:
    desk = at_desk("vic", Role.VIEWER)
    assert "Look for their meaning" in desk.get("/console/inbox?q=x")
    desk.get("/console/inbox?q=x&by=magic", status=400)
    desk.get(MEANING + "x" * 201, status=400)
