"""How each issue of the runbook comes about. By the issue's title; what the page then says is typed by `play`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass

import psycopg2
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from chaos.house import INVOICING
from chaos.rehearsal.stage import ALL, Stage
from jobs.access.binding import bind, contact_of, outlet_of
from models import schema
from simulator import twilio
from simulator.faults import Fault, FaultKind

STRANGE_PHONE = "+6591234567"
UNKNOWN_WORDS = "5 ctn wobblers"
WRONG_ADDRESS = "https://wrong.example"


def _nothing(_stage: Stage) -> None:
    return


@dataclass(frozen=True, slots=True)
class Play:
    """`breaks` brings it about; `elsewhere` is what others mend (a provider that is well again) before the page's own commands;
    `afterwards` looks at what the page cannot show. `settings` are those of the processes."""

    breaks: Callable[[Stage], None]
    elsewhere: Callable[[Stage], None] = _nothing
    afterwards: Callable[[Stage], None] = _nothing
    settings: Mapping[str, str] | None = None


def worker_is_down(stage: Stage) -> None:
    stage.units.stop("tria-worker@blue")
    stage.orders(5)
    stage.later(120)


def all_are_answered(stage: Stage) -> None:
    stage.must(stage.house.drained(60) is not None, "messages are still without an answer")


def column_is_gone(stage: Stage) -> None:
    stage.house.change("ALTER TABLE products RENAME COLUMN category TO category_old")


def schema_is_behind(stage: Stage) -> None:
    for unit in ALL:
        stage.units.stop(unit)
    scripts = ScriptDirectory.from_config(schema.alembic_config(""))
    before = scripts.get_revision(schema.head_revision()).down_revision
    schema.downgrade(stage.house.settings.database_url, str(before))
    stage.units.start("tria-worker@blue")
    stage.units.wait_until_ended("tria-worker@blue")


def a_lock_is_held(stage: Stage) -> None:
    """By a session that then does nothing, as one that somebody forgot in a terminal."""
    ready = threading.Event()

    def hold() -> None:
        url = make_url(stage.house.postgres.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
            cursor.execute("LOCK TABLE conversation_messages")
            cursor.execute("SELECT pg_sleep(5)")
            ready.set()
            released.wait()

    released = threading.Event()
    stage.undo.append(released.set)
    threading.Thread(target=hold, daemon=True).start()
    ready.wait(30)


def postgres_is_down(stage: Stage) -> None:
    stage.orders(3)
    stage.units.stop("postgresql")


def nothing_may_be_written(stage: Stage) -> None:
    stage.house.rows("SELECT 1")
    with stage.house.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ALTER DATABASE tria SET default_transaction_read_only = on")
    stage.house.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'tria%'")


def redis_is_down(stage: Stage) -> None:
    stage.units.stop("redis-server")
    stage.orders(4)
    stage.must(stage.house.drained(60) is not None, "without Redis nobody was answered")


def orders_keep_coming(stage: Stage) -> None:
    def order() -> None:
        stage.customers.order_at_rate(stage.house.phones(30), 4, 12)

    ordering = threading.Thread(target=order)
    ordering.start()
    stage.undo.append(ordering.join)


def xero_refuses(stage: Stage) -> None:
    for operation in ("invoices.create", "invoices.update"):
        stage.house.simulator.faults.add(Fault(FaultKind.ERROR, "xero", operation, count=None, status=400))
    stage.orders(3)
    stage.until("SELECT count(*) FROM failures WHERE kind = 'invoice' AND resolved_at IS NULL")


def openai_fails(stage: Stage) -> None:
    stage.house.simulator.faults.add(Fault(FaultKind.ERROR, "openai", count=None, status=500))
    sender = stage.house.simulator.simulator.from_whatsapp
    for phone in stage.house.phones(3):
        sender.send(twilio.build_form(sender.config, phone, UNKNOWN_WORDS))
    stage.must(stage.house.drained(60) is not None, "without the language model nobody was answered")


def twilio_refuses(stage: Stage) -> None:
    stage.house.simulator.faults.add(
        Fault(FaultKind.ERROR, "twilio", "messages.create", count=None, status=401, code=20003)
    )
    stage.orders(3)
    stage.until("SELECT count(*) = 3 FROM failures WHERE kind = 'deliver' AND resolved_at IS NULL")


def others_are_well_again(stage: Stage) -> None:
    stage.house.simulator.faults.remove()


def a_message_breaks_the_worker(stage: Stage) -> None:
    """Its fifth try: what it holds cannot be what it says it is."""
    stage.units.stop("tria-worker@blue")
    stage.orders(1)
    stage.house.change(
        "UPDATE conversation_messages SET kind = 'contact', payload = '[]', attempts = 4 WHERE direction = 'inbound'"
        " AND conversation_id IN (SELECT c.id FROM conversations c JOIN contacts k ON k.id = c.contact_id WHERE NOT k.is_synthetic)"
    )
    stage.units.start("tria-worker@blue")
    stage.until("SELECT count(*) FROM conversation_messages WHERE state = 'parked'")
    stage.names["FAILURE"] = str(stage.house.one("SELECT id FROM failures WHERE resolved_at IS NULL"))


def the_row_is_put_right(stage: Stage) -> None:
    stage.house.change("UPDATE conversation_messages SET kind = 'text', payload = '{}' WHERE state = 'parked'")


def address_is_wrong(stage: Stage) -> None:
    stage.names["RIGHT_PUBLIC_URL"] = stage.house.settings.public_url
    stage.units.stop("tria-web@blue")
    stage.configure({"PUBLIC_URL": WRONG_ADDRESS})
    stage.units.start("tria-web@blue")
    stage.house.wait_for_web()
    stage.orders(2)
    stage.must(not any(each.accepted for each in stage.customers.said), "a webhook with a wrong signature was taken")


def customers_write_again(stage: Stage) -> None:
    stage.orders(2)
    stage.must(all(each.accepted for each in stage.customers.said[-2:]), "webhooks are still refused")


def a_stranger_is_bound(stage: Stage) -> None:
    with stage.house.engine.begin() as connection:
        outlet = outlet_of(connection, "CH00001")
        bind(connection, contact_of(connection, "whatsapp", STRANGE_PHONE), [outlet], by="rehearsal", actor="rehearsal")
    stage.names |= {"OUTLET": "CH00001", "CONTACT": STRANGE_PHONE}


def the_stranger_orders_nothing(stage: Stage) -> None:
    stage.must(
        STRANGE_PHONE not in stage.shell('flask contacts list --outlet "$OUTLET"').stdout, "the stranger is still bound"
    )
    sender = stage.house.simulator.simulator.from_whatsapp
    sender.send(twilio.build_form(sender.config, STRANGE_PHONE, "113 pcs Pizza Box 10 inch Brown Kraft"))
    all_are_answered(stage)
    stage.must(not stage.house.one("SELECT count(*) FROM orders WHERE NOT is_synthetic"), "the stranger ordered")


def an_order_is_disputed(stage: Stage) -> None:
    stage.orders(1)
    stage.until("SELECT count(*) FROM orders WHERE NOT is_synthetic")
    number, message, conversation = stage.house.rows(
        "SELECT number, message_id, conversation_id FROM orders WHERE NOT is_synthetic"
    )[0]
    stage.names |= {"ORDER": str(number), "MESSAGE": str(message), "CONVERSATION": str(conversation)}


def somebody_complains(stage: Stage) -> None:
    sender = stage.house.simulator.simulator.from_whatsapp
    sender.send(twilio.build_form(sender.config, stage.house.phones(1)[0], "the boxes came broken, I want to complain"))
    stage.until("SELECT count(*) FROM escalations WHERE closed_at IS NULL")
    stage.names["ESCALATION"] = str(stage.house.one("SELECT id FROM escalations WHERE closed_at IS NULL"))


def a_token_leaked(stage: Stage) -> None:
    stage.names |= {
        "NEW_TOKEN": "rehearsal-" + "7c1f" * 6, "API_TOKEN": stage.house.settings.api_token.get_secret_value(),
    }  # fmt: skip


def the_database_is_lost(stage: Stage) -> None:
    """A backup, orders after it, and then no database at all."""
    stage.orders(5)
    all_are_answered(stage)
    stage.must(stage.shell("flask backup create").returncode == 0, "no backup could be made")
    office = stage.house.simulator.simulator
    for phone in stage.house.phones(8)[5:]:
        office.from_whatsapp.send(
            twilio.build_form(office.from_whatsapp.config, phone, "113 pcs Pizza Box 10 inch Brown Kraft"),
            office.twilio,
        )
    all_are_answered(stage)
    url = make_url(stage.house.environment["DATABASE_URL"])
    stage.names["NEW_DATABASE_URL"] = url.set(database="tria_restored").render_as_string(hide_password=False)


def it_is_dropped(stage: Stage) -> None:
    stage.house.engine.dispose()
    url = make_url(stage.house.postgres.url).set(drivername="postgresql", database="postgres")
    with closing(psycopg2.connect(url.render_as_string(hide_password=False))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE tria WITH (FORCE)")


def the_database_is_back(stage: Stage) -> None:
    """For the plays that come after this one, which use the first name."""
    for unit in ALL:
        stage.units.stop(unit)
    url = make_url(stage.house.postgres.url).set(drivername="postgresql", database="postgres")
    with closing(psycopg2.connect(url.render_as_string(hide_password=False))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("ALTER DATABASE tria_restored RENAME TO tria")
    stage.must(
        stage.house.one("SELECT count(*) FROM orders WHERE NOT is_synthetic") == 5, "the five orders are not back"
    )


PLAYS: Mapping[str, Play] = {
    "Customers get no answer": Play(worker_is_down, afterwards=all_are_answered),
    "The API answers 500": Play(column_is_gone),
    "The schema is not this code's": Play(schema_is_behind),
    "Answers are slow": Play(a_lock_is_held),
    "PostgreSQL does not answer": Play(postgres_is_down, afterwards=all_are_answered),
    "PostgreSQL refuses to write": Play(nothing_may_be_written),
    "Redis does not answer": Play(redis_is_down),
    "Memory grows": Play(orders_keep_coming, afterwards=all_are_answered),
    "The disk fills up": Play(_nothing),
    "Invoices do not reach Xero": Play(xero_refuses, others_are_well_again, settings=INVOICING),
    "The language model fails": Play(openai_fails, settings={"OPENAI_API_KEY": "sk-simulated"}),
    "Replies do not leave": Play(twilio_refuses, others_are_well_again, all_are_answered),
    "A message failed for good": Play(a_message_breaks_the_worker, the_row_is_put_right, all_are_answered),
    "Webhooks are refused": Play(address_is_wrong, afterwards=customers_write_again),
    "Somebody orders who must not": Play(a_stranger_is_bound, afterwards=the_stranger_orders_nothing),
    "A customer says something else was ordered": Play(an_order_is_disputed),
    "A customer waits for a person": Play(somebody_complains),
    "A secret leaked": Play(a_token_leaked),
    "Backups are old": Play(_nothing),
    "The record is lost": Play(the_database_is_lost, it_is_dropped, the_database_is_back),
}
