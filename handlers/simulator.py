"""The development door: the simulator's page, what stands in the database beside it, and a way through to its control door.

Never in production. The page itself lives in simulator/page; nothing of the simulator is imported here.
"""

from __future__ import annotations

import http.client
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, request, send_from_directory
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from bot.errors import BadInputError, TemporaryError
from handlers.current import current_runtime
from models.contact import Contact, ContactOutlet
from models.order import Order, OrderLine
from models.outlet import Outlet
from models.product import PackUnit, Product

PAGE = Path(__file__).resolve().parents[1] / "simulator" / "page"
SHOWN_ORDERS = 5
SHOWN_PRODUCTS = 40
TIMEOUT_S = 65
"""A little more than the simulator's own longest wait."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

blueprint = Blueprint("simulator", __name__, url_prefix="/simulator")


@blueprint.before_request
def refuse_in_production() -> None:
    if current_runtime().settings.is_production:
        abort(HTTPStatus.NOT_FOUND)


@blueprint.after_request
def guard(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("", strict_slashes=False)
def show_page() -> Response:
    return send_from_directory(PAGE, "index.html")


@blueprint.get("/assets/<path:name>")
def show_asset(name: str) -> Response:
    return send_from_directory(PAGE, name)


@blueprint.get("/outlets.json")
def list_outlets() -> Response:
    """Outlets with the addresses that may order for them, and products to make example messages of."""
    with current_runtime().engine.connect() as connection:
        return jsonify(outlets=_outlets(connection), products=_products(connection))


@blueprint.get("/orders.json")
def list_orders() -> Response:
    """The newest orders of the outlets that this contact may order for, whoever placed them."""
    channel, address = request.args.get("channel", ""), request.args.get("address", "")
    if not channel or not address:
        raise BadInputError("channel and address are needed, such as ?channel=whatsapp&address=%2B6580000101")
    with current_runtime().engine.connect() as connection:
        return jsonify(orders=_orders(connection, channel, address))


@blueprint.route("/api/<path:path>", methods=["GET", "POST", "DELETE"])
def pass_on(path: str) -> Response:
    """To the simulator's control door, and back. Raises TemporaryError when no simulator listens."""
    target = urlsplit(current_runtime().settings.simulator_url)
    connection = http.client.HTTPConnection(target.netloc, timeout=TIMEOUT_S)
    query = request.query_string.decode("ascii", "replace")
    headers = {"Content-Type": request.headers.get("Content-Type", "")}
    try:
        connection.request(request.method, f"/control/{path}?{query}", request.get_data(), headers)
        answer = connection.getresponse()
        return Response(answer.read(), answer.status, content_type="application/json")
    except (OSError, http.client.HTTPException) as e:
        raise TemporaryError("the simulator does not answer", code="simulator") from e
    finally:
        connection.close()


def _outlets(connection: Connection) -> list[dict[str, Any]]:
    contacts = func.coalesce(
        func.jsonb_agg(func.jsonb_build_object("channel", Contact.channel, "address", Contact.address)).filter(
            Contact.id.is_not(None), Contact.is_synthetic.is_(False)
        ),
        func.jsonb_build_array(),
    )
    rows = connection.execute(
        select(Outlet.code, Outlet.name, Outlet.default_language.label("language"), contacts.label("contacts"))
        .outerjoin(ContactOutlet, ContactOutlet.outlet_id == Outlet.id)
        .outerjoin(Contact, Contact.id == ContactOutlet.contact_id)
        .where(Outlet.is_active)
        .group_by(Outlet.id)
        .order_by(Outlet.id)
    )
    return [dict(row) for row in rows.mappings()]


def _products(connection: Connection) -> list[dict[str, Any]]:
    """Those that come in packs, in the catalog's own order: the ones that examples read well with."""
    packs = func.array_agg(aggregate_order_by(PackUnit.unit, PackUnit.factor)).label("packs")
    rows = connection.execute(
        select(Product.name, Product.category, Product.aliases, packs)
        .join(PackUnit, PackUnit.product_id == Product.id)
        .where(Product.is_active)
        .group_by(Product.id)
        .order_by(Product.id)
        .limit(SHOWN_PRODUCTS)
    )
    return [dict(row) for row in rows.mappings()]


def _orders(connection: Connection, channel: str, address: str) -> list[dict[str, Any]]:
    mine = (
        select(ContactOutlet.outlet_id)
        .join(Contact, Contact.id == ContactOutlet.contact_id)
        .where(Contact.channel == channel, Contact.address == address)
    )
    rows = connection.execute(
        select(Order.__table__, Outlet.name.label("outlet"))
        .join(Outlet, Outlet.id == Order.outlet_id)
        .where(Order.outlet_id.in_(mine), Order.is_synthetic.is_(False))
        .order_by(Order.id.desc())
        .limit(SHOWN_ORDERS)
    ).all()
    found = connection.execute(
        select(OrderLine.__table__)
        .where(OrderLine.order_id.in_([row.id for row in rows]))
        .order_by(OrderLine.order_id, OrderLine.position)
    ).all()
    return [_order(row, [line for line in found if line.order_id == row.id]) for row in rows]


def _order(row: Any, lines: list[Any]) -> dict[str, Any]:
    texts = ("number", "outlet", "status", "currency", "notes")
    amounts = ("subtotal", "tax_rate", "tax", "total")
    return {
        **{name: getattr(row, name) for name in texts},
        **{name: _plain(getattr(row, name)) for name in amounts},
        "placed_at": row.placed_at.isoformat() if row.placed_at else None,
        "delivery_date": row.delivery_date.isoformat() if row.delivery_date else None,
        "lines": [_line(line) for line in lines],
    }


def _line(line: Any) -> dict[str, Any]:
    texts = ("sku", "name", "unit", "pack_unit")
    amounts = ("quantity", "pack_quantity", "unit_price", "line_total")
    return {name: getattr(line, name) for name in texts} | {name: _plain(getattr(line, name)) for name in amounts}


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
