"""Rows 36 to 39: Xero loses answers, refuses, limits, and forgets its tokens, while workers die between the request and the record."""

from __future__ import annotations

import random
import time

from chaos.crash_sweep import NAMED_AS_BEFORE, rename_all
from chaos.house import INVOICING, Process
from chaos.invariants import invoice_violations
from chaos.scenarios.scenario import Scenario, Trial
from simulator.config import changed
from simulator.faults import Fault, FaultKind

ORDERS = 1_000
BACKLOG = 5_000
CALLS_AN_ORDER = 1.2
DEATHS = (
    "invoice.after_claim", "invoice.after_asked", "invoice.before_call", "invoice.after_call", "invoice.before_finish",
    "invoice.after_finish", "contact.before_write", "contact.after_write", "contact.after_link", "token.after_take",
    "token.after_answer", "token.after_store",
)  # fmt: skip
PATIENCE_S, VICTIMS = 420.0, 3
BACKLOG_WORKERS, DAY_CALLS, DAY_BEGINS_S = 3, 60, 120.0
"""The day's calls end in the middle of the backlog, and the next day begins so much later."""
_ORDERS = """
WITH outlet AS (SELECT id FROM outlets ORDER BY id LIMIT 1), talk AS (SELECT id, channel FROM conversations ORDER BY id LIMIT 1),
said AS (
    INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, provider_id, role, kind, content, state, reason,
                                       said_at, finished_at)
    SELECT c.id, c.session_id, 'inbound', c.channel, 'INVOICED-' || n, 'user', 'text', '', 'ignored', 'made by the scenario', now(), now()
    FROM conversations c JOIN talk ON talk.id = c.id, generate_series(1, :count) n RETURNING id, conversation_id, channel),
made AS (
    INSERT INTO orders (number, outlet_id, conversation_id, message_id, channel, status, currency, subtotal, tax_rate, tax, total, placed_at)
    SELECT 'SO-' || nextval('order_numbers'), outlet.id, said.conversation_id, said.id, said.channel, 'placed', 'SGD', s.subtotal, 0.09,
           round(s.subtotal * 0.09, 2), s.subtotal + round(s.subtotal * 0.09, 2), now()
    FROM said, outlet, LATERAL (SELECT round((said.id % 397 + 1) * 0.0375, 2) + round((said.id % 91 + 1) * 0.21, 2) AS subtotal) s
    RETURNING id, number, message_id),
lines AS (
    INSERT INTO order_lines (order_id, position, sku, name, quantity, unit, unit_price, line_total)
    SELECT id, 1, 'CHAOS-A', 'Box & <Lid>', message_id % 397 + 1, 'piece', 0.0375, round((message_id % 397 + 1) * 0.0375, 2) FROM made
    UNION ALL SELECT id, 2, 'CHAOS-B', '纸盒', message_id % 91 + 1, 'piece', 0.21, round((message_id % 91 + 1) * 0.21, 2) FROM made)
INSERT INTO invoices (order_id, number, due_at) SELECT id, number, now() FROM made
"""
_OPEN = "SELECT count(*) FROM invoices WHERE state NOT IN ('sent', 'gone')"


def a_thousand_invoices(trial: Trial) -> None:
    """Every order has its invoice, once and to the cent, whatever happened on the way."""
    house, xero = trial.house, trial.house.simulator.xero
    _orders_without_workers(trial, ORDERS)
    xero.config = changed(xero.config, {"xero_calls_per_minute": 60, "xero_access_s": 90, "xero_key_life_s": 5})
    xero.latency_s = 0.05
    for kind, probability in ((FaultKind.ACCEPT_THEN_DROP, 0.15), (FaultKind.CUT, 0.05), (FaultKind.ERROR, 0.05)):
        for operation in ("invoices.create", "invoices.update", "contacts.update", "token.refresh_token"):
            house.simulator.faults.add(Fault(kind, "xero", operation, count=None, probability=probability, status=503))
    with trial.timed(f"{ORDERS} invoices in"):
        _until_all_are_sent(trial)
    house.simulator.faults.remove()
    _judge(trial)
    _remove_made(trial)


