"""Two runs: orders and invoices through a pooler in session mode that is killed meanwhile, and a start behind one in transaction mode."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from chaos.customers import Customers
from chaos.house import INVOICING, READY_S, House, house
from chaos.invariants import violations
from chaos.pooler.bouncer import Mode, PgBouncer
from chaos.pooler.lost import try_out
from chaos.report import Part
from embedded.postgres import PostgresServer
from jobs.upkeep.connection_fit import SHARED

Say = Callable[[str], None]
OUTLETS, RATE, CALM_S, AWAY_S = 40, 5.0, 8.0, 3.0
DRAINED_S = INVOICED_S = 90.0
KINDS = ("web", "worker", "sweeper")


def run_session(top: Path, seed: int, say: Say, keep: Path | None) -> Part:
    """The whole way of an order and of its invoice, while the pooler is killed and comes back."""
    with _behind(top, Mode.SESSION, seed, keep) as (opened, bouncer):
        opened.environment |= INVOICING
        opened.open(workers=2)
        say(f"session mode: {RATE:g} messages a second, seed {seed}; the pooler is killed for {AWAY_S:.0f} s")
        customers, over = Customers(opened, seed), threading.Event()
        traffic = threading.Thread(target=_traffic, args=(opened, customers, over))
        traffic.start()
        try:
            time.sleep(CALM_S)
            bouncer.kill()
            time.sleep(AWAY_S)
            bouncer.start()
            time.sleep(CALM_S)
        finally:
            over.set()
            traffic.join()
        customers.wait(DRAINED_S)
        part = _counted(opened, customers)
        customers.close()
        return part


def run_transaction(top: Path, seed: int, say: Say, keep: Path | None) -> Part:
    """Each of our processes ends with the reason; and the reason itself, tried out."""
    part = Part("pooler in transaction mode: refused")
    with _behind(top, Mode.TRANSACTION, seed, keep) as (opened, bouncer):
        say("transaction mode: what is lost, and whether our processes notice")
        for what, became in try_out(bouncer.url):
            part.rows.append((what, "kept" if became == "kept" else "lost", became))
            part.violations += [f"{what}: transaction mode kept it"] if became == "kept" else []
        for kind in KINDS:
            ended = opened.spawn(kind).wait(READY_S)
            refused = ended and opened.said(kind, SHARED) > 0
            part.rows.append((f"start of {kind}", "refused" if refused else "RUNS", ""))
            part.violations += [] if refused else [f"{kind} serves behind a pooler in transaction mode"]
    return part


@contextlib.contextmanager
def _behind(top: Path, mode: Mode, seed: int, keep: Path | None) -> Iterator[tuple[House, PgBouncer]]:
    """A house whose processes reach PostgreSQL by the pooler alone; who counts goes there directly."""
    with house(outlets=OUTLETS, seed=seed, keep=keep, proxied=False) as opened:
        postgres = opened.postgres
        if not isinstance(postgres, PostgresServer):
            raise TypeError("the pooler needs the address of a PostgreSQL")
        with PgBouncer(opened.folder / "pgbouncer", top, postgres, mode) as bouncer:
            opened.environment["DATABASE_URL"] = bouncer.url
            yield opened, bouncer
            opened.close_all()


def _traffic(opened: House, customers: Customers, over: threading.Event) -> None:
    while not over.is_set():
        customers.order_at_rate(opened.everybody(), RATE, 1.0)


def _counted(opened: House, customers: Customers) -> Part:
    drained, invoiced = opened.drained(DRAINED_S), opened.invoiced(INVOICED_S)
    part = Part("pooler in session mode", [], violations(opened, customers.said))
    part.violations += [] if drained is not None else [f"I7 the backlog stayed for {DRAINED_S:.0f} s"]
    part.violations += [] if invoiced else ["an invoice was not brought up to its order"]
    refused = sum(not each.accepted for each in customers.said)
    placed = opened.one("SELECT count(*) FROM orders WHERE status = 'placed' AND NOT is_synthetic")
    sent = opened.one("SELECT count(*) FROM invoices WHERE state = 'sent'")
    part.rows = [
        ("messages", str(len(customers.said)), f"{refused} refused for good"),
        ("orders", str(placed), f"{sent} of them invoiced"),
        ("lost, twice or otherwise wrong", str(len(part.violations)), ""),
    ]
    return part
