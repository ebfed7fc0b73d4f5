"""Xero's limits hold for all workers together, and a day that is used up costs no customer a reply."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.errors import TemporaryError
from bot.runtime import Runtime
from jobs.invoices.accounting import accounting_of
from jobs.invoices.permits import A_MINUTE, AT_ONCE, ORGANISATION, RECONCILED, alone
from jobs.invoices.push import push, push_once
from simulator.config import changed
from simulator.faults import Fault, FaultKind
from tests.statements import counted
from tests.till import Till


def test_five_at_once_are_let_through_for_all_workers_and_the_sixth_waits(till: Till) -> None:
    workers = [Runtime(till.runtime.settings) for _ in range(AT_ONCE + 1)]
    entered, leave = threading.Barrier(AT_ONCE + 1), threading.Event()

    def hold(worker: Runtime) -> None:
        with accounting_of(worker).permits.call():
            entered.wait(10)
            leave.wait(10)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        held = [pool.submit(hold, worker) for worker in workers[:AT_ONCE]]
        entered.wait(10)
        with pytest.raises(TemporaryError) as refused, accounting_of(workers[-1]).permits.call():
            pass
        leave.set()
        for each in held:
            each.result()
    assert refused.value.code == "busy"
    for worker in workers:
        worker.close()


def test_the_calls_of_a_minute_are_counted_for_all_workers_together(till: Till) -> None:
    workers = [Runtime(till.runtime.settings) for _ in range(2)]
    for count in range(A_MINUTE):
        with accounting_of(workers[count % 2]).permits.call():
            pass
    with pytest.raises(TemporaryError) as refused, accounting_of(workers[0]).permits.call():
        pass
    assert refused.value.code == "limit_minute"
    assert 0 < (refused.value.retry_after_s or 0) <= 60
    for worker in workers:
        worker.close()


def test_the_daily_look_is_one_workers_and_keeps_no_invoice_of_another_waiting(till: Till) -> None:
    till.order()
    till.push()
    till.change("UPDATE accounting_connection SET created_at = now() - interval '2 days', reconciled_at = NULL")
    number = till.order("50 10 inch pizza box", number="+6580000108")
    other = Runtime(till.runtime.settings)
    with alone(other, ORGANISATION, RECONCILED) as is_mine:
        assert is_mine
        till.push()
    assert till.invoice(number)["state"] == "sent"
    assert till.shop.one("SELECT reconciled_at FROM accounting_connection") is None
    till.push()
    assert till.shop.one("SELECT reconciled_at IS NOT NULL FROM accounting_connection") is True
    other.close()


def test_the_connection_is_read_once_a_request(till: Till) -> None:
    till.order()
    till.push()
    till.say("make it 200")
    with counted() as statements:
        assert push_once(till.runtime) == 1
    assert sum("FROM accounting_connection WHERE id = 1" in each and "paused_by" in each for each in statements) == 1


def test_a_day_that_is_used_up_parks_every_invoice_until_it_begins_anew(till: Till) -> None:
    till.order()
    till.push()
    till.xero.limits.day_left, till.xero.limits.day_resets_at = 0, time.monotonic() + 3590
    replies = till.say("50 10 inch pizza box", number="+6580000108")
    assert any("SO-" in reply for reply in replies)
    till.push()
    paused = float(str(till.shop.one("SELECT extract(epoch FROM paused_until - now()) FROM accounting_connection")))
    assert 3500 < paused <= 3602
    calls = len(till.simulator.ledger.entries(provider="xero"))
    till.push()
    assert len(till.simulator.ledger.entries(provider="xero")) == calls
    row = till.invoice(str(till.shop.one("SELECT max(number) FROM invoices")))
    assert (row["state"], row["attempts"]) == ("pending", 0)
    till.xero.limits.day_left = None
    till.due_now()
    till.push()
    assert len(till.there()) == 2


def test_a_backlog_goes_out_in_few_requests(till: Till) -> None:
    till.order()
    till.push()
    till.change("UPDATE invoices SET due_at = NULL")
    for count in range(30):
        till.order(f"{count * 7 + 11} 10 inch pizza box", number="+6580000108")
        till.change(
            "UPDATE orders SET placed_at = placed_at - interval '1 day', delivery_date = delivery_date + interval '1 year'"
        )
    orders = int(str(till.shop.one("SELECT count(*) FROM invoices WHERE due_at IS NOT NULL")))
    before = len(till.simulator.ledger.entries(provider="xero"))
    till.push()
    calls = len(till.simulator.ledger.entries(provider="xero")) - before
    assert len(till.there()) == orders + 1
    assert calls <= 5
    assert calls / orders <= 1.2


@pytest.mark.parametrize(("changed_ones", "calls"), [(3, 3), (12, 1)])
def test_few_changes_go_each_to_its_own_address_and_many_share_a_request(
    till: Till, changed_ones: int, calls: int
) -> None:
    till.order()
    till.push()
    for count in range(11):
        till.order(f"{count * 7 + 11} 10 inch pizza box", number="+6580000108")
        till.change(
            "UPDATE orders SET placed_at = placed_at - interval '1 day', delivery_date = delivery_date + interval '1 year'"
        )
    till.push()
    before = till.calls("invoices.update")
    till.orders_become(61)
    till.change("UPDATE invoices SET due_at = NULL WHERE id > :most", most=changed_ones)
    till.push()
    assert till.calls("invoices.update") == before + calls
    assert sum(row["LineItems"][0]["Quantity"] == 61 for row in till.there()) == changed_ones


def test_a_xero_that_fails_opens_the_breaker_and_recovers_by_itself(till: Till) -> None:
    till.order()
    till.push()
    till.simulator.faults.add(Fault(FaultKind.ERROR, "xero", status=503, count=None))
    for count in range(8):
        till.order(f"{count * 7 + 11} 10 inch pizza box", number="+6580000108")
        till.change("UPDATE invoices SET due_at = now() WHERE state IN ('pending', 'unknown')")
        till.push()
    breaker = accounting_of(till.runtime).permits.breaker
    assert breaker.circuit.current_state == "open"
    assert till.shop.one("SELECT paused_by FROM accounting_connection") == "breaker"
    calls = len(till.simulator.ledger.entries(provider="xero"))
    till.push()
    assert len(till.simulator.ledger.entries(provider="xero")) == calls
    till.simulator.faults.remove()
    breaker._open_until = 0.0  # its time is over
    till.due_now()
    till.push()
    assert breaker.circuit.current_state == "closed"
    assert till.shop.one("SELECT count(*) FROM invoices WHERE state <> 'sent'") == 0


def test_a_silent_xero_is_left_alone_in_time_and_the_invoice_looked_up(till: Till) -> None:
    till.order()
    till.push()
    till.simulator.faults.add(Fault(FaultKind.ACCEPT_THEN_STALL, "xero", "invoices.create", delay_s=0.2))
    number = till.order("50 10 inch pizza box", number="+6580000108")
    push(till.runtime)
    assert till.invoice(number)["state"] == "unknown"
    till.due_now()
    push(till.runtime)
    assert len(till.there(number)) == 1


def test_concurrent_pushes_of_many_workers_make_each_invoice_once(till: Till) -> None:
    till.xero.config = changed(till.xero.config, {"xero_calls_per_minute": 1000})
    till.order()
    till.push()
    numbers = [
        till.order(f"{11 + 7 * n} 10 inch pizza box", number=phone)
        for n, phone in enumerate(("+6580000108", "+6580000115", "+6580000122"))
    ]
    workers = [Runtime(till.runtime.settings) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(push, workers))
    till.due_now()
    push(workers[0])
    for worker in workers:
        worker.close()
    assert [len(till.there(number)) for number in numbers] == [1, 1, 1]
    contacts = [row["Name"] for row in till.xero.books.contacts.values()]
    assert len(contacts) == len(set(contacts)) == 4
