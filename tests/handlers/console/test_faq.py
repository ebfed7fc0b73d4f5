"""An unanswered question at the console: one click answers the customer and teaches the bot."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from bot.knowledge.kept_library import KeptLibrary
from bot.runtime import Runtime
from bot.settings import ROOT
from handlers import create_app
from handlers.console.sessions import DOCUMENTS
from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn
from tests.people import TAMPINES, World

QUESTION, ANSWER = "what is your policy on drones?", "Drones may land on our roof before noon."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One policy is enough to build from."""
    (tmp_path / "policies").mkdir()
    first = min((ROOT / "data" / "policies" / "policies").glob("*.md"))
    shutil.copy(first, tmp_path / "policies" / first.name)
    return tmp_path


@pytest.fixture
def app(shop: Shop, chroma_address: str, folder: Path) -> Iterator[Flask]:
    """A console beside a server of vectors. The bot has no documents yet."""
    runtime = Runtime(shop.runtime.settings.model_copy(update={"chroma_host": chroma_address}))
    made = create_app(runtime)
    made.config[DOCUMENTS] = str(folder)
    yield made
    runtime.close()


@pytest.fixture
def with_documents(shop: Shop, chroma_address: str) -> Iterator[Callable[[], None]]:
    """From its call on the bot answers from what was built."""
    made = KeptLibrary(shop.runtime.settings.model_copy(update={"chroma_host": chroma_address}))

    def give() -> None:
        shop.runtime.library = made

    yield give
    shop.runtime.library = None
    made.close()


def test_an_answer_becomes_an_faq_that_the_bot_gives_to_the_next_customer(
    desk: Desk, world: World, shop: Shop, folder: Path, with_documents: Callable[[], None]
) -> None:
    phone = world.phone()
    phone.say(QUESTION)
    page = desk.get("/console/inbox/1")
    assert 'formaction="/console/inbox/1/faq/1"' in page
    assert f'name="question" value="{QUESTION}"' in page
    desk.post("/console/inbox/1/faq/1", words=ANSWER, question=QUESTION)
    assert "Sent, and kept as" in desk.said[0]
    assert ANSWER in phone.heard(after=phone.last_id)
    (file,) = (folder / "faqs").glob("*.md")
    assert file.read_text("utf-8") == f"# {QUESTION}\n\n{ANSWER}\n"
    assert shop.one("SELECT count(*) FROM escalations WHERE closed_at IS NULL") == 0
    assert shop.rows("SELECT actor FROM audit WHERE action = 'learn'") == [("mei",)]
    with_documents()
    assert any("Drones may land" in said for said in world.phone(TAMPINES).say(QUESTION))


def test_what_cannot_be_an_faq_answers_nobody(desk: Desk, world: World, shop: Shop, folder: Path) -> None:
    phone = world.phone()
    phone.say(QUESTION)
    for words in (" ", "x" * 2_000):
        desk.post("/console/inbox/1/faq/1", words=words, question=QUESTION)
        assert "write an answer" in desk.said[0]
    desk.post("/console/inbox/1/faq/1", words=ANSWER, question=" ")
    assert "write the question" in desk.said[0]
    desk.post("/console/inbox/1/faq/99", words=ANSWER, question=QUESTION)
    assert "no open escalation 99" in desk.said[0]
    assert not (folder / "faqs").exists()
    assert phone.heard(after=phone.last_id) == []


def test_who_asks_for_a_person_is_no_faq_and_viewers_teach_nothing(
    at_desk: SignIn, desk: Desk, world: World, shop: Shop
) -> None:
    world.phone().say("I want to talk to a person")
    assert "/faq/" not in desk.get("/console/inbox/1")
    at_desk("bob", Role.VIEWER).post("/console/inbox/1/faq/1", status=403, words=ANSWER)