def a_backlog_of_five_thousand(trial: Trial) -> None:
    """Xero was away while they were placed. They go out in full requests, within every limit, over the end of the day's calls."""
    house, xero = trial.house, trial.house.simulator.xero
    _orders_without_workers(trial, BACKLOG)
    calls_before, made_before = _calls(trial), len(xero.books.invoices)
    house.simulator.faults.add(Fault(FaultKind.ERROR, "xero", count=None, status=503))
    xero.config = changed(xero.config, {"xero_calls_per_minute": 60})
    xero.latency_s = 0.05
    house.change("UPDATE accounting_connection SET facts_at = NULL")
    for _ in range(BACKLOG_WORKERS):
        house.spawn("worker", env=INVOICING)
    trial.must(_paused(trial, 60), "a Xero that is away was called on and on")
    trial.must(len(xero.books.invoices) == made_before, "a Xero that was away made invoices")
    house.simulator.faults.remove()
    xero.limits.day_left, xero.limits.day_resets_at = DAY_CALLS, time.monotonic() + DAY_BEGINS_S
    with trial.timed(f"{BACKLOG} invoices in"):
        sent = house.invoiced(PATIENCE_S)
    trial.must(sent, "the backlog was not sent")
    _judge(trial)
    each = (_calls(trial) - calls_before) / BACKLOG
    trial.must(each <= CALLS_AN_ORDER, f"{each:.2f} calls an order")
    trial.must(xero.limits.refused <= BACKLOG_WORKERS, f"{xero.limits.refused} calls were refused by limits")
    _remove_made(trial)


def _orders_without_workers(trial: Trial, count: int) -> None:
    """So many placed orders, the first of them of customers; no worker runs afterwards."""
    house = trial.house
    house.close_all()
    house.open(env=INVOICING)
    trial.traffic(6, 2, phones=12)
    trial.settle()
    made = int(house.one("SELECT count(*) FROM invoices"))
    trial.must(made > 0, "no order of a customer had an intent")
    _without_workers(trial)
    house.change(_ORDERS, count=count - made)


def _paused(trial: Trial, seconds: float) -> bool:
    """Whether the breaker opened in that time."""
    until = time.monotonic() + seconds
    while not trial.house.one("SELECT paused_by = 'breaker' FROM accounting_connection"):
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def _calls(trial: Trial) -> int:
    return len(trial.house.simulator.ledger.entries(kind="call", provider="xero"))


def _remove_made(trial: Trial) -> None:
    made_here = "(SELECT order_id FROM order_lines WHERE sku = 'CHAOS-A')"
    trial.house.change(f"DELETE FROM invoices WHERE order_id IN {made_here}")
    trial.house.change(f"DELETE FROM orders WHERE id IN {made_here}")


def _until_all_are_sent(trial: Trial) -> None:
    """First only workers that die at a place of the list, three at a time, then one that lives; tokens run out and customers are
    renamed now and then, and in the last third nothing goes wrong any more."""
    house, waiting = trial.house, list(DEATHS)
    random.Random(trial.seed).shuffle(waiting)
    victims: list[Process] = []
    living: Process | None = None
    began = time.monotonic()
    while house.one(_OPEN) and time.monotonic() - began < PATIENCE_S:
        alive = sum(each.alive for each in victims)
        if waiting and alive < VICTIMS:
            victims.append(house.spawn("worker", fail=f"{waiting.pop()}:1:kill", env=INVOICING))
        passed = time.monotonic() - began
        if living is None and (passed > PATIENCE_S / 3 or not (waiting or alive)):
            living = house.spawn("worker", env=INVOICING)
        if passed > PATIENCE_S * 2 / 3:
            house.simulator.faults.remove()
        else:
            house.simulator.xero.identity.expire()
            rename_all(house)
        house.change("UPDATE invoices SET due_at = now() WHERE state = 'failed'")
        time.sleep(1.0)
    trial.note(f"{sum(not each.alive for each in victims)} of {len(DEATHS)} workers died")
    for victim in victims:
        victim.signal(15)
    house.change(NAMED_AS_BEFORE)


def _without_workers(trial: Trial) -> None:
    for process in [each for each in trial.house.processes if each.name == "worker"]:
        process.signal(15)
        process.wait(20)


def _judge(trial: Trial) -> None:
    house, xero = trial.house, trial.house.simulator.xero
    trial.problems += invoice_violations(house)
    trial.must(xero.limits.most_open <= 5, f"{xero.limits.most_open} calls were open at once")
    calls = _calls(trial)
    made = len(xero.books.invoices)
    trial.note(
        f"{made} invoices, {calls} calls ({calls / max(1, made):.2f} an order), {xero.limits.refused} refused by limits,"
        f" most {xero.limits.most_in_a_minute} a minute, {xero.identity.refreshes} refreshes"
    )


SCENARIOS = (
    Scenario("a thousand invoices", a_thousand_invoices),
    Scenario("a backlog of five thousand invoices", a_backlog_of_five_thousand),
)
