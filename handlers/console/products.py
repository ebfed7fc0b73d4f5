"""What is sold: products with their prices, by contract too."""

from __future__ import annotations

from decimal import Decimal
from http import HTTPStatus

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.errors import BadInputError
from handlers.console.door import blueprint, done, ops, viewers
from handlers.console.order_form import FRESH, Typed, typed
from handlers.console.sessions import operator
from handlers.console.words import today
from handlers.current import current_runtime
from handlers.form_values import day, given, whole
from jobs.by_hand.products import change_details, change_product, end_contract_price, set_contract_price
from jobs.reads.product_search import search
from jobs.reads.trade_rows import contract_prices, customer_names
from jobs.reads.trade_rows import products as rows
from models.database import autocommit, transaction

A_PAGE = 50


@blueprint.get("/products")
@viewers
def products() -> ResponseReturnValue:
    page, words = whole("page", 1, most=10_000) or 1, given("q")
    if len(words) > 200:
        raise BadInputError("search for 200 characters at most")
    with autocommit(current_runtime().engine) as connection:
        found, total = search(connection, words, most=A_PAGE, skip=(page - 1) * A_PAGE, everything=True)
        prices = contract_prices(connection, today=today(), most=200) if not words and page == 1 else []
    return render_template(
        "console/products.html", products=found, total=total, page=page, a_page=A_PAGE, words=words, prices=prices
    )


@blueprint.post("/products/<path:sku>")
@ops
def change_one_product(sku: str) -> ResponseReturnValue:
    form = request.form
    with transaction(current_runtime().engine) as connection:
        changed = change_product(
            connection, sku, price=form.get("price", ""), active=form.get("active") == "1", actor=operator().name
        )
    said = f"{sku} is changed; placed orders keep their prices." if changed else f"{sku} was so already."
    return done(said, url_for("console.products", q=given("q") or None))


@blueprint.get("/products/<path:sku>")
@viewers
def show_product(sku: str) -> ResponseReturnValue:
    return _product(sku)


def _product(sku: str, filled: Typed = FRESH) -> str:
    with autocommit(current_runtime().engine) as connection:
        found = rows(connection, sku=sku)
        if not found:
            abort(HTTPStatus.NOT_FOUND)
        prices = contract_prices(connection, today=today(), sku=sku, most=200)
        owners = customer_names(connection, most=1_000)
    sizes = found[0]["pack_units"].items()
    packs = "\n".join(f"{unit}={Decimal(str(size)).normalize():f}" for unit, size in sizes)
    return render_template(
        "console/product.html",
        product=found[0],
        packs=packs,
        prices=prices,
        customers=owners,
        typed=filled,
        today=today(),
    )


@blueprint.post("/products/<path:sku>/details")
@ops
def change_product_details(sku: str) -> ResponseReturnValue:
    """What is refused stands in the form again, with what is wrong above it."""
    form = request.form
    lists = {name: "|".join(form.get(name, "").splitlines()) for name in ("aliases", "pack_units")}
    cells = {**form.to_dict(), **lists, "active": "true" if form.get("active") == "1" else "false"}
    try:
        with transaction(current_runtime().engine) as connection:
            changed = change_details(connection, sku, cells, actor=operator().name)
    except BadInputError as error:
        flash(str(error), "bad")
        return _product(sku, typed()), HTTPStatus.UNPROCESSABLE_ENTITY
    return done("Changed. The next message is read with it." if changed else "It was so already.", _to(sku))


@blueprint.post("/products/<path:sku>/prices")
@ops
def set_price(sku: str) -> ResponseReturnValue:
    with transaction(current_runtime().engine) as connection:
        written = set_contract_price(connection, sku, request.form.to_dict(), actor=operator().name)
    return done("The price is kept; it counts from its first day on." if written else "It was so already.", _to(sku))


@blueprint.post("/products/<path:sku>/prices/end")
@ops
def end_price(sku: str) -> ResponseReturnValue:
    customer, first, last = request.form.get("customer", ""), day("valid_from", None), day("last", None)
    if first is None or last is None:
        raise BadInputError("choose the last day of this price")
    with transaction(current_runtime().engine) as connection:
        ended = end_contract_price(connection, sku, customer, first, last, today=today(), actor=operator().name)
    return done("It ends then; placed orders keep their prices." if ended else "It ended then already.", _to(sku))


def _to(sku: str) -> str:
    return url_for("console.show_product", sku=sku)
