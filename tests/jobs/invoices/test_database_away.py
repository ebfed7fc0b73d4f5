"""PostgreSQL goes away between a request to Xero and the word that it happened: what was made is known when it is back, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, event, make_url
from sqlalchemy.exc import DBAPIError

from bot import failpoints
from bot.settings import Settings
from chaos.proxy import Proxy
from jobs.invoices import load
from jobs.invoices.accounting import accounting_of
from tests.till import MakeTill, Till

FAILURES = 3
"""So many statements fail before the database is back."""


@pytest.fixture
def proxy(settings: Settings) -> Iterator[Proxy]:
    made = Proxy(make_url(settings.database_url).port or 5432)
    yield made
    made.close()


@pytest.fixture
def behind(make_till: MakeTill, settings: Settings, proxy: Proxy) -> Till:
    """Its database is reached through the proxy, and its first order has been invoiced."""
    port = make_url(settings.database_url).port
    till = make_till(database_url=settings.database_url.replace(f":{port}/", f":{proxy.port}/"))
    till.order()
    till.push()
    return till


@pytest.fixture
def away(behind: Till, proxy: Proxy) -> Iterator[Callable[[str], None]]:
    """What cuts the database off; it is back after a few failures."""
    failed: list[object] = []

    def count(context: object) -> None:
        failed.append(context)
        if len(failed) == FAILURES:
            proxy.heal()

    def cut(_name: str) -> None:
        proxy.refusing = True
        proxy.cut()

    event.listen(Engine, "handle_error", count)
    yield cut
    event.remove(Engine, "handle_error", count)
    failpoints.arm("")
    assert len(failed) >= FAILURES


def cut_at(place: str, away: Callable[[str], None]) -> None:
    failpoints._armed[place] = failpoints._Armed(1, away)


@pytest.mark.parametrize("place", ["invoice.after_call", "invoice.before_finish"])
def test_what_was_made_is_written_down_when_the_database_is_back(
    behind: Till, away: Callable[[str], None], place: str
) -> None:
    number = behind.order("50 10 inch pizza box", number="+6580000108")
    created, looked_up = behind.calls("invoices.create"), behind.calls("invoices.list")
    cut_at(place, away)
    behind.push()
    row, (there,) = behind.invoice(number), behind.there(number)
    assert (row["state"], row["xero_id"], row["total"]) == ("sent", there["InvoiceID"], there["Total"])
    assert (behind.calls("invoices.create"), behind.calls("invoices.list")) == (created + 1, looked_up)


@pytest.mark.parametrize("place", ["contact.after_write", "invoice.after_asked", "token.after_answer"])
def test_what_could_not_go_on_is_made_once_when_the_database_is_back(
    behind: Till, away: Callable[[str], None], place: str
) -> None:
    number = behind.order("50 10 inch pizza box", number="+6580000108")
    behind.xero.identity.expire()
    behind.change("UPDATE accounting_connection SET access_until = now()")
    cut_at(place, away)
    behind.push()
    behind.due_now()
    behind.push()
    assert behind.invoice(number)["state"] == "sent"
    assert len(behind.there(number)) == 1
    names = [row["Name"] for row in behind.xero.books.contacts.values()]
    assert len(names) == len(set(names)) == 2
    assert behind.xero.identity.refused == 0


def test_an_answer_of_xero_is_kept_though_the_connection_that_held_its_permit_is_gone(till: Till) -> None:
    till.order()
    permits = accounting_of(till.runtime).permits
    answers = []
    with permits.call():
        with till.shop.runtime.engine.connect() as connection:
            killed = connection.exec_driver_sql(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND classid = 7401"
            )
            assert killed.scalar_one() == 1
        answers.append("what Xero answered")
    with permits.call():
        answers.append("and what it answers next")
    assert len(answers) == 2


def test_a_load_that_lost_the_database_on_its_way_doubles_nothing(behind: Till, proxy: Proxy) -> None:
    accounting = accounting_of(behind.runtime)
    proxy.cut_at = b"INSERT INTO accounting_links"
    with pytest.raises(DBAPIError):
        load.carry_out(behind.runtime, accounting, load.plan(behind.runtime, accounting))
    load.carry_out(behind.runtime, accounting, load.plan(behind.runtime, accounting))
    counts = load.plan(behind.runtime, accounting).counts()
    assert [counts[kind][act] for kind in counts for act in ("create", "update")] == [0, 0, 0, 0]
    contacts = [row["ContactNumber"] for row in behind.xero.books.contacts.values()]
    items = [row["Code"] for row in behind.xero.books.items.values()]
    assert len(contacts) == len(set(contacts)) == behind.shop.one("SELECT count(*) FROM customers")
    assert len(items) == len(set(items)) == behind.shop.one("SELECT count(*) FROM products WHERE is_active")


def test_a_load_with_the_database_away_asks_xero_for_nothing(behind: Till, proxy: Proxy) -> None:
    accounting = accounting_of(behind.runtime)
    before = len(behind.simulator.ledger.entries(provider="xero"))
    proxy.refusing = True
    proxy.cut()
    with pytest.raises(DBAPIError):
        load.plan(behind.runtime, accounting)
    assert len(behind.simulator.ledger.entries(provider="xero")) == before
    proxy.heal()
