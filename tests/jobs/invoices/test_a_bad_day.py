"""A rehearsal of one bad day: the login is revoked, the day's calls are used up, the tax code is wrong and Xero is away. Orders go
on all the while, and at the end each has its invoice once."""

from __future__ import annotations

from jobs.invoices import reconcile
from jobs.invoices.accounting import accounting_of, token_store
from simulator.config import changed
from simulator.faults import Fault, FaultKind
from simulator.xero_countries import COUNTRIES
from tests.till import Till

PHONES = ("+6580000101", "+6580000108", "+6580000115", "+6580000122", "+6580000129")
AGED = "UPDATE accounting_connection SET facts_at = now() - interval '2 days', paused_until = NULL"


def held_back(till: Till, phone: str) -> None:
    """An order that is taken as ever while its invoice has to wait."""
    before = len(till.there())
    replies = till.say(f"{50 + int(phone[-2:])} 10 inch pizza box", phone)
    assert any("SO-" in reply for reply in replies)
    till.push()
    assert len(till.there()) == before


def sent(till: Till, count: int) -> None:
    till.due_now()
    till.push()
    assert len(till.there()) == count


def test_a_day_on_which_everything_goes_wrong_ends_with_one_invoice_an_order_and_clean_books(till: Till) -> None:
    till.xero.config = changed(till.xero.config, {"xero_calls_per_minute": 1000})
    till.order(number=PHONES[0])
    till.push()
    till.xero.identity.revoke()
    till.xero.identity.expire()
    held_back(till, PHONES[1])
    identity, store = token_store(till.runtime)
    till.xero.identity.forget()
    store.connect(identity.refresh("simulator-xero-refresh-token"), till.runtime.settings.xero_tenant_id, "ops")
    sent(till, 2)
    till.xero.limits.day_left, till.xero.limits.day_resets_at = 0, float("inf")
    held_back(till, PHONES[2])
    till.xero.limits.day_left, till.xero.limits.day_resets_at = None, 0.0
    sent(till, 3)
    till.xero.books.country = COUNTRIES["GB"]
    till.change(AGED)
    held_back(till, PHONES[3])
    till.xero.books.country = COUNTRIES["SG"]
    till.change(AGED)
    sent(till, 4)
    till.simulator.faults.add(Fault(FaultKind.ERROR, "xero", status=503, count=None))
    held_back(till, PHONES[4])
    till.simulator.faults.remove()
    sent(till, 5)
    orders = dict(till.shop.rows("SELECT number, total FROM orders WHERE status = 'placed'"))
    assert {row["InvoiceNumber"]: row["Total"] for row in till.there()} == orders
    today = till.runtime.clock().astimezone(till.runtime.settings.zone).date()
    assert reconcile.reconcile(till.runtime, accounting_of(till.runtime), None, today).ok
    assert till.shop.one("SELECT count(*) FROM failures WHERE resolved_at IS NULL") == 0
