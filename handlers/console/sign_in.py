"""Signing in and out."""

from __future__ import annotations

import time
from http import HTTPStatus
from math import ceil

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user, logout_user

from bot.telemetry import get_logger
from handlers.console.door import SEE_OTHER, blueprint, is_ours, viewers
from handlers.console.sessions import PATH, SignedIn, operator, signed_in
from handlers.current import current_runtime
from jobs.access import sign_in as job
from jobs.access.sign_in import LOCKED_MINUTES, MOST_WRONG, who

REFUSED = (
    "That name and password do not go together. "
    f"After {MOST_WRONG} wrong passwords a name is locked for {LOCKED_MINUTES} minutes."
)
TOO_MANY = "Too many tries from your address. Wait a few minutes; nothing was looked at meanwhile."

CODE_FOR = "code_for"
"""In a browser's session: whose password was right, and when."""

log = get_logger(__name__)


@blueprint.get("/sign-in")
def sign_in_form() -> ResponseReturnValue:
    if signed_in():
        return redirect(PATH, SEE_OTHER)
    return render_template("console/sign_in.html", next=wanted_page(request.args.get("next", "")))


@blueprint.post("/sign-in")
def sign_in() -> ResponseReturnValue:
    wanted, engine = wanted_page(request.form.get("next", "")), current_runtime().engine
    if wait_s := must_wait_s():
        return _refused(wanted, TOO_MANY), HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": wait_s}
    passed = job.sign_in(engine, request.form.get("name", ""), request.form.get("password", ""))
    if passed is None:
        return _refused(wanted, REFUSED), HTTPStatus.UNAUTHORIZED
    if passed.token is None:
        session.clear()
        session[CODE_FOR] = {"id": passed.user_id, "at": time.time()}
        return redirect(url_for("console.code_form", next=wanted or None), SEE_OTHER)
    return begin_session(passed.token, wanted)


def must_wait_s() -> str:
    """For how long no try from this address is looked at, in seconds; empty when this one is."""
    wait_s = job.must_wait_s(current_runtime(), request.remote_addr or "")
    if wait_s:
        log.warning("too many sign-ins from one address")
    return str(ceil(wait_s)) if wait_s else ""


def begin_session(token: str, wanted: str) -> ResponseReturnValue:
    """To the page that was wanted, as whoever the token belongs to."""
    found = who(current_runtime().engine, token)
    if found is None:  # shut out in this very moment
        return redirect(url_for("console.sign_in_form"), SEE_OTHER)
    session.clear()  # nothing of a session that somebody else may have begun goes on
    session.permanent = True
    login_user(SignedIn(token, found))
    return redirect(wanted or PATH, SEE_OTHER)


def _refused(wanted: str, why: str) -> str:
    return render_template("console/sign_in.html", next=wanted, name=request.form.get("name", ""), refused=why)


@blueprint.post("/sign-out")
@viewers
def sign_out() -> ResponseReturnValue:
    job.sign_out(current_runtime().engine, operator().token, actor=operator().name)
    logout_user()
    session.clear()
    return redirect(url_for("console.sign_in_form"), SEE_OTHER)


def wanted_page(wanted: str) -> str:
    """Where to go after signing in: a page of the console, or nothing."""
    return wanted if is_ours(wanted) and not wanted.startswith(f"{PATH}/sign-") else ""
