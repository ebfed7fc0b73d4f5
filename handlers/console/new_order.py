"""An order by hand, for an outlet that called: written, looked at with its prices and doubts, placed once, and told."""

from __future__ import annotations

import hashlib
import secrets
from http import HTTPStatus

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from bot.decision import OrderWrite
from bot.errors import BadInputError
from handlers.console.choosing import outlet_given
from handlers.console.door import blueprint, done, ops
from handlers.console.order_form import FRESH, Typed, added_lines, passed, typed
from handlers.console.ring import send
from handlers.console.sessions import operator
from handlers.current import current_runtime
from handlers.form_values import day, given, whole
from jobs.by_hand import place_order as job
from jobs.by_hand.place_order import Proposed, Wanted
from jobs.outbox.whatsapp_window import is_closed_for
from jobs.reads.trade_rows import outlet_names
from models.database import autocommit, transaction

ROWS = 5
"""Empty rows of a fresh form; as many as are needed appear once it was looked at."""
MORE_ROWS = 2
OUTLETS = 50
ANOTHER = "This is another order than the one that was shown. Look at it again, then place it."
HELD_BACK = "Its words wait until the customer writes again: WhatsApp's 24-hour window is closed."


@blueprint.get("/orders/new")
@ops
def new_order() -> ResponseReturnValue:
    with autocommit(current_runtime().engine) as connection:
        if code := outlet_given(connection):
            return _page(connection, code, FRESH, contact=whole("contact", None))
        words = given("q")[:60]
        found = outlet_names(connection, words=words or None, most=OUTLETS)
    return render_template("console/order_outlet.html", outlets=found, words=words, a_page=OUTLETS)


@blueprint.post("/orders/new")
@ops
def place_new_order() -> ResponseReturnValue:
    """Looked at first; placed when it is the order that was shown. What is refused stands in the form again."""
    runtime, code = current_runtime(), request.form.get("outlet", "")
    try:
        with transaction(runtime.engine) as connection:
            wanted = _wanted(connection, code)
            proposed = job.propose(runtime, connection, wanted)
            if request.form.get("do") != "place" or request.form.get("seen") != _mark(proposed.order):
                if request.form.get("do") == "place":
                    flash(ANOTHER, "bad")
                return _page(connection, code, typed(), proposed)
            placed = job.place(runtime, connection, wanted, actor=operator().name)
            held_back = placed.message_id is not None and is_closed_for(connection, placed.message_id, runtime.clock())
    except BadInputError as error:
        flash(str(error), "bad")
        with autocommit(runtime.engine) as connection:
            return _page(connection, code, typed()), HTTPStatus.UNPROCESSABLE_ENTITY
    if placed.message_id is not None:
        send(placed.message_id)
    said = "waits for approval: it is above a limit" if placed.waits_for_approval else "is placed"
    told = HELD_BACK if held_back else "The customer is told."
    return done(f"{placed.number} {said}. {told}", url_for("console.show_order", number=placed.number))


def _wanted(connection: Connection, code: str) -> Wanted:
    form = request.form
    if not 16 <= len(form.get("form", "")) <= 64:
        raise BadInputError("this form is too old: begin again")
    return Wanted(
        outlet=code,
        contact_id=_contact_id(),
        lines=tuple(added_lines(connection)),
        delivery_date=day("delivery_date", None),
        notes=form.get("notes", ""),
        reason=form.get("reason", ""),
        form=form["form"],
        passed=passed(),
    )


def _contact_id() -> int:
    written = request.form.get("contact", "")
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 18 else 0


def _page(
    connection: Connection, code: str, filled: Typed, proposed: Proposed | None = None, contact: int | None = None
) -> str:
    """The form, and below it what it would place."""
    place = proposed.place if proposed else job.place_of(current_runtime(), connection, code)
    return render_template(
        "console/order_new.html",
        place=place,
        proposed=proposed,
        typed=filled,
        contact=str(filled.one("contact", contact or "")),
        rows=max(ROWS, filled.rows("add") + MORE_ROWS),
        form_id=filled.one("form", secrets.token_urlsafe(16)),
        mark=_mark(proposed.order) if proposed else "",
    )


def _mark(order: OrderWrite) -> str:
    """Of what was shown: the goods, the sum and the day."""
    lines = [(line.sku, str(line.quantity)) for line in order.lines]
    shown = repr((lines, str(order.totals.total), order.delivery_date, order.notes))
    return hashlib.sha256(shown.encode()).hexdigest()
