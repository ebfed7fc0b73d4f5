"""Orders: the list, one order with its history, approving, changing and cancelling, files for a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from bot.errors import BadInputError
from handlers.cli.timeline import said_of
from handlers.console.choosing import outlet_given, outlet_list
from handlers.console.door import blueprint, done, ops, viewers
from handlers.console.order_form import FRESH, Typed, added_lines, kept_lines, passed, typed
from handlers.console.ring import send
from handlers.console.sessions import operator
from handlers.console.words import today
from handlers.current import current_runtime
from handlers.form_values import choice, day, given, whole
from handlers.order_export import orders_as_csv, orders_as_xlsx
from jobs.audit import audit
from jobs.by_hand import change_order, order_approval
from jobs.by_hand.change_order import Change
from jobs.by_hand.doubts import Doubt, DoubtsLeftError
from jobs.reads.orders import Wanted, read_orders, read_timeline
from jobs.reads.trade_rows import units_of
from models.database import autocommit, transaction
from models.order_status import OrderStatus

A_PAGE = 50
MOST_EXPORTED = 10_000
STEPS = ("received", "resolved", "parsed", "validated", "persisted")
"""Of a message's way through the house; `flask order timeline` has them."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/orders")
@viewers
def orders() -> ResponseReturnValue:
    page = whole("page", 1, most=10_000) or 1
    with autocommit(current_runtime().engine) as connection:
        wanted = _wanted(connection, most=A_PAGE, skip=(page - 1) * A_PAGE)
        found = read_orders(connection, wanted)
        shops = outlet_list(connection)
    query = {name: value for name, value in request.args.items() if name != "page" and value}
    return render_template(
        "console/orders.html", orders=found, outlets=shops, states=list(OrderStatus), page=page, a_page=A_PAGE, query=query, wanted=wanted
    )  # fmt: skip


def _wanted(connection: Connection, *, most: int, skip: int = 0) -> Wanted:
    outlet, number = outlet_given(connection), given("number").upper()
    return Wanted(
        status=choice("status", [status.value for status in OrderStatus], None),
        number=number or None,
        most=most,
        skip=skip,
        outlets=(outlet,) if outlet else None,
        day=day("day", None),
    )


@blueprint.get("/orders/<number>")
@viewers
def show_order(number: str) -> ResponseReturnValue:
    return _order_page(number, FRESH)


def _order_page(number: str, filled: Typed, doubts: Sequence[Doubt] = ()) -> str:
    with autocommit(current_runtime().engine) as connection:
        order = _one(connection, number)
        events = read_timeline(connection, order["number"])
        audit(connection, operator().name, "viewed", f"order:{order['id']}")
        units = units_of(connection, [line["sku"] for line in order["lines"]])
    names = {line["sku"]: line["name"] for line in order["lines"]}
    history = [event | {"said": said_of(event, names)} for event in events if event["kind"] not in STEPS]
    return render_template(
        "console/order.html",
        order=order,
        history=history,
        units=units,
        changeable=change_order.CHANGEABLE,
        typed=filled,
        doubts=doubts,
    )


def _one(connection: Connection, number: str) -> dict[str, Any]:
    found = read_orders(connection, Wanted(number=number.upper(), synthetic=True, most=1))
    if not found:
        abort(404)
    return found[0]


@blueprint.post("/orders/<number>/approve")
@ops
def approve_order(number: str) -> ResponseReturnValue:
    runtime = current_runtime()
    with transaction(runtime.engine) as connection:
        told = order_approval.approve(connection, runtime.settings, number, actor=operator().name, now=runtime.clock())
    send(told)
    return done(f"{number.upper()} is approved and placed. The customer is told.", _to(number))


@blueprint.post("/orders/<number>/decline")
@ops
def decline_order(number: str) -> ResponseReturnValue:
    runtime = current_runtime()
    with transaction(runtime.engine) as connection:
        told = order_approval.decline(connection, runtime.settings, number, actor=operator().name)
    send(told)
    return done(f"{number.upper()} is not approved. The customer is told.", _to(number))


@blueprint.post("/orders/<number>/cancel")
@ops
def cancel_order(number: str) -> ResponseReturnValue:
    runtime, form = current_runtime(), request.form
    with transaction(runtime.engine) as connection:
        told = change_order.cancel(
            runtime, connection, number, _version(), form.get("reason", ""), actor=operator().name
        )
    send(told)
    return done(f"{number.upper()} is cancelled. The customer is told why.", _to(number))


@blueprint.post("/orders/<number>/change")
@ops
def change_lines(number: str) -> ResponseReturnValue:
    """What is refused stands in the form again, with what is wrong above it."""
    runtime, form = current_runtime(), request.form
    try:
        with transaction(runtime.engine) as connection:
            lines = (*kept_lines(), *added_lines(connection))
            agreed, wanted_day = form.get("day_is_agreed") == "1", day("delivery_date", None)
            wanted = Change(number, _version(), lines, wanted_day, form.get("reason", ""), agreed, passed())
            told = change_order.change(runtime, connection, wanted, actor=operator().name)
    except BadInputError as error:
        flash(str(error), "bad")
        doubts = error.doubts if isinstance(error, DoubtsLeftError) else ()
        return _order_page(number, typed(), doubts), HTTPStatus.UNPROCESSABLE_ENTITY
    send(told)
    return done(f"{number.upper()} is changed. The customer is told why.", _to(number))


def _version() -> int:
    given_ = request.form.get("version", "")
    if not given_.isascii() or not given_.isdecimal():
        raise BadInputError("the form does not say which version of the order it changes")
    return int(given_[:9])


def _to(number: str) -> str:
    return url_for("console.show_order", number=number.upper())


@blueprint.get("/orders.<kind>")
@ops
def export_orders(kind: str) -> ResponseReturnValue:
    """The orders that the list shows, as a file: the newest 10,000 at most."""
    if kind not in ("csv", "xlsx"):
        abort(404)
    with transaction(current_runtime().engine) as connection:
        found = read_orders(connection, _wanted(connection, most=MOST_EXPORTED))[::-1]
        audit(connection, operator().name, "exported", "orders", {"orders": len(found), "format": kind})
    name = f"orders-{today().isoformat()}.{kind}"
    body = orders_as_xlsx(found) if kind == "xlsx" else orders_as_csv(found)
    response = Response(body, mimetype=XLSX if kind == "xlsx" else "text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
