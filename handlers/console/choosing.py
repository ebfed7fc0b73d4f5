"""Choosing an outlet or a product: a list where there are few, and names that are looked up while somebody types where there are many."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, jsonify
from sqlalchemy import Connection

from bot.errors import BadInputError
from handlers.console.door import blueprint, viewers
from handlers.console.sessions import is_refresh
from handlers.current import current_runtime
from handlers.form_values import given
from jobs.reads.product_search import search
from jobs.reads.trade_rows import outlet_called, outlet_names
from models.database import autocommit

LONGEST_LIST = 200
"""More names than these are not sent with every page."""
SUGGESTED = 12


def outlet_list(connection: Connection) -> list[dict[str, Any]]:
    """For the macro `outlet_field`: all outlets, or none when they are too many for a list."""
    found = outlet_names(connection, most=LONGEST_LIST + 1)
    return found if len(found) <= LONGEST_LIST else []


def outlet_given(connection: Connection) -> str | None:
    """The code of the outlet that `?outlet=` names, by code or name. When it is not one outlet the page says so and finds nothing."""
    words = given("outlet")
    try:
        return outlet_called(connection, words) if words else None
    except BadInputError as error:
        if not is_refresh():
            flash(str(error), "bad")
        return words


@blueprint.get("/outlets.json")
@viewers
def suggest_outlets() -> Response:
    with autocommit(current_runtime().engine) as connection:
        found = outlet_names(connection, words=given("q")[:60], most=SUGGESTED)
    return jsonify([{"value": each["outlet_id"], "label": each["name"]} for each in found])


@blueprint.get("/products.json")
@viewers
def suggest_products() -> Response:
    """Those on sale."""
    with autocommit(current_runtime().engine) as connection:
        found, _ = search(connection, given("q")[:60], most=SUGGESTED)
    return jsonify([{"value": f"{each['sku']} · {each['name']}", "label": each["category"]} for each in found])
