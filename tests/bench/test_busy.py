"""The busy supplier that the console's pages are timed with is a database that those pages can show."""

from __future__ import annotations

from bench import busy
from tests.conftest import Shop
from tests.handlers.console.conftest import SignIn
from tests.handlers.console.conftest import at_desk as at_desk
from tests.statements import counted

SMALL = {name: size // 20 for name, size in busy.SIZES.items()}
COUNTS = (
    "SELECT count(*) FROM orders WHERE number LIKE 'SO-5%'",
    "SELECT count(*) FROM conversations",
    "SELECT count(*) FROM products WHERE sku LIKE 'BZ-%'",
)
PAGES = {
    "inbox": 6,
    "inbox?view=all&q=kraft": 6,
    "todo": 12,
    "orders": 7,
    "packing": 8,
    "products": 6,
    "outlets": 5,
    "figures": 12,
}
"""And the most statements that each may take, however much there is to show."""


def test_the_pages_of_a_busy_supplier_take_few_statements(shop: Shop, at_desk: SignIn) -> None:
    with shop.runtime.engine.begin() as connection:
        busy.fill(connection, SMALL)
    assert [shop.one(count) for count in COUNTS] == [SMALL["orders"], SMALL["threads"], SMALL["products"]]
    desk = at_desk()
    for page, most in PAGES.items():
        with counted() as sent:
            shown = desk.get(f"/console/{page}")
        assert len(sent) <= most, (page, len(sent))
        assert len(shown) < 300_000, (page, len(shown))
