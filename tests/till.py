"""A shop that invoices in the simulator's Xero, and a customer who orders there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text

from bot.runtime import Runtime
from bot.settings.load import load_settings
from jobs.invoices import load
from jobs.invoices.accounting import accounting_of
from jobs.invoices.push import push
from simulator.config import changed
from simulator.server import Running
from simulator.xero_api import XeroApi
from tests.conftest import Shop
from tests.people import ORDER, WhatsApp


@dataclass
class Till:
    """`order` and `say` as a customer, `push` as a worker, and then a look into both books."""

    shop: Shop
    client: FlaskClient
    simulator: Running
    phones: dict[str, WhatsApp] = field(default_factory=dict)

    @property
    def runtime(self) -> Runtime:
        return self.shop.runtime

    @property
    def xero(self) -> XeroApi:
        return self.simulator.xero

    def say(self, words: str, number: str = "+6580000101") -> list[str]:
        phone = self.phones.setdefault(number, WhatsApp(self.shop, self.client, number=number))
        return phone.say(words)

    def order(self, words: str = ORDER, number: str = "+6580000101") -> str:
        """The number of the order that came of it."""
        self.say(words, number)
        return str(self.shop.one("SELECT number FROM orders WHERE status = 'placed' ORDER BY id DESC LIMIT 1"))

    def push(self) -> int:
        return push(self.runtime)

    def due_now(self) -> None:
        """What waits for its pause, or for its cut-off in PostgreSQL's time, waits no longer."""
        self.change("UPDATE invoices SET due_at = now() WHERE due_at IS NOT NULL")
        self.change("UPDATE accounting_connection SET paused_until = NULL")

    def after_the_cutoff(self) -> None:
        later = datetime.now(UTC) + timedelta(days=8)
        self.runtime.clock = lambda: later
        self.due_now()

    def change(self, sql: str, **values: Any) -> None:
        with self.runtime.engine.begin() as connection:
            connection.execute(text(sql), values)

    def orders_become(self, quantity: int) -> None:
        """Every line of every order, after its invoice went out."""
        self.change(
            "UPDATE order_lines SET quantity = :quantity, line_total = unit_price * :quantity", quantity=quantity
        )
        self.change(
            "UPDATE orders SET subtotal = s, tax = round(s * 0.09, 2), total = s + round(s * 0.09, 2), version = version + 1"
            " FROM (SELECT order_id, sum(line_total) AS s FROM order_lines GROUP BY 1) x WHERE x.order_id = orders.id"
        )
        self.change("UPDATE invoices SET due_at = now(), state = 'pending', changed = TRUE")

    def stock(self, on_hand: str, sku: str = "PB10-K") -> Till:
        """Every product is an item in Xero, and this one's stock is tracked there and was just read."""
        self.xero.config = changed(self.xero.config, {"xero_calls_per_minute": 1000})
        accounting = accounting_of(self.runtime)
        load.carry_out(self.runtime, accounting, load.plan(self.runtime, accounting))
        self.xero.books.stock(sku, on_hand)
        return self.read_stock()

    def read_stock(self) -> Till:
        self.change("UPDATE accounting_connection SET stock_at = NULL, paused_until = NULL")
        self.push()
        return self

    def invoice(self, number: str) -> dict[str, Any]:
        with self.runtime.engine.connect() as connection:
            found = connection.execute(text("SELECT * FROM invoices WHERE number = :number"), {"number": number})
            return dict(found.mappings().one())

    def there(self, number: str = "") -> list[dict[str, Any]]:
        """The invoices in Xero, of this number when one is given."""
        rows = self.xero.books.invoices.values()
        return [row for row in rows if not number or row["InvoiceNumber"] == number]

    def calls(self, operation: str) -> int:
        return len(self.simulator.ledger.entries(provider="xero", operation=operation))


MakeTill = Callable[..., Till]
"""With settings of its own; INVOICE_WHEN=placed unless told otherwise."""


def tills(shop: Shop, client: FlaskClient, simulator: Running) -> Iterator[MakeTill]:
    """Closes what was opened."""
    runtimes = []
    usual = simulator.xero.config

    def make(**changes: Any) -> Till:
        wanted = {"xero_client_id": "simulator", "invoice_when": "placed"} | changes
        runtime = Runtime(load_settings(_env_file=None, **wanted))
        runtimes.append(runtime)
        return Till(Shop(runtime), client, simulator)

    yield make
    for runtime in runtimes:
        runtime.close()
    simulator.xero.config = usual
