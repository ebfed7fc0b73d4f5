"""Invitations at the console: which are still open, and taking one back."""

from __future__ import annotations

import re

from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn
from tests.people import STRANGER, World
from tests.statements import counted

PAGE = "/console/outlets/+invitations"


def code_made_by(desk: Desk, outlet: str = "CP-PR") -> str:
    page = desk.post(f"/console/outlets/{outlet}/invite", status=200, page=f"/console/outlets/{outlet}").text
    found = re.search(r"</svg>(\S+) lets one new phone", page)
    assert found
    return found[1]


def test_an_open_one_is_listed_until_it_is_used(desk: Desk, world: World, shop: Shop) -> None:
    assert "No invitation is open" in desk.get(PAGE)
    code = code_made_by(desk)
    assert "by mei" in desk.get(PAGE)
    assert "Invitation still open" in desk.get("/console/outlets/CP-PR")
    assert "Invitation still open" not in desk.get("/console/outlets/CP-TP")
    assert code not in desk.get(PAGE)
    world.phone(STRANGER).say(code)
    assert world.bindings(STRANGER) == ["CP-PR"]
    assert "No invitation is open" in desk.get(PAGE)


def test_one_that_is_withdrawn_lets_nobody_in(desk: Desk, world: World, shop: Shop) -> None:
    code = code_made_by(desk)
    desk.post(f"{PAGE}/1/withdraw", page=PAGE)
    assert desk.said == ["Withdrawn: its code lets nobody in any more."]
    world.phone(STRANGER).say(code)
    assert world.bindings(STRANGER) == []
    desk.post(f"{PAGE}/1/withdraw", page=PAGE, back=PAGE)
    assert desk.said == ["this invitation was used meanwhile, or has ended"]
    desk.post(f"{PAGE}/99/withdraw", page=PAGE, back=PAGE)
    assert desk.said == ["this invitation was used meanwhile, or has ended"]
    assert shop.rows("SELECT actor, subject FROM audit WHERE action = 'invitation_withdrawn'") == [
        ("mei", "invitation:1")
    ]


def test_a_viewer_sees_them_and_withdraws_none_and_many_take_one_statement(
    at_desk: SignIn, desk: Desk, shop: Shop
) -> None:
    counts = []
    viewer = at_desk("vic", Role.VIEWER)
    for _ in range(2):
        for _ in range(3):
            code_made_by(desk)
        with counted() as sent:
            page = viewer.get(PAGE)
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert "Withdraw<" not in page
