"""The second factor: set up by whoever has the phone, asked for after the password, locked like passwords, never used twice."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import text

from bot.identity.one_time_codes import DRIFT_STEPS, STEP_S
from jobs.access.second_factor import remove
from jobs.access.sign_in import MOST_WRONG
from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import Desk, SignIn

PAGE, CODE = "/console/second-factor", "/console/sign-in/code"


@pytest.fixture
def admin(at_desk: SignIn) -> Desk:
    return at_desk("ann", Role.ADMIN)


def begun(admin: Desk) -> pyotp.TOTP:
    """The app on the phone, after the key was typed into it."""
    admin.post(f"{PAGE}/begin", page=PAGE)
    key = re.findall(r'<code class="key">([A-Z2-7 ]+)</code>', admin.get(PAGE))[0]
    return pyotp.TOTP(key.replace(" ", ""))


def turn_on(admin: Desk, shop: Shop) -> tuple[pyotp.TOTP, list[str]]:
    """The app, and the recovery codes. The code that turned it on is the one of the step before now."""
    app = begun(admin)
    now = shop.runtime.clock()
    shown = admin.post(f"{PAGE}/confirm", page=PAGE, status=200, code=app.at(now - timedelta(seconds=STEP_S))).text
    return app, re.findall(r"<li><code>([a-z2-9-]+)</code>", shown)


def browser(app: Flask) -> Desk:
    return Desk(app.test_client(), "ann")


def enter(desk: Desk, code: str, **more: str) -> int:
    return desk.client.post(CODE, data={"csrf_token": desk.token(CODE), "code": code, **more}).status_code


def test_it_is_set_up_with_a_picture_or_a_key_and_counts_from_the_first_right_code(admin: Desk, shop: Shop) -> None:
    assert "It is off" in admin.get(PAGE)
    app = begun(admin)
    assert "<svg" in admin.get(PAGE).split('class="qr"')[1]
    admin.post(f"{PAGE}/confirm", page=PAGE, code="000000" if app.now() != "000000" else "000001")
    assert "not the code that the app shows" in admin.said[0]
    assert shop.one("SELECT code_since FROM users") is None
    _, codes = turn_on(admin, shop)
    assert len(set(codes)) == 10
    assert "10 recovery codes left" in admin.get(PAGE)
    assert app.secret not in str(shop.rows("SELECT code_key FROM users"))
    assert shop.one("SELECT count(*) FROM audit WHERE action = 'second_factor_on' AND actor = 'ann'") == 1


def test_after_the_password_the_code_is_asked_for_and_leads_to_the_page_that_was_wanted(
    admin: Desk, app: Flask, shop: Shop
) -> None:
    phone, _ = turn_on(admin, shop)
    again = browser(app)
    answer = again.sign_in(next="/console/orders")
    assert answer.headers["Location"] == "/console/sign-in/code?next=/console/orders"
    assert again.client.get("/console/inbox").status_code == 303
    form = {"csrf_token": again.token(CODE), "code": phone.at(shop.runtime.clock()), "next": "/console/orders"}
    assert again.client.post(CODE, data=form).headers["Location"] == "/console/orders"
    again.get("/console/orders")


def test_a_code_and_a_recovery_code_count_once(admin: Desk, app: Flask, shop: Shop) -> None:
    phone, codes = turn_on(admin, shop)
    code = phone.at(shop.runtime.clock())
    for given, answer in ((code, 303), (code, 401), (codes[0].upper().replace("-", " "), 303), (codes[0], 401)):
        desk = browser(app)
        desk.sign_in()
        assert enter(desk, given) == answer, given
    assert shop.one("SELECT count(*) FROM audit WHERE action = 'recovery_code_used'") == 1
    assert "9 recovery codes left" in admin.get(PAGE)


def test_wrong_codes_lock_the_name_and_a_right_password_does_not_reset_the_count(
    admin: Desk, app: Flask, shop: Shop
) -> None:
    phone, _ = turn_on(admin, shop)
    guesser = browser(app)
    for _ in range(MOST_WRONG):
        guesser.sign_in()
        assert enter(guesser, "12345x") == 401
    assert shop.one("SELECT locked_until > now() FROM users") is True
    assert enter(guesser, phone.at(shop.runtime.clock())) == 401
    assert guesser.sign_in().status_code == 401
    assert shop.one("SELECT count(*) FROM audit WHERE action = 'name_locked'") == 1


def test_without_a_password_a_moment_ago_no_code_is_taken(admin: Desk, app: Flask, shop: Shop) -> None:
    phone, _ = turn_on(admin, shop)
    stranger = browser(app)
    assert stranger.client.get(CODE).headers["Location"] == "/console/sign-in"
    form = {"csrf_token": stranger.token("/console/sign-in"), "code": phone.at(shop.runtime.clock())}
    assert stranger.client.post(CODE, data=form).headers["Location"].startswith("/console/sign-in")
    late = browser(app)
    late.sign_in()
    with late.client.session_transaction("/console/inbox") as session:
        session["code_for"] = session["code_for"] | {"at": session["code_for"]["at"] - 301}
    assert late.client.get(CODE).status_code == 303
    assert late.client.get("/console/inbox").status_code == 303


def test_a_phones_clock_may_be_a_step_off_and_no_more(admin: Desk, app: Flask, shop: Shop) -> None:
    phone, _ = turn_on(admin, shop)
    desk = browser(app)
    desk.sign_in()
    far = shop.runtime.clock() + timedelta(seconds=STEP_S * (DRIFT_STEPS + 2))
    assert enter(desk, phone.at(far)) == 401


def test_new_recovery_codes_replace_the_old_and_need_a_code(admin: Desk, app: Flask, shop: Shop) -> None:
    phone, codes = turn_on(admin, shop)
    admin.post(f"{PAGE}/codes", page=PAGE, code="1")
    assert "not the code" in admin.said[0]
    admin.post(f"{PAGE}/codes", page=PAGE, status=200, code=phone.at(shop.runtime.clock()))
    desk = browser(app)
    desk.sign_in()
    assert enter(desk, codes[1]) == 401


def test_an_admin_removes_it_from_a_colleague_who_lost_the_phone(
    admin: Desk, at_desk: SignIn, app: Flask, shop: Shop
) -> None:
    turn_on(admin, shop)
    at_desk("mei").post("/console/users/ann/second-factor/remove", status=403)
    boss = at_desk("boss", Role.ADMIN)
    assert "Remove code" in boss.get("/console/users")
    boss.post("/console/users/ann/second-factor/remove", page="/console/users")
    assert "signs in with the password alone" in boss.said[0]
    assert admin.client.get("/console/inbox").status_code == 303
    assert browser(app).sign_in().headers["Location"] == "/console"
    boss.post("/console/users/ann/second-factor/remove", page="/console/users")
    assert "has no second factor" in boss.said[0]


def test_under_another_secret_key_a_recovery_code_still_lets_in(admin: Desk, app: Flask, shop: Shop) -> None:
    phone, codes = turn_on(admin, shop)
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE users SET code_key = 'sealed by nobody'"))
    desk = browser(app)
    desk.sign_in()
    assert enter(desk, phone.at(shop.runtime.clock())) == 401
    assert enter(desk, codes[0]) == 303
    with shop.runtime.engine.begin() as connection:
        remove(connection, "ann", actor="test")


def test_in_production_an_admin_sets_it_up_before_anything_else(at_desk: SignIn, app: Flask, shop: Shop) -> None:
    admin, mei = at_desk("ann", Role.ADMIN), at_desk("mei")
    with_rule(app)
    try:
        assert admin.client.get("/console/inbox").headers["Location"] == PAGE
        assert admin.client.post("/console/users", data={"csrf_token": admin.token(PAGE)}).status_code == 403
        assert "Admins need one here" in admin.get(PAGE)
        mei.get("/console/inbox")
        turn_on(admin, shop)
        admin.get("/console/inbox")
    finally:
        app.config["ADMINS_NEED_CODE"] = False


def with_rule(app: Flask) -> None:
    app.config["ADMINS_NEED_CODE"] = True
