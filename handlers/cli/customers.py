"""`flask customers list|show`: who is invoiced, and for which outlets."""

from __future__ import annotations

import click

from handlers.cli.command import command, json_option, limit_option, no_such, print_found
from handlers.current import current_runtime
from jobs.reads.trade_rows import customers

group = click.Group("customers", help="The companies that are invoiced: list, show.")


@command(group, "list", example="flask customers list")
@limit_option
@json_option
def list_customers(limit: int, as_json: bool) -> None:
    """Customers by name, with their outlets."""
    with current_runtime().engine.connect() as connection:
        found = customers(connection, most=limit)
    rows = [(c["name"], ", ".join(c["outlets"]), c["contract_prices"], c["orders_placed"]) for c in found]
    print_found(
        found, f"{len(rows)} customers", ("customer", "outlets", "contract prices", "orders"), rows, as_json=as_json
    )


@command(group, "show", example='flask customers show "Canadian Pizza"')
@click.argument("name")
@json_option
def show_customer(name: str, as_json: bool) -> None:
    """One customer by name."""
    with current_runtime().engine.connect() as connection:
        found = customers(connection, name=name)
    if not found:
        raise no_such("customer", name)
    customer = found[0]
    rows = [
        ("customer", customer["name"]),
        ("outlets", ", ".join(customer["outlets"])),
        ("contract prices", customer["contract_prices"]),
        ("orders placed", customer["orders_placed"]),
    ]
    print_found(customer, customer["name"], ("what", "value"), rows, as_json=as_json)
