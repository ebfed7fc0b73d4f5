"""The development door: the simulator's page, what stands in the database beside it, and a way through to its control door.

Never in production. The page itself lives in simulator/page; nothing of the simulator is imported here.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, request, send_from_directory
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from bot.errors import BadInputError, TemporaryError
from bot.telemetry import get_logger
from handlers import shutting_down
from handlers.current import current_runtime
from handlers.event_stream import LASTS_S, Room
from models.contact import Contact, ContactOutlet
from models.conversation import Conversation, Owner
from models.invoice import Invoice
from models.order import Order, OrderLine
from models.outlet import Outlet
from models.product import PackUnit, Product

PAGE = Path(__file__).resolve().parents[1] / "simulator" / "page"
SHOWN_ORDERS = 5
SHOWN_PRODUCTS = 40
LOOK_S = 2.0
"""A stream looks for its end so often."""
ROOM = Room(3)
"""Pages of the simulator that are told at once what happens; one more asks again until another is closed."""
log = get_logger(__name__)

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


@blueprint.get("/events")
def follow() -> Response:
    """The chats as server-sent events: what came after the cursor `after` (a reconnecting page sends the last id it saw)."""
    after = request.headers.get("Last-Event-ID") or request.args.get("after", "0")
    if not after.isdecimal():
        raise BadInputError("after is a number, the last cursor that was seen")
    return ROOM.stream(_events(current_runtime().settings.simulator_url, int(after)))


def _events(simulator_url: str, after: int) -> Iterator[str]:
    """Ends after a while, so that no thread of the server belongs to a page that is gone; the page then asks again."""
    yield "retry: 1000\n\n"
    until = time.monotonic() + LASTS_S
    epoch = None
    while time.monotonic() < until and not shutting_down.is_leaving():
        told = _chats(simulator_url, after)
        if told is None:
            return
        if told["events"] or told["epoch"] != epoch or told["cursor"] < after:
            yield f"id: {told['cursor']}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n"
        else:
            yield ": still here\n\n"
        after, epoch = int(told["cursor"]), told["epoch"]


def _chats(simulator_url: str, after: int) -> dict[str, Any] | None:
    """None when the simulator does not answer: the page sees the stream end, says so, and asks again."""
    connection = http.client.HTTPConnection(urlsplit(simulator_url).netloc, timeout=TIMEOUT_S)
    try:
        connection.request("GET", f"/control/chats?after={after}&wait_s={LOOK_S}")
        told: dict[str, Any] = json.loads(connection.getresponse().read())
        return told
    except (OSError, http.client.HTTPException, ValueError) as error:
        log.warning("the simulator does not answer", error=type(error).__name__)
        return None
    finally:
        connection.close()


@blueprint.get("/outlets.json")
def list_outlets() -> Response:
    """Outlets with the addresses that may order for them, and products to make example messages of."""
    with current_runtime().engine.connect() as connection:
        zone = current_runtime().settings.timezone
        return jsonify(outlets=_outlets(connection), products=_products(connection), zone=zone)


@blueprint.get("/orders.json")
def list_orders() -> Response:
    """The newest orders of the outlets that this contact may order for, whoever placed them."""
    channel, address = request.args.get("channel", ""), request.args.get("address", "")
    if not channel or not address:
        raise BadInputError("channel and address are needed, such as ?channel=whatsapp&address=%2B6580000101")
    with current_runtime().engine.connect() as connection:
        return jsonify(
            orders=_orders(connection, channel, address), with_person=_with_person(connection, channel, address)
        )


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


def _with_person(connection: Connection, channel: str, address: str) -> bool:
    """Whether one of the team has the conversation now."""
    found = (
        select(Conversation.id)
        .join(Contact, Contact.id == Conversation.contact_id)
        .where(Contact.channel == channel, Contact.address == address)
        .where(Conversation.owner == Owner.PERSON, Conversation.closed_at.is_(None))
    )
    return connection.execute(found.limit(1)).first() is not None


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
        select(
            Order.__table__,
            Outlet.name.label("outlet"),
            Invoice.state.label("invoice_state"),
            Invoice.xero_status.label("invoice_status"),
            Invoice.total.label("invoice_total"),
            Invoice.error.label("invoice_error"),
        )
        .join(Outlet, Outlet.id == Order.outlet_id)
        .outerjoin(Invoice, Invoice.order_id == Order.id)
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
        "invoice": _invoice(row) if row.invoice_state else None,
    }


def _invoice(row: Any) -> dict[str, Any]:
    return {
        "state": row.invoice_state,
        "status": (row.invoice_status or "").lower(),
        "total": _plain(row.invoice_total),
        "error": row.invoice_error,
    }


def _line(line: Any) -> dict[str, Any]:
    texts = ("sku", "name", "unit", "pack_unit")
    amounts = ("quantity", "pack_quantity", "unit_price", "line_total")
    return {name: getattr(line, name) for name in texts} | {name: _plain(getattr(line, name)) for name in amounts}


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
