"""Who may open the console, by command."""

from __future__ import annotations

from sqlalchemy import text

from bot.runtime import Runtime
from bot.settings import Environment
from handlers import create_app
from jobs.access.sign_in import sign_in, who
from models.user import Role
from tests.conftest import Shop
from tests.handlers.cli.conftest import Terminal


def test_a_user_is_added_once_and_the_password_is_shown_once(flask: Terminal, shop: Shop) -> None:
    said = flask("users", "add", "Mei", "--role", "ops").output
    password = said.strip().rsplit(" ", 1)[1]
    passed = sign_in(shop.runtime.engine, "MEI", password)
    assert passed
    found = who(shop.runtime.engine, str(passed.token))
    assert found
    assert (found.name, found.role) == ("mei", Role.OPS)
    again = flask("users", "add", "mei", "--role", "admin")
    assert (again.exit_code, "there is a user mei already" in again.output) == (2, True)
    assert shop.one("SELECT count(*) FROM audit WHERE audit::text LIKE :words", words=f"%{password}%") == 0


def test_a_new_password_or_role_ends_every_session(flask: Terminal, shop: Shop) -> None:
    flask("users", "demo")
    passed = sign_in(shop.runtime.engine, "demo", "demo-password")
    assert passed
    flask("users", "add", "demo", "--role", "viewer", "--renew")
    assert who(shop.runtime.engine, str(passed.token)) is None
    assert flask.json("users", "list", "--json")[0]["role"] == "viewer"


def test_whoever_is_disabled_cannot_sign_in(flask: Terminal, shop: Shop) -> None:
    flask("users", "demo")
    assert flask("users", "disable", "demo").exit_code == 0
    assert sign_in(shop.runtime.engine, "demo", "demo-password") is None
    assert "disabled" in flask("users", "list").output
    assert flask("users", "disable", "nobody").exit_code == 2


def test_a_second_factor_is_taken_away_by_command_when_the_phone_is_lost(flask: Terminal, shop: Shop) -> None:
    flask("users", "demo")
    assert flask("users", "remove-code", "demo").exit_code == 2
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE users SET code_key = 'sealed', code_since = now()"))
    asked = sign_in(shop.runtime.engine, "demo", "demo-password")
    assert asked
    assert asked.token is None
    assert flask("users", "remove-code", "Demo", "--by", "mei").exit_code == 0
    passed = sign_in(shop.runtime.engine, "demo", "demo-password")
    assert passed
    assert passed.token
    assert shop.one("SELECT actor FROM audit WHERE action = 'second_factor_off'") == "mei"


def test_bad_names_and_easy_passwords_are_refused(flask: Terminal, shop: Shop) -> None:
    for name in ("x", "no spaces", "ü", "a" * 60, "-x"):
        assert flask("users", "add", "--role", "ops", "--", name).exit_code == 2
    for password in ("short", "a" * 20, "b" * 300):
        runner = flask.app.test_cli_runner()
        done = runner.invoke(args=["users", "add", "mei", "--role", "ops", "--password-stdin"], input=f"{password}\n")
        assert done.exit_code == 2
    assert shop.one("SELECT count(*) FROM users") == 0


def test_production_has_no_demo_login(shop: Shop) -> None:
    settings = shop.runtime.settings.model_copy(update={"environment": Environment.PRODUCTION})
    refused = Terminal(create_app(Runtime(settings)))("users", "demo")
    assert refused.exit_code == 2
    assert shop.one("SELECT count(*) FROM users") == 0
