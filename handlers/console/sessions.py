"""Sessions, turned on for the console only: every other door stays without cookies. Flask-Login asks who has which session."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Request, current_app, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager
from flask_login import current_user as flask_login_user
from flask_wtf import CSRFProtect

from bot.settings import ROOT
from handlers.current import current_runtime
from jobs.access import sign_in
from jobs.access.sign_in import LONGEST_HOURS, Operator
from models.user import Role

PATH = "/console"
COOKIE = "tria_console"
ADMINS_NEED_CODE = "ADMINS_NEED_CODE"
DOCUMENTS = "DOCUMENTS"
"""Where answers are kept as FAQs."""
RANKS = {role: rank for rank, role in enumerate(Role)}
FOLLOW = "console.follow"
"""The stream of events, which an open page asks for by itself."""

csrf = CSRFProtect()


class ConsoleSessions(SecureCookieSessionInterface):
    """None elsewhere: Flask then has an empty session that nobody can write to, and sets no cookie."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        of_console = request.path == PATH or request.path.startswith(f"{PATH}/")
        return super().open_session(app, request) if of_console else None


class SignedIn:
    """The operator of a request, with what Flask-Login asks of one. The cookie holds the session's token, never the user's id."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, token: str, operator: Operator) -> None:
        self.token, self.operator = token, operator

    def get_id(self) -> str:
        return self.token

    @property
    def name(self) -> str:
        return self.operator.name

    @property
    def role(self) -> Role:
        return self.operator.role

    @property
    def must_set_up_code(self) -> bool:
        """Nothing else opens before."""
        return self.role is Role.ADMIN and not self.operator.has_code and bool(current_app.config[ADMINS_NEED_CODE])

    def may(self, role: Role) -> bool:
        return RANKS[self.role] >= RANKS[role]


def install(app: Flask, secret: str, *, https: bool, admins_need_code: bool) -> None:
    app.secret_key = secret
    app.session_interface = ConsoleSessions()
    app.config.update(
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_PATH=PATH,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=LONGEST_HOURS),
        ADMINS_NEED_CODE=admins_need_code,
        DOCUMENTS=str(ROOT / "data" / "policies"),
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session that it belongs to
    )
    csrf.init_app(app)
    logins = LoginManager()
    logins.session_protection = None  # the token is checked in our own rows; a phone changes its address all day
    logins.user_loader(_who)
    logins.init_app(app)


def is_refresh() -> bool:
    """A page of ours fetches itself again. Nobody looks at the answer, so a word that is said once stays for who was meant."""
    return "X-Live" in request.headers


def _who(token: str) -> SignedIn | None:
    """What a page asks for by itself does not count as use: a browser left open is signed out too."""
    by_itself = is_refresh() or request.endpoint == FOLLOW
    found = sign_in.who(current_runtime().engine, token, counts_as_use=not by_itself)
    return SignedIn(token, found) if found else None


def signed_in() -> SignedIn | None:
    """The operator of this request; None for a stranger."""
    return flask_login_user._get_current_object() if flask_login_user.is_authenticated else None


def operator() -> SignedIn:
    """Of a page that the door let somebody into."""
    found = signed_in()
    if found is None:
        raise LookupError("nobody is signed in: the door lets no one here")
    return found
