"""The console's door: who comes in, with which role, by a form of our own; and what a browser may do with our pages.

A view says by `@for_role` who may see it. One that says nothing is open to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, NotFound

from bot.errors import BadInputError
from bot.telemetry import get_logger
from handlers.console import words
from handlers.console.rail import rail
from handlers.console.sessions import PATH, SignedIn, csrf, is_refresh, signed_in
from handlers.current import current_runtime
from jobs.audit import audit
from jobs.reads.waiting_counts import counts
from models.database import autocommit
from models.user import Role

View = TypeVar("View", bound=Callable[..., Any])
ROLE = "__role__"
OPEN = frozenset(
    {"console.static", "console.sign_in", "console.sign_in_form", "console.code_form", "console.sign_in_with_code"}
)
"""Who is not signed in yet needs these."""
SET_UP_CODE = "console.second_factor"
BEFORE_CODE = frozenset(
    {SET_UP_CODE, "console.begin_second_factor", "console.confirm_second_factor", "console.sign_out", "console.follow"}
)
"""What an admin without a second factor may use where one is required."""
SEE_OTHER = HTTPStatus.SEE_OTHER
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

log = get_logger(__name__)
blueprint = Blueprint(
    "console", __name__, url_prefix=PATH, template_folder="templates", static_folder="assets", static_url_path="/assets"
)
words.install(blueprint)


def for_role(role: Role) -> Callable[[View], View]:
    """Marks a view: this role, and those above it, may use it."""

    def mark(view: View) -> View:
        setattr(view, ROLE, role)
        return view

    return mark


viewers, ops, admins = (for_role(role) for role in Role)


@blueprint.before_request
def guard() -> ResponseReturnValue | None:
    """Signed in, of the right role, and a form that one of our pages made; in this order."""
    if request.endpoint not in OPEN:
        who = signed_in()
        if who is None:
            return _ask_to_sign_in()
        role = getattr(current_app.view_functions.get(request.endpoint or ""), ROLE, None)
        if role is None or not who.may(role):
            _note_refusal(who, "role")
            abort(HTTPStatus.FORBIDDEN)
        if who.must_set_up_code and request.endpoint not in BEFORE_CODE:
            return _ask_to_set_up_code()
    csrf.protect()
    return None


def _ask_to_sign_in() -> ResponseReturnValue:
    """Where somebody wanted to go is kept for a page, not for a form: nothing is done that was not sent again."""
    if request.method != "GET" or request.headers.get("Accept", "") == "text/event-stream":
        abort(HTTPStatus.UNAUTHORIZED)
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("console.sign_in_form", next=wanted if wanted != PATH else None), SEE_OTHER)


def _ask_to_set_up_code() -> ResponseReturnValue:
    if request.method != "GET":
        abort(HTTPStatus.FORBIDDEN)
    return redirect(url_for(SET_UP_CODE), SEE_OTHER)


def _note_refusal(who: SignedIn | None, why: str) -> None:
    """What was refused stays in the audit, by the page's name; never with what was typed."""
    actor, subject = (who.name if who else "nobody"), f"page:{request.endpoint}"
    with autocommit(current_runtime().engine) as connection:
        audit(connection, actor, f"refused_{why}", subject)
    log.warning("console refused", endpoint=request.endpoint, why=why)


@blueprint.after_request
def harden(response: Response) -> Response:
    response.headers.update(HEADERS)
    if request.endpoint != "console.static":
        response.headers["Cache-Control"] = "no-store"
    if current_runtime().settings.public_url.startswith("https://"):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


@blueprint.context_processor
def shared() -> dict[str, Any]:
    """What the frame of every page shows: who is signed in and how much waits."""
    who = signed_in()
    if who is None:
        return {"who": None}
    with autocommit(current_runtime().engine) as connection:
        waiting = counts(connection, who.name, words.today())
    return {"who": who, "waiting": waiting, "rail": rail(who, waiting), "Role": Role, "live": is_refresh()}


def back(default: str) -> str:
    """The page that a form was sent from, when that is one of ours."""
    wanted = request.form.get("back", "")
    return wanted if is_ours(wanted) else default


def is_ours(address: str) -> bool:
    """A path of the console and nothing else: no other host, also none that a browser would read out of backslashes."""
    parts = urlsplit(address)
    plain = address.startswith(f"{PATH}/") or address == PATH
    return plain and not parts.netloc and not parts.scheme and "\\" not in address and address.isprintable()


def done(said: str, address: str) -> ResponseReturnValue:
    """After something was done: the page again, with a word about it. Reloading it does nothing twice."""
    flash(said, "good")
    return redirect(address, SEE_OTHER)


@blueprint.errorhandler(BadInputError)
def show_bad_input(error: BadInputError) -> ResponseReturnValue:
    """What was wrong, in words, on the page where it was typed."""
    if request.method == "POST":
        flash(str(error), "bad")
        return redirect(back(PATH), SEE_OTHER)
    return _page(HTTPStatus.BAD_REQUEST, str(error))


@blueprint.errorhandler(CSRFError)
def show_forged(_: CSRFError) -> ResponseReturnValue:
    _note_refusal(signed_in(), "form")
    return _page(HTTPStatus.BAD_REQUEST, "This form is too old or did not come from this console. Nothing was done.")


@blueprint.errorhandler(HTTPException)
def show_refusal(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    return _page(HTTPStatus(error.code), REFUSALS.get(HTTPStatus(error.code), error.description or ""))


REFUSALS = {
    HTTPStatus.UNAUTHORIZED: "You were signed out after a while without use. Sign in and send it again.",
    HTTPStatus.FORBIDDEN: "Your role does not allow this. An admin can change roles.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address. It may have been a number that does not exist.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is larger than the console takes.",
}


def _page(status: HTTPStatus, said: str) -> tuple[str, int]:
    return render_template("console/refused.html", title=status.phrase, status=status.value, said=said), status.value


@blueprint.get("/<path:_path>")
@viewers
def nothing_here(_path: str) -> ResponseReturnValue:
    raise NotFound()
