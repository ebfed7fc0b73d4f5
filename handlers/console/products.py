"""What is sold: products with their prices, by contract too."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.errors import BadInputError
from handlers.console.door import blueprint, done, ops, viewers
from handlers.console.sessions import operator
from handlers.console.words import today
from handlers.current import current_runtime
from handlers.form_values import given, whole
from jobs.by_hand.products import change_product
from jobs.reads.product_search import search
from jobs.reads.trade_rows import contract_prices
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
