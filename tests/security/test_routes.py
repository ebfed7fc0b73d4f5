"""Who may call what: every route stands in one table, and is called as a stranger, with a wrong token, and in every lower role.

A route that is new has to be written down here before the suite is green again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from bot.runtime import Runtime
from bot.settings import Environment
from handlers import create_app
from models.user import Role
from tests.conftest import Shop
from tests.handlers.console.conftest import SignIn
from tests.handlers.console.conftest import at_desk as at_desk


class Door(StrEnum):
    OPEN = "anybody"
    TWILIO = "who signs as Twilio"
    TELEGRAM = "who knows the webhook's secret"
    TOKEN = "who has API_TOKEN"
    METRICS = "who has METRICS_TOKEN, where one is set"
    VIEWER = "viewers"
    OPS = "ops"
    ADMIN = "admins"
    DEVELOPMENT = "nobody in production: the route is not there"


TABLE = {
    Door.OPEN: "static api_docs.docs api_docs.openapi health.liveness health.readiness health.show_version console.static"
    " console.sign_in console.sign_in_form console.code_form console.sign_in_with_code",
    Door.TWILIO: "twilio.inbound twilio.receipt",
    Door.TELEGRAM: "telegram.inbound",
    Door.TOKEN: "chat_api.chatbot chat_api.stream health.diagnostics messages_api.list_notifications messages_api.list_threads"
    " messages_api.read_thread messages_api.show_thread messages_api.show_unread products_api.search_products",
    Door.METRICS: "health.metrics",
    Door.VIEWER: "console.home console.inbox console.show_thread console.orders console.show_order console.packing console.packing_file console.delivery_days console.invitations console.outlets_page console.show_outlet"
    " console.show_product console.suggest_outlets console.suggest_products console.products console.figures console.figure_file console.follow console.sign_out console.todo console.broadcasts"
    " console.failures console.show_one_failure console.show_name console.export_orders console.nothing_here"
    " console.second_factor console.begin_second_factor console.confirm_second_factor console.renew_recovery_codes",
    Door.OPS: "console.end_price console.withdraw_invitation console.set_delivery_day console.remove_delivery_day console.new_product console.add_new_product console.new_outlet console.add_new_outlet console.products_file console.bring_products_in"
    " console.outlets_file console.bring_outlets_in console.answer_thread console.approve_order console.assign_thread console.bind_contact console.cancel_order console.change_outlet_rules console.change_product_details console.set_price"
    " console.change_lines console.change_one_product console.decide_name console.decide_person console.decline_order"
    " console.hand_back_thread console.invite_contact console.keep_as_faq console.keep_order console.note_thread console.preview_broadcast console.replay_failures"
    " console.resume_broadcast console.send_broadcast console.take_thread console.unbind_contact console.new_order"
    " console.place_new_order console.saved_answers",
    Door.ADMIN: "console.add_user console.audit_page console.disable_user console.users console.add_saved_answer"
    " console.change_saved_answer console.remove_saved_answer console.remove_second_factor",
    Door.DEVELOPMENT: "first_page simulator.follow simulator.list_orders simulator.list_outlets simulator.pass_on"
    " simulator.show_asset simulator.show_page",
}  # fmt: skip
DOOR_OF = {endpoint: door for door, endpoints in TABLE.items() for endpoint in endpoints.split()}
WRONG = {"Authorization": "Bearer not-the-token-at-all"}
BODIES = {"Content-Type": "application/json"}
FORBIDDEN, UNAUTHORIZED, NOT_FOUND = 403, 401, 404


@pytest.fixture(scope="module")
def routes(shared_app: Flask) -> list[Rule]:
    return ours(shared_app)


def ours(app: Flask) -> list[Rule]:
    """Without the door of the third channel, which tests register to show how one is added."""
    views = app.view_functions
    return [rule for rule in app.url_map.iter_rules() if not views[rule.endpoint].__module__.startswith("tests.")]


def calls(rules: list[Rule], *doors: Door) -> Iterator[tuple[str, str, str]]:
    """Endpoint, method and a path of every route behind these doors."""
    for rule in rules:
        if DOOR_OF[rule.endpoint] in doors:
            path = re.sub(r"<(?:int:)\w+>", "7", rule.rule)
            path = re.sub(r"<[^>]+>", "x", path)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule.endpoint, method, path


def ask(client: FlaskClient, method: str, path: str, headers: dict[str, str] | None = None) -> TestResponse:
    answer = client.open(path, method=method, headers=headers or {}, data="{}" if method != "GET" else None)
    assert answer.status_code < 500, (method, path)
    return answer


def test_every_route_is_in_the_table_and_nothing_else_is(routes: list[Rule]) -> None:
    assert {rule.endpoint for rule in routes} == set(DOOR_OF)


@pytest.mark.parametrize("headers", [{}, WRONG, {"Authorization": "Bearer "}, {"Authorization": "Basic eDp5"}])
def test_a_stranger_is_refused_wherever_a_token_is_needed(
    client: FlaskClient, routes: list[Rule], headers: dict[str, str]
) -> None:
    found = {(e, m): ask(client, m, p, headers | BODIES).status_code for e, m, p in calls(routes, Door.TOKEN)}
    assert len(found) == len(TABLE[Door.TOKEN].split())
    assert {call: status for call, status in found.items() if status != UNAUTHORIZED} == {}


@pytest.mark.parametrize("signature", [None, "", "AAAA", "é" * 40])
def test_what_is_not_signed_by_the_provider_is_refused(
    client: FlaskClient, shop: Shop, routes: list[Rule], signature: str | None
) -> None:
    headers = (
        {} if signature is None else {"X-Twilio-Signature": signature, "X-Telegram-Bot-Api-Secret-Token": signature}
    )
    for _, method, path in calls(routes, Door.TWILIO, Door.TELEGRAM):
        kind = "application/json" if "telegram" in path else "application/x-www-form-urlencoded"
        assert ask(client, method, path, headers | {"Content-Type": kind}).status_code == FORBIDDEN, path
    assert shop.one("SELECT count(*) FROM conversation_messages") == 0


def test_a_stranger_sees_no_page_of_the_console(client: FlaskClient, routes: list[Rule]) -> None:
    for endpoint, method, path in calls(routes, Door.VIEWER, Door.OPS, Door.ADMIN):
        answer = ask(client, method, path)
        if method == "GET":
            assert (answer.status_code, "/console/sign-in" in answer.headers["Location"]) == (303, True), endpoint
        else:
            assert answer.status_code == UNAUTHORIZED, endpoint


@pytest.mark.parametrize(("role", "closed"), [(Role.VIEWER, (Door.OPS, Door.ADMIN)), (Role.OPS, (Door.ADMIN,))])
def test_a_role_does_not_do_what_only_a_higher_one_may(
    shop: Shop, at_desk: SignIn, routes: list[Rule], role: Role, closed: tuple[Door, ...]
) -> None:
    desk = at_desk("ann", role)
    for endpoint, method, path in calls(routes, *closed):
        assert ask(desk.client, method, path).status_code == FORBIDDEN, endpoint


def test_nothing_is_done_by_a_form_that_no_page_of_ours_made(shop: Shop, at_desk: SignIn, routes: list[Rule]) -> None:
    admin = at_desk("root", Role.ADMIN)
    before = shop.one("SELECT count(*) FROM audit WHERE action NOT LIKE 'refused_%'")
    for endpoint, method, path in calls(routes, Door.VIEWER, Door.OPS, Door.ADMIN):
        if method != "GET":
            assert ask(admin.client, method, path).status_code in (400, FORBIDDEN), endpoint
    assert shop.one("SELECT count(*) FROM audit WHERE action NOT LIKE 'refused_%'") == before


def test_what_is_for_development_is_not_there_in_production(runtime: Runtime, routes: list[Rule]) -> None:
    made = Runtime(runtime.settings.model_copy(update={"environment": Environment.PRODUCTION}))
    app = create_app(made)
    assert {rule.endpoint for rule in ours(app)} == set(DOOR_OF) - set(TABLE[Door.DEVELOPMENT].split())
    client = app.test_client()
    for endpoint, method, path in calls(routes, Door.DEVELOPMENT):
        assert client.open(path, method=method).status_code == NOT_FOUND, endpoint
    made.close()


def test_metrics_are_open_only_while_they_have_no_token(runtime: Runtime, client: FlaskClient) -> None:
    from pydantic import SecretStr

    assert client.get("/metrics").status_code == 200
    made = Runtime(runtime.settings.model_copy(update={"metrics_token": SecretStr("a-token-of-its-own")}))
    closed = create_app(made).test_client()
    assert closed.get("/metrics", headers=WRONG).status_code == UNAUTHORIZED
    assert closed.get("/metrics", headers={"Authorization": "Bearer a-token-of-its-own"}).status_code == 200
    made.close()
