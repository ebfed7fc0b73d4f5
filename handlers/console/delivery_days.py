"""On which days nothing is delivered: public holidays, and days that the supplier closes or opens by hand."""

from __future__ import annotations

from datetime import date, time

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.errors import BadInputError
from bot.ordering.delivery import DeliveryRules
from handlers.console.door import blueprint, done, ops, viewers
from handlers.console.sessions import operator
from handlers.console.words import today
from handlers.current import current_runtime
from handlers.form_values import day
from jobs.by_hand import special_days as job
from jobs.reads.special_days import noted_days
from models.database import autocommit, transaction


@blueprint.get("/days")
@viewers
def delivery_days() -> ResponseReturnValue:
    with autocommit(current_runtime().engine) as connection:
        days = noted_days(connection, today())
    return render_template("console/days.html", days=days, today=today(), longest=job.LONGEST_NOTE)


@blueprint.post("/days")
@ops
def set_delivery_day() -> ResponseReturnValue:
    """Close a day, or with `delivers` open a public holiday."""
    runtime, wanted, delivers = current_runtime(), _day(), request.form.get("delivers") == "1"
    rules, note = (
        DeliveryRules(runtime.settings.zone, time.fromisoformat(runtime.settings.order_cutoff)),
        request.form.get("note", ""),
    )
    with transaction(runtime.engine) as connection:
        new = job.set_day(connection, rules, wanted, note, delivers=delivers, today=today(), actor=operator().name)
    named = f"{wanted:%a %-d %b %Y}"
    said = (
        f"There is delivery on {named}."
        if delivers
        else f"Nothing is delivered on {named}. Orders that are placed for it stay."
    )
    return done(said if new else "It was so already.", url_for("console.delivery_days"))


@blueprint.post("/days/remove")
@ops
def remove_delivery_day() -> ResponseReturnValue:
    wanted = _day()
    with transaction(current_runtime().engine) as connection:
        job.remove_day(connection, wanted, actor=operator().name)
    return done(f"{wanted:%a %-d %b %Y} is like other days again.", url_for("console.delivery_days"))


def _day() -> date:
    found = day("day", None)
    if found is None:
        raise BadInputError("choose a day")
    return found
