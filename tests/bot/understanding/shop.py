"""A small supplier of two trades, so that the tests of reading say everything they rely on."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.catalog.index import CatalogIndex
from bot.catalog.product import Product
from bot.understanding.intent import Basket, Context, Intent, Question, QuestionReason
from bot.understanding.reader import understand

NOW = datetime(2026, 11, 18, 10, 15, tzinfo=ZoneInfo("Asia/Singapore"))  # a Wednesday


def product(
    sku: str, name: str, aliases: str, base_unit: str = "piece", packs: str = "", *, active: bool = True, own: str = ""
) -> Product:
    sizes = {unit: Decimal(size) for unit, _, size in (p.partition("=") for p in packs.split("|") if p)}
    return Product(
        sku=sku,
        name=name,
        category="goods",
        base_unit=base_unit,
        unit_price=Decimal("1.00"),
        aliases=tuple(a for a in aliases.split("|") if a),
        pack_units=sizes,
        active=active,
        outlet_aliases={"OUT-1": tuple(own.split("|"))} if own else {},
    )


PRODUCTS = [
    product("PB10-K", "Pizza Box 10 inch Brown Kraft", '10in box|10" box|10寸披萨盒', packs="bundle=50|carton=100"),
    product("PB10-W", "Pizza Box 10 inch White", "10in white box", packs="carton=100", active=False),
    product("PB12-K", "Pizza Box 12 inch Brown Kraft", "12in brown box", packs="carton=50"),
    product("PB12-W", "Pizza Box 12 inch White", "12in white box", packs="carton=50", own="the usual box"),
    product("LN", "Greaseproof Pizza Liner", "liner|liners|垫纸|லைனர்", packs="packet=50|carton=1000"),
    product("FK", "Wooden Fork", "fork|forks|木叉", packs="packet=100|carton=1000"),
    product("SPW", "Wooden Spoon", "wooden spoon", packs="packet=100"),
    product("SPC", "Chinese Soup Spoon", "soup spoon", packs="packet=100"),
    product("GV-M", "Nitrile Glove M", "M gloves|gloves size M|sarung tangan M", packs="box=100|carton=1000"),
    product("GV-L", "Nitrile Glove L", "L gloves|gloves size L|sarung tangan L", packs="box=100|carton=1000"),
    product("FL", "Aluminium Foil Roll", "foil|aluminium foil", "roll", "carton=12"),
    product("TM", "Tomato", "tomato|tomatoes|番茄", "kg", "crate=10"),
    product("GR", "Peeled Garlic", "garlic|bawang putih", "kg", "bag=5"),
    product("PR2", "Prawn Frozen Block 2kg", "prawn|prawns", "block", "carton=6"),
    product("MK", "Fresh Milk 2L", "milk|fresh milk", "bottle", "crate=6"),
    product("CM", "Coconut Milk", "coconut milk|santan", "litre", "tub=5"),
]
INDEX = CatalogIndex.build(PRODUCTS)


def read(text: str, context: Context | None = None, *, outlet_id: str | None = None) -> Intent:
    return understand(text, INDEX, context or Context(), NOW, outlet_id=outlet_id)


def lines(intent: Intent) -> dict[str, Decimal]:
    return {line.sku: line.quantity for line in intent.lines}


def read_lines(text: str, context: Context | None = None) -> dict[str, Decimal]:
    return lines(read(text, context))


def draft(**quantities: int) -> Context:
    """A draft shown to the customer; `_` in a name stands for `-` in the SKU."""
    basket = Basket(tuple((sku.replace("_", "-"), Decimal(q)) for sku, q in quantities.items()))
    return Context(draft=basket, last_bot="Reply YES to confirm.")


def asked(text: str, *candidates: str, quantity: int | None = None, unit: str | None = None) -> Context:
    """What the bot has just asked."""
    reason = QuestionReason.QUANTITY if len(candidates) == 1 else QuestionReason.AMBIGUOUS
    said = None if quantity is None else Decimal(quantity)
    return Context(pending=(Question(text, reason, candidates, said, unit),))
