"""`flask products list|show`: what is sold, as the bot has it."""

from __future__ import annotations

import click

from handlers.cli.command import command, json_option, limit_option, no_such, print_found, print_json, print_table
from handlers.current import current_runtime
from jobs.reads.trade_rows import products

group = click.Group("products", help="The products that are sold: list, show.")


@command(group, "list", example='flask products list --find "pizza box"')
@click.option("--find", "words", metavar="TEXT", help="Only those with this text in SKU, name, category or aliases.")
@click.option("--all", "everything", is_flag=True, help="Those not on sale, too.")
@limit_option
@json_option
def list_products(words: str | None, everything: bool, limit: int, as_json: bool) -> None:
    """Products by SKU with their packs and prices per base unit."""
    with current_runtime().engine.connect() as connection:
        found = products(connection, words=words, everything=everything, most=limit)
    rows = [
        (p["sku"], p["name"], packs(p["pack_units"]), f"{p['unit_price']}/{p['base_unit']}", "" if p["active"] else "off")
        for p in found
    ]  # fmt: skip
    print_found(found, f"{len(rows)} products", ("SKU", "name", "packs", "price", ""), rows, as_json=as_json)


@command(group, "show", example="flask products show PB10-K")
@click.argument("sku")
@json_option
def show_product(sku: str, as_json: bool) -> None:
    """One product: packs, price, and every name it is known by."""
    with current_runtime().engine.connect() as connection:
        found = products(connection, sku=sku)
    if not found:
        raise no_such("product", sku)
    product = found[0]
    if as_json:
        print_json(product)
        return
    learned = ", ".join(f"{each['alias']} ({each['outlet']})" for each in product["outlet_aliases"])
    rows = [
        ("SKU", product["sku"]),
        ("name", product["name"]),
        ("category", product["category"]),
        ("price", f"{product['unit_price']} per {product['base_unit']}"),
        ("packs", packs(product["pack_units"])),
        ("other names", ", ".join(product["aliases"])),
        ("names of outlets", learned),
        ("on sale", "yes" if product["active"] else "no"),
    ]
    print_table(product["sku"], ("what", "value"), rows)


def packs(units: dict[str, str]) -> str:
    """`carton 100, bundle 50`."""
    return ", ".join(f"{unit} {float(factor):g}" for unit, factor in units.items())
