"""Setting up a second factor, and the question for its code after the password."""

from __future__ import annotations

import time
from http import HTTPStatus

import segno
from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from bot.identity.one_time_codes import address_of
from bot.sealing import Seal
from handlers.console.door import SEE_OTHER, admins, blueprint, done, viewers
from handlers.console.sessions import operator
from handlers.console.sign_in import CODE_FOR, TOO_MANY, begin_session, must_wait_s, wanted_page
from handlers.current import current_runtime
from jobs.access import second_factor as job
from jobs.access import sign_in
from models.database import autocommit, transaction

ASKED_FOR_S = 300
"""How long after the password the code may come."""
REFUSED = "This code is not right, or was used already. Take the next one that the app shows, or a recovery code."


@blueprint.get("/sign-in/code")
def code_form() -> ResponseReturnValue:
    if _asked() is None:
        return redirect(url_for("console.sign_in_form"), SEE_OTHER)
    return render_template("console/sign_in_code.html", next=wanted_page(request.args.get("next", "")))


@blueprint.post("/sign-in/code")
def sign_in_with_code() -> ResponseReturnValue:
    """Wrong codes count like wrong passwords: they lock the name."""
    user_id, wanted = _asked(), wanted_page(request.form.get("next", ""))
    if user_id is None:
        return redirect(url_for("console.sign_in_form", next=wanted or None), SEE_OTHER)
    if wait_s := must_wait_s():
        return _asked_again(wanted, TOO_MANY), HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": wait_s}
    runtime, code = current_runtime(), request.form.get("code", "")
    token = sign_in.enter_code(runtime.engine, sealed_by(), user_id, code, runtime.clock())
    if token is None:
        return _asked_again(wanted, REFUSED), HTTPStatus.UNAUTHORIZED
    return begin_session(token, wanted)


def _asked_again(wanted: str, why: str) -> str:
    return render_template("console/sign_in_code.html", next=wanted, refused=why)


def _asked() -> int | None:
    """Whose password was right in this browser a moment ago."""
    kept = session.get(CODE_FOR)
    if not isinstance(kept, dict) or time.time() - float(kept.get("at", 0)) > ASKED_FOR_S:
        return None
    return int(kept["id"])


@blueprint.get("/second-factor")
@viewers
def second_factor() -> ResponseReturnValue:
    me = operator()
    with autocommit(current_runtime().engine) as connection:
        state = job.state_of(connection, sealed_by(), me.operator.id)
    picture = _picture(address_of(state.key, me.name)) if state.key else None
    return render_template("console/second_factor.html", state=state, picture=picture, must=me.must_set_up_code)


@blueprint.post("/second-factor/begin")
@viewers
def begin_second_factor() -> ResponseReturnValue:
    with transaction(current_runtime().engine) as connection:
        job.begin(connection, sealed_by(), operator().operator.id)
    return redirect(url_for("console.second_factor"), SEE_OTHER)


@blueprint.post("/second-factor/confirm")
@viewers
def confirm_second_factor() -> ResponseReturnValue:
    runtime = current_runtime()
    with transaction(runtime.engine) as connection:
        found = job.confirm(connection, sealed_by(), operator().operator.id, _code(), runtime.clock())
    return render_template("console/recovery_codes.html", codes=found)


@blueprint.post("/second-factor/codes")
@viewers
def renew_recovery_codes() -> ResponseReturnValue:
    runtime = current_runtime()
    with transaction(runtime.engine) as connection:
        found = job.renew_codes(connection, sealed_by(), operator().operator.id, _code(), runtime.clock())
    return render_template("console/recovery_codes.html", codes=found)


@blueprint.post("/users/<name>/second-factor/remove")
@admins
def remove_second_factor(name: str) -> ResponseReturnValue:
    with transaction(current_runtime().engine) as connection:
        job.remove(connection, name, actor=operator().name)
    return done(f"{name} signs in with the password alone now, and is signed out everywhere.", url_for("console.users"))


def _code() -> str:
    return request.form.get("code", "")[:40]


def sealed_by() -> Seal:
    return job.seal_of(current_runtime().settings)


def _picture(address: str) -> Markup:
    """The QR code as drawn lines; dark on white in both themes, since cameras expect it so."""
    drawn = segno.make(address, error="m").svg_inline(border=3, dark="#000", light="#fff", omitsize=True)
    return Markup(drawn)
