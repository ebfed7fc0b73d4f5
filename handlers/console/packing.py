"""What is packed for a day: added up by product, and a sheet for each order; to look at, to print, and as a PDF."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from handlers.console.door import blueprint, viewers
from handlers.console.sessions import operator
from handlers.console.words import today
from handlers.current import current_runtime
from handlers.form_values import day
from handlers.packing_pdf import Packing, packing_pdf
from jobs.audit import audit
from jobs.reads.orders import Wanted, read_orders
from jobs.reads.picking import days_ahead, picking_list
from models.database import autocommit, transaction
from models.order_status import OrderStatus

MOST = 1_000
"""Sheets of one day. The picking list adds up all of its orders, however many."""


@blueprint.get("/packing")
@viewers
def packing() -> ResponseReturnValue:
    with autocommit(current_runtime().engine) as connection:
        days = days_ahead(connection, today())
        chosen = _chosen(days)
        sheet = picking_list(connection, chosen)
        orders = _orders(connection, chosen)
    total = sum((Decimal(order["total"]) for order in orders), Decimal(0))
    return render_template(
        "console/packing.html", days=days, chosen=chosen, sheet=sheet, orders=orders, total=total, most=MOST
    )


@blueprint.get("/packing.pdf")
@viewers
def packing_file() -> ResponseReturnValue:
    runtime, chosen = current_runtime(), _chosen([])
    with transaction(runtime.engine) as connection:
        picked, orders = picking_list(connection, chosen), _orders(connection, chosen)
        detail = {"day": chosen.isoformat(), "orders": len(orders), "format": "pdf"}
        audit(connection, operator().name, "exported", "packing", detail)
    made_at = runtime.clock().astimezone(runtime.settings.zone)
    response = Response(packing_pdf(Packing(chosen, made_at, picked, orders)), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="packing-{chosen.isoformat()}.pdf"'
    return response


def _chosen(days: list[tuple[date, int]]) -> date:
    """The day of the address, else the next one that has orders."""
    return day("day", days[0][0] if days else today()) or today()


def _orders(connection: Connection, chosen: date) -> list[dict[str, Any]]:
    found = read_orders(connection, Wanted(status=OrderStatus.PLACED, day=chosen, most=MOST))
    return sorted(found, key=lambda order: (order["outlet_name"], order["number"]))
