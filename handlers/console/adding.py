"""A product or an outlet added by hand. What is refused stands in the form again, with what is wrong above it."""

from __future__ import annotations

from http import HTTPStatus

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.errors import BadInputError
from bot.identity.outlets_csv import DAYS
from bot.language.languages import DEFAULT
from bot.language.languages import answered as languages
from bot.settings import ConfirmOrders
from handlers.console.door import blueprint, done, ops
from handlers.console.order_form import FRESH, Typed, typed
from handlers.console.sessions import operator
from handlers.current import current_runtime
from jobs.by_hand import add as job
from jobs.reads.trade_rows import category_names, customer_names
from models.database import autocommit, transaction

UNITS = ("piece", "set", "pair", "roll", "bottle", "packet", "kg", "litre")
"""Offered while typing; any other word of the catalog's own is taken."""
CHOICES = 500


# No SKU and no outlet's code begins with a plus, so these addresses are nobody's.
@blueprint.get("/products/+new")
@ops
def new_product() -> ResponseReturnValue:
    return _product_form(FRESH)


@blueprint.post("/products/+new")
@ops
def add_new_product() -> ResponseReturnValue:
    form = request.form
    lists = {name: "|".join(form.get(name, "").splitlines()) for name in ("aliases", "pack_units")}
    cells = {**form.to_dict(), **lists, "active": "true" if form.get("active") == "1" else "false"}
    try:
        with transaction(current_runtime().engine) as connection:
            sku = job.add_product(connection, cells, actor=operator().name)
    except BadInputError as error:
        flash(str(error), "bad")
        return _product_form(typed()), HTTPStatus.UNPROCESSABLE_ENTITY
    return done("Added. The next message is read with it.", url_for("console.show_product", sku=sku))


@blueprint.get("/outlets/+new")
@ops
def new_outlet() -> ResponseReturnValue:
    return _outlet_form(FRESH)


@blueprint.post("/outlets/+new")
@ops
def add_new_outlet() -> ResponseReturnValue:
    form = request.form
    cells = {**form.to_dict(), "delivery_days": "|".join(form.getlist("delivery_days"))}
    try:
        with transaction(current_runtime().engine) as connection:
            code = job.add_outlet(connection, cells, actor=operator().name)
    except BadInputError as error:
        flash(str(error), "bad")
        return _outlet_form(typed()), HTTPStatus.UNPROCESSABLE_ENTITY
    return done("Added. Whoever has its phone can order now.", url_for("console.show_outlet", code=code))


def _product_form(filled: Typed) -> str:
    with autocommit(current_runtime().engine) as connection:
        categories = category_names(connection, most=CHOICES)
    return render_template("console/product_new.html", typed=filled, categories=categories, units=UNITS)


def _outlet_form(filled: Typed) -> str:
    with autocommit(current_runtime().engine) as connection:
        owners = customer_names(connection, most=CHOICES)
    return render_template(
        "console/outlet_new.html", typed=filled, customers=owners, days=DAYS, languages=languages(), language=DEFAULT,
        asking=list(ConfirmOrders), settings=current_runtime().settings,
    )  # fmt: skip
