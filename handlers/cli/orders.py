"""`flask orders ...` and `flask order ...`: what was ordered, for people and for other programs."""

from __future__ import annotations

from typing import Any

import click

from handlers.cli.actor import actor_option, send_now
from handlers.cli.command import (
    command,
    in_words,
    json_option,
    local_time,
    no_such,
    print_found,
    print_json,
    print_table,
    since,
)
from handlers.cli.timeline import said_of
from handlers.current import current_runtime
from handlers.order_export import orders_as_csv
from jobs.reads.orders import Wanted, read_orders, read_timeline
from models.order_status import OrderStatus

LIST_LENGTH = 50
EXPORTED = (
    "number", "outlet_id", "status", "placed_at", "delivery_date", "currency", "subtotal", "tax", "total",
    "lines", "notes", "channel", "source_message_ids", "invoice",
)  # fmt: skip
EXPORTED_LINE = ("sku", "quantity", "unit", "pack_quantity", "pack_unit", "unit_price", "line_total")

group = click.Group("orders", help="Orders: list, show, approve, export.")
order_group = click.Group("order", help="One order's history.")

SINCE = click.option("--since", "since_text", metavar="DAY|TIME", help="Placed (or begun) from then on; local time.")
STATUS = click.option(
    "--status", type=click.Choice([status.value for status in OrderStatus]), help="Only orders of this status."
)


@command(group, "list", example="flask orders list --since 2026-11-22 --status placed")
@SINCE
@STATUS
@click.option("--limit", default=LIST_LENGTH, show_default=True, type=click.IntRange(1), help="The newest so many.")
@json_option
def list_orders(since_text: str | None, status: str | None, limit: int, as_json: bool) -> None:
    """The newest orders, one line each."""
    orders = _read(Wanted(since(since_text, current_runtime().settings), status, most=limit))
    rows = [
        (
            o["number"],
            o["outlet_name"],
            in_words(o["status"]),
            local_time(o["placed_at"]),
            o["delivery_date"],
            len(o["lines"]),
            o["total"],
        )
        for o in orders
    ]
    print_found(
        [exported(order) for order in orders],
        f"{len(orders)} orders",
        ("number", "outlet", "status", "placed", "delivery", "lines", "total"),
        rows,
        as_json=as_json,
    )


@command(group, "show", example="flask orders show SO-100001")
@click.argument("number")
@json_option
def show(number: str, as_json: bool) -> None:
    """One order with its lines."""
    order = _one(number)
    if as_json:
        print_json(exported(order))
        return
    click.echo(
        f"{order['number']}  {in_words(order['status'])}  {order['outlet_name']} ({order['outlet_id']}) by {order['channel']}"
    )
    click.echo(f"placed {local_time(order['placed_at'])}  delivery {order['delivery_date'] or 'not agreed'}")
    rows = [
        (ln["sku"], ln["name"], ln["quantity"], ln["unit"], _pack(ln), ln["unit_price"], ln["line_total"])
        for ln in order["lines"]
    ]
    print_table("lines", ("sku", "name", "quantity", "unit", "said as", "price", "total"), rows)
    click.echo(f"subtotal {order['subtotal']}  tax {order['tax']}  total {order['currency']} {order['total']}")
    if order["invoice_words"]:
        click.echo(f"invoice: {order['invoice_words']}")
    if order["notes"]:
        click.echo(f"notes: {order['notes']}")


@command(group, "approve", example="flask orders approve SO-100007 --by Mei")
@click.argument("number")
@actor_option
def approve_order(number: str, actor: str) -> None:
    """Place an order that is above a limit; the customer is told."""
    from jobs.by_hand.order_approval import approve

    runtime = current_runtime()
    with runtime.engine.begin() as connection:
        message_id = approve(connection, runtime.settings, number, actor=actor, now=runtime.clock())
    send_now(runtime, (message_id,))
    click.echo(f"{number.upper()} is placed")


@command(group, "decline", example="flask orders decline SO-100007 --by Mei")
@click.argument("number")
@actor_option
def decline_order(number: str, actor: str) -> None:
    """Do not place an order that is above a limit, or undo the change that made it so; the customer is told."""
    from jobs.by_hand.order_approval import decline

    runtime = current_runtime()
    with runtime.engine.begin() as connection:
        message_id = decline(connection, runtime.settings, number, actor=actor)
    send_now(runtime, (message_id,))
    click.echo(f"{number.upper()} is not approved")


@command(group, "export", example="flask orders export --format csv --since 2026-11-01 > orders.csv")
@click.option("--format", "kind", type=click.Choice(["json", "csv"]), default="json", show_default=True)
@SINCE
@STATUS
def export(kind: str, since_text: str | None, status: str | None) -> None:
    """Every order, oldest first; as JSON, or as CSV with one row per line of an order."""
    orders = _read(Wanted(since(since_text, current_runtime().settings), status))[::-1]
    if kind == "json":
        print_json([exported(order) for order in orders])
    else:
        click.echo(orders_as_csv(orders), nl=False)


@command(order_group, "timeline", example="flask order timeline SO-100001")
@click.argument("number")
@json_option
def timeline(number: str, as_json: bool) -> None:
    """What happened on the way of an order, in order: received, resolved, placed, replied ..."""
    with current_runtime().engine.connect() as connection:
        events = read_timeline(connection, number.upper())
    if not events:
        raise no_such("order", number)
    rows = [(local_time(e["at"], precise=True), said_of(e), e["message_id"]) for e in events]
    print_found(events, f"timeline of {number.upper()}", ("at", "what happened", "message"), rows, as_json=as_json)


def exported(order: dict[str, Any]) -> dict[str, Any]:
    """Exactly the export's fields."""
    lines = [{name: line[name] for name in EXPORTED_LINE} for line in order["lines"]]
    return {name: order[name] for name in EXPORTED} | {"lines": lines}


def _read(wanted: Wanted) -> list[dict[str, Any]]:
    with current_runtime().engine.connect() as connection:
        return read_orders(connection, wanted)


def _one(number: str) -> dict[str, Any]:
    found = _read(Wanted(number=number.upper(), synthetic=True))
    if not found:
        raise no_such("order", number)
    return found[0]


def _pack(line: dict[str, Any]) -> str:
    return f"{line['pack_quantity']} {line['pack_unit']}" if line["pack_unit"] else ""
