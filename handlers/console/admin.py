"""For admins: who may open the console, and who did what."""

from __future__ import annotations

import secrets

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.errors import BadInputError
from handlers.console.door import admins, blueprint, done
from handlers.console.sessions import operator
from handlers.current import current_runtime
from handlers.form_values import given, whole
from jobs.access import users as job
from jobs.reads.audit_rows import audit_rows
from models.database import autocommit, transaction
from models.user import Role

A_PAGE = 50


@blueprint.get("/users")
@admins
def users() -> ResponseReturnValue:
    return _page()


def _page(made: str = "") -> str:
    """`made` is shown with this answer and kept nowhere: what waits for the next page waits in the browser's cookie."""
    with autocommit(current_runtime().engine) as connection:
        found = job.users(connection)
    return render_template("console/users.html", users=found, roles=list(Role), made=made)


@blueprint.post("/users")
@admins
def add_user() -> ResponseReturnValue:
    """A password is made, and shown once."""
    name, role = request.form.get("name", ""), request.form.get("role", "")
    if role not in list(Role):
        raise BadInputError("choose a role")
    if job.spelled(name) == operator().name and role != Role.ADMIN:
        raise BadInputError("you cannot take your own role away; another admin can")
    password = secrets.token_urlsafe(12)
    with transaction(current_runtime().engine) as connection, job.an_admin_stays(connection):
        renew = request.form.get("renew") == "1"
        job.add_user(connection, name, Role(role), password, actor=operator().name, renew=renew)
    return _page(f"{job.spelled(name)} signs in with {password} (shown only now)")


@blueprint.post("/users/<name>/disable")
@admins
def disable_user(name: str) -> ResponseReturnValue:
    if job.spelled(name) == operator().name:
        raise BadInputError("you cannot shut yourself out")
    with transaction(current_runtime().engine) as connection, job.an_admin_stays(connection):
        job.disable(connection, name, actor=operator().name)
    return done(f"{job.spelled(name)} is out, in every browser.", url_for("console.users"))


@blueprint.get("/audit")
@admins
def audit_page() -> ResponseReturnValue:
    page = whole("page", 1, most=10_000) or 1
    chosen = {name: given(name) or None for name in ("actor", "action", "subject")}
    with autocommit(current_runtime().engine) as connection:
        rows = audit_rows(connection, **chosen, most=A_PAGE, skip=(page - 1) * A_PAGE)
    query = {name: value for name, value in chosen.items() if value}
    return render_template("console/audit.html", rows=rows, page=page, a_page=A_PAGE, query=query)
