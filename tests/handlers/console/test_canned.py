"""Saved answers: written by admins, used by everybody who answers, never sent by themselves."""

from __future__ import annotations

import pytest

from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn
from tests.people import World

ANSWERS = "/console/answers"


@pytest.fixture
def admin(at_desk: SignIn) -> Desk:
    return at_desk("ann", Role.ADMIN)


def test_an_admin_writes_one_and_whoever_answers_can_put_it_into_an_answer(
    admin: Desk, at_desk: SignIn, world: World, shop: Shop
) -> None:
    mei, phone = at_desk("mei"), world.phone()
    phone.say("when does the van come")
    assert "No saved answer yet" in mei.get("/console/inbox/1")
    admin.post(ANSWERS, page=ANSWERS, title=" Delivery  time ", content="The van comes <b>before noon</b>.\r\nSorry!")
    assert 'data-insert="The van comes &lt;b&gt;before noon&lt;/b&gt;.\nSorry!"' in mei.get("/console/inbox/1")
    page = mei.get("/console/inbox/1?insert=1")
    assert "data-reply>The van comes &lt;b&gt;before noon" in page
    assert "data-reply></textarea>" in mei.get("/console/inbox/1?insert=99")
    assert shop.one("SELECT count(*) FROM conversation_messages WHERE content LIKE 'The van%'") == 0
    assert shop.rows("SELECT title, changed_by FROM canned_answers") == [("Delivery time", "ann")]


def test_one_is_changed_and_taken_away_and_each_step_is_audited(admin: Desk, shop: Shop) -> None:
    admin.post(ANSWERS, page=ANSWERS, title="Hours", content="9 to 5")
    admin.post(f"{ANSWERS}/1", page=ANSWERS, title="Hours", content="9 to 6")
    assert "9 to 6" in admin.get(ANSWERS)
    admin.post(f"{ANSWERS}/1/remove", page=ANSWERS)
    assert "No saved answer yet" in admin.get(ANSWERS)
    admin.post(f"{ANSWERS}/1/remove", page=ANSWERS)
    assert admin.said == ["this answer is not there any more"]
    admin.post(f"{ANSWERS}/1", page=ANSWERS, title="Hours", content="9 to 7")
    assert admin.said == ["this answer is not there any more"]
    written = shop.rows("SELECT actor, action, detail FROM audit WHERE subject = 'canned_answer:1' ORDER BY id")
    assert written == [("ann", f"canned_answer_{what}", {"title": "Hours"}) for what in ("added", "changed", "removed")]


@pytest.mark.parametrize(
    ("title", "content", "said"),
    [
        (" ", "x", "a title has"),
        ("x" * 61, "x", "a title has"),
        ("x", " ", "an answer has"),
        ("x", "x" * 1601, "an answer has"),
        ("Hours", "again", "called 'Hours' already"),
    ],
)
def test_what_cannot_be_saved_changes_nothing(admin: Desk, shop: Shop, title: str, content: str, said: str) -> None:
    admin.post(ANSWERS, page=ANSWERS, title="Hours", content="9 to 5")
    admin.post(ANSWERS, page=ANSWERS, title="Other", content="other")
    for path in (ANSWERS, f"{ANSWERS}/2"):
        admin.post(path, page=ANSWERS, title=title, content=content)
        assert said in admin.said[0]
    assert shop.rows("SELECT title FROM canned_answers ORDER BY id") == [("Hours",), ("Other",)]


def test_others_use_them_and_write_none(admin: Desk, at_desk: SignIn, shop: Shop) -> None:
    admin.post(ANSWERS, page=ANSWERS, title="Hours", content="9 to 5")
    mei = at_desk("mei")
    assert "New answer" not in mei.get(ANSWERS)
    for path in ("", "/1", "/1/remove"):
        mei.post(f"{ANSWERS}{path}", status=403, title="Hours", content="never")
    at_desk("bob", Role.VIEWER).get(ANSWERS, 403)
    assert shop.one("SELECT content FROM canned_answers") == "9 to 5"
