"""Who comes in, who does not, and what every page tells a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from bot.settings import ROOT
from handlers.console import door
from handlers.console.door import is_ours
from jobs.access.sign_in import MOST_WRONG, TRIES_OF_A_CLIENT
from jobs.access.users import disable
from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import PASSWORD, Desk, SignIn

TEMPLATES = sorted((ROOT / "handlers" / "console" / "templates").rglob("*.html"))


def audited(shop: Shop, action: str) -> list[tuple[object, ...]]:
    return shop.rows("SELECT actor, subject FROM audit WHERE action = :action ORDER BY id", action=action)


def test_a_stranger_is_sent_to_sign_in_and_then_to_the_page_they_wanted(at_desk: SignIn, app: Flask) -> None:
    at_desk("mei")
    stranger = Desk(app.test_client(), "mei")
    answer = stranger.client.get("/console/inbox?view=all")
    assert answer.headers["Location"] == "/console/sign-in?next=/console/inbox?view%3Dall"
    answer = stranger.sign_in(next="/console/inbox?view=all")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/inbox?view=all")


@pytest.mark.parametrize(
    "evil", ["//evil.test", "https://evil.test/console", "/console\\evil", "javascript:alert(1)", "/consoles", "/console/\n"]
)  # fmt: skip
def test_no_address_but_the_consoles_own_is_gone_to(at_desk: SignIn, evil: str) -> None:
    assert not is_ours(evil)
    desk = at_desk("mei")
    desk.client.delete_cookie("tria_console", path="/console")
    assert desk.sign_in(next=evil).headers["Location"] == "/console"


def test_ten_wrong_passwords_lock_the_name_and_are_audited(at_desk: SignIn, app: Flask, shop: Shop) -> None:
    at_desk("mei")
    guesser = Desk(app.test_client(), "mei")
    for _ in range(MOST_WRONG):
        assert guesser.sign_in("not the password").status_code == 401
    assert guesser.sign_in(PASSWORD).status_code == 401
    assert audited(shop, "name_locked") == [("mei", "user:1")]
    assert len(audited(shop, "sign_in_refused")) == MOST_WRONG + 1
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE users SET locked_until = now() - interval '1 s'"))
    assert guesser.sign_in(PASSWORD).status_code == 303


def test_one_address_that_guesses_names_is_not_looked_at_any_more_and_others_are(
    at_desk: SignIn, app: Flask, shop: Shop
) -> None:
    at_desk("mei")
    guesser = Desk(app.test_client(), "mei")
    guesser.client.environ_base["REMOTE_ADDR"] = "2001:db8::1"
    for count in range(TRIES_OF_A_CLIENT.amount):
        guesser.name = f"name{count}"
        assert guesser.sign_in("not the password").status_code == 401
    guesser.client.environ_base["REMOTE_ADDR"] = "2001:db8::2"
    guesser.name = "mei"
    answer = guesser.sign_in(PASSWORD)
    assert (answer.status_code, "Too many tries" in answer.text) == (429, True)
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert len(audited(shop, "sign_in_refused")) == TRIES_OF_A_CLIENT.amount
    guesser.client.environ_base["REMOTE_ADDR"] = "2001:db8:0:1::1"
    assert guesser.sign_in(PASSWORD).status_code == 303


def test_a_name_that_nobody_has_gets_the_same_answer_and_is_not_written_down(at_desk: SignIn, shop: Shop) -> None:
    known = at_desk("mei")
    known.client.delete_cookie("tria_console", path="/console")
    wrong = known.sign_in("not the password")
    unknown = Desk(known.client, "hunter2-typed-as-a-name").sign_in()
    assert unknown.status_code == wrong.status_code == 401
    assert "do not go together" in unknown.text
    assert ("nobody", "user:unknown") in audited(shop, "sign_in_refused")
    assert shop.one("SELECT count(*) FROM audit WHERE audit::text LIKE '%hunter2%'") == 0


def test_a_copied_cookie_is_worth_nothing_after_signing_out(desk: Desk, app: Flask) -> None:
    cookie = desk.client.get_cookie("tria_console", path="/console")
    assert cookie
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    desk.post("/console/sign-out")
    thief = app.test_client()
    thief.set_cookie("tria_console", cookie.value, path="/console")
    assert thief.get("/console/inbox").status_code == 303


@pytest.mark.parametrize("column", ["seen_at", "opened_at"])
def test_a_session_ends_when_it_is_idle_and_after_a_day_of_work(desk: Desk, shop: Shop, column: str) -> None:
    desk.get("/console/inbox")
    with shop.runtime.engine.begin() as connection:
        connection.execute(text(f"UPDATE user_sessions SET {column} = now() - interval '13 hours'"))
    assert desk.client.get("/console/inbox").status_code == 303


def test_a_page_that_is_only_left_open_does_not_keep_its_session(desk: Desk, shop: Shop) -> None:
    def minutes(ago: str = "30") -> object:
        return shop.one("SELECT seen_at < now() - CAST(:ago AS interval) FROM user_sessions", ago=f"{ago} minutes")

    def idle(minutes: int) -> None:
        with shop.runtime.engine.begin() as connection:
            connection.execute(text(f"UPDATE user_sessions SET seen_at = now() - interval '{minutes} minutes'"))

    idle(31)
    for path in ("/console/inbox", "/console/todo", "/console/inbox?view=all"):
        assert desk.client.get(path, headers={"X-Live": "1"}).status_code == 200
    desk.client.get("/console/events").close()
    assert minutes() is True
    desk.get("/console/inbox")
    assert minutes() is False
    idle(61)
    assert desk.client.get("/console/inbox", headers={"X-Live": "1"}).status_code == 303


def test_whoever_is_disabled_is_out_at_once(desk: Desk, shop: Shop) -> None:
    desk.get("/console/inbox")
    with shop.runtime.engine.begin() as connection:
        disable(connection, "mei", actor="test")
    assert desk.client.get("/console/inbox").status_code == 303
    assert desk.sign_in().status_code == 401


def test_a_tampered_cookie_lets_nobody_in(desk: Desk) -> None:
    cookie = desk.client.get_cookie("tria_console", path="/console")
    assert cookie
    desk.client.set_cookie("tria_console", f"x{cookie.value[1:]}", path="/console")
    assert desk.client.get("/console/inbox").status_code == 303


def test_a_forged_form_does_nothing_and_is_audited(desk: Desk, shop: Shop) -> None:
    desk.get("/console/inbox")
    answer = desk.client.post("/console/sign-out", data={"csrf_token": "forged"})
    assert answer.status_code == 400
    assert "Nothing was done" in answer.text
    assert audited(shop, "refused_form") == [("mei", "page:console.sign_out")]
    desk.get("/console/inbox")


def test_a_viewer_looks_and_does_not_act(at_desk: SignIn, shop: Shop) -> None:
    viewer = at_desk("ann", Role.VIEWER)
    viewer.get("/console/inbox")
    answer = viewer.post("/console/inbox/1/take", status=403)
    assert "Your role does not allow this" in answer.text
    assert audited(shop, "refused_role") == [("ann", "page:console.take_thread")]


def test_every_page_says_who_may_see_it(app: Flask) -> None:
    ours = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("console.")}
    assert len(ours) > 5
    unmarked = {name for name in ours if getattr(app.view_functions[name], door.ROLE, None) is None}
    assert unmarked == door.OPEN


def test_what_changes_something_is_never_done_by_a_link(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("console.") and "GET" not in (rule.methods or ()):
            assert (rule.methods or set()) - {"OPTIONS"} == {"POST"}


def test_browsers_are_told_to_run_nothing_but_our_files(desk: Desk) -> None:
    for path, status in (("/console/inbox", 200), ("/console/nothing", 404), ("/console/inbox?page=-1", 400)):
        answer = desk.client.get(path)
        assert answer.status_code == status
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_page_has_a_script_or_style_inside_or_from_elsewhere(path: Path) -> None:
    page = path.read_text("utf-8")
    assert not re.search(
        r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:|(src|href)=\"https?:|\|safe", page
    )


def test_other_doors_set_no_cookie(client: FlaskClient) -> None:
    for path in ("/health", "/version", "/api/openapi.json", "/api/docs", "/consoles"):
        assert "Set-Cookie" not in client.get(path).headers
