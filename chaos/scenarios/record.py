"""Rows 11 to 16, 47: PostgreSQL dies, restarts, loses an answer, locks, comes back from a backup."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from sqlalchemy import text

from chaos.scenarios.scenario import Scenario, Trial, metric
from embedded.postgres import binary, package_folder


def down_at_webhooks(trial: Trial) -> None:
    trial.traffic(10, 1)
    trial.house.postgres.kill()
    before = len(trial.customers.said)
    for phone in trial.house.phones(10):
        trial.customers.order(phone)
    trial.customers.wait(60)
    during = trial.customers.said[before:]
    trial.must(not any(each.accepted for each in during), "a 200 without a database")
    trial.note(f"{len(during)} refused with {sorted({s for each in during for s in each.statuses if s})}")
    slowest = max(e.took_ms for e in trial.house.simulator.ledger.entries(kind="webhook", operation="webhook"))
    trial.must(slowest <= 3000, f"a refusal took {slowest:.0f} ms")
    trial.note(f"slowest answer {slowest:.0f} ms")
    trial.house.postgres.start()


def restarts(trial: Trial) -> None:
    for _ in range(4):
        trial.traffic(15, 1.5)
        trial.house.postgres.kill()
        trial.house.postgres.start()
    trial.traffic(15, 1.5)


def first_webhooks_after_it_was_away(trial: Trial) -> None:
    """Every pool still holds connections of before; nobody's message pays for finding that out, and no scrape either."""
    trial.traffic(20, 2)
    trial.settle()
    trial.house.postgres.kill()
    time.sleep(10)
    trial.house.postgres.start()
    before = len(trial.customers.said)
    for phone in trial.house.phones(25):
        trial.customers.order(phone)
    scraped = metric(trial, "tria_database_up")
    trial.customers.wait(60)
    first = trial.customers.said[before:]
    refused = [each.statuses for each in first if not each.accepted]
    trial.must(not refused, f"{len(refused)} of 25 were refused: {refused[:3]}")
    trial.must(scraped == 1.0, "the first scrape said that the database is away")
    trial.note(f"{len(first)} of {len(first)} taken at once")


def commit_answer_lost(trial: Trial) -> None:
    """The proxy passes COMMIT on and cuts the connection before the answer comes back."""
    for _ in range(10):
        trial.house.pg.cut_at = b"COMMIT"
        trial.traffic(10, 0.6)
    trial.house.pg.cut_at = b""
    trial.risky += 10


def backends_terminated(trial: Trial) -> None:
    for _ in range(5):
        trial.traffic(20, 0.8)
        trial.house.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'tria%'")
    trial.traffic(20, 0.8)
    trial.risky += 5
    answers = {e.status for e in trial.house.simulator.ledger.entries(kind="webhook", operation="webhook")}
    trial.must(500 not in answers, "a webhook was answered with 500")


def table_locked(trial: Trial) -> None:
    with trial.house.engine.begin() as connection:
        connection.execute(text("LOCK TABLE conversation_messages"))
        for phone in trial.house.phones(8):
            trial.customers.order(phone)
        time.sleep(5)
    trial.customers.wait(60)
    entries = trial.house.simulator.ledger.entries(kind="webhook", operation="webhook")
    slowest = max(entry.took_ms for entry in entries)
    trial.must(slowest <= 3000, f"an answer took {slowest:.0f} ms under the lock")
    trial.note(f"slowest answer {slowest:.0f} ms, {sorted({e.status for e in entries if e.status})}")


def rows_locked_crosswise(trial: Trial) -> None:
    """Somebody takes rows in the other order than ours, again and again: deadlocks end in another try."""
    trial.customers.order_at_rate(trial.house.phones(5), 10, 1)
    for _ in range(10):
        with trial.house.engine.begin() as connection:
            connection.execute(text("SET LOCAL deadlock_timeout = '100ms'"))
            connection.execute(text("SELECT 1 FROM conversations FOR UPDATE"))
            trial.customers.order_at_rate(trial.house.phones(5), 20, 0.3)
            connection.execute(text("SET LOCAL lock_timeout = '1s'"))
            connection.execute(text("SELECT 1 FROM contacts ORDER BY id FOR UPDATE SKIP LOCKED"))
    trial.customers.wait(60)


def backup_restored(trial: Trial) -> None:
    """What was taken in after the backup is sent by the provider again; what was before it is known."""
    trial.traffic(10, 2)
    trial.settle()
    dump = Path(trial.house.folder) / "backup.sql"
    folder = package_folder()
    subprocess.run(
        [str(binary("pg_dump", folder)), "--data-only", "--format=custom", "-f", str(dump), trial.house.postgres.url],
        check=True,
    )
    known = trial.house.one("SELECT count(*) FROM orders")
    trial.house.close_all()
    trial.house.empty(("conversation_messages", "conversations", "orders", "order_lines", "order_events"))
    trial.house.rows("SELECT 1")
    names = [r[0] for r in trial.house.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    trial.house.empty(names)
    subprocess.run(
        [
            str(binary("pg_restore", folder)),
            "--data-only",
            "--disable-triggers",
            "-d",
            trial.house.postgres.url,
            str(dump),
        ],
        check=True,
    )
    trial.house.open(workers=1)
    trial.must(trial.house.one("SELECT count(*) FROM orders") == known, "orders are missing after the restore")
    trial.traffic(10, 2)
    numbers = trial.house.one("SELECT count(*) - count(DISTINCT number) FROM orders")
    trial.must(numbers == 0, "an order number was given twice")
    trial.note(f"{known} orders restored, numbering goes on")


SCENARIOS = (
    Scenario("PostgreSQL is down at webhooks", down_at_webhooks),
    Scenario("PostgreSQL killed and started four times", restarts),
    Scenario("the first webhooks after PostgreSQL was away", first_webhooks_after_it_was_away),
    Scenario("the answer to COMMIT is lost, ten times", commit_answer_lost, quick=True),
    Scenario("backends terminated five times", backends_terminated),
    Scenario("the table is locked for five seconds", table_locked),
    Scenario("rows locked crosswise", rows_locked_crosswise),
    Scenario("a backup is restored", backup_restored),
)
