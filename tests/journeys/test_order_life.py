"""What happens to an order over time and by other hands: approval, contract prices, reminders, two writers at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, text

from jobs.process_conversation import process
from tests.conftest import Shop
from tests.handlers.cli.conftest import Terminal
from tests.people import WhatsApp, work

LINES = "SELECT l.sku, l.quantity FROM order_lines l JOIN orders o ON o.id = l.order_id ORDER BY o.id, l.position"
STATUS = "SELECT status FROM orders ORDER BY id"
MAX_STATEMENTS = 12


@pytest.fixture
def phone(shop: Shop, client: FlaskClient) -> WhatsApp:
    return WhatsApp(shop, client)


@pytest.fixture
def flask(phone: WhatsApp) -> Terminal:
    return Terminal(phone.client.application)


def ring(shop: Shop, alarm: str) -> None:
    """Lets an alarm of every conversation have come."""
    with shop.runtime.engine.begin() as connection:
        connection.execute(
            text(f"UPDATE conversations SET {alarm} = now() - interval '1 s', due_at = now() - interval '1 s'")
        )


# -- a person's approval


def test_an_approved_order_is_placed_and_the_customer_is_told(shop: Shop, phone: WhatsApp, flask: Terminal) -> None:
    phone.say("10001 liners")
    number = str(shop.one("SELECT number FROM orders"))
    assert shop.one("SELECT reason FROM escalations WHERE closed_at IS NULL") == "approval: quantity"
    result = flask("orders", "approve", number, "--by", "Mei")
    assert result.exit_code == 0, result.output
    assert shop.rows(STATUS) == [("placed",)]
    (told,) = phone.heard(after=phone.last_id)
    assert f"{number} is approved and placed" in told
    assert "- Outlet: Canadian Pizza Pasir Ris" in told
    assert shop.rows("SELECT actor, action FROM audit WHERE action LIKE '%order'") == [("Mei", "approved_order")]
    assert shop.one("SELECT count(*) FROM escalations WHERE closed_at IS NULL") == 0
    assert shop.one("SELECT kind FROM order_events ORDER BY id DESC LIMIT 1") == "approved"


def test_an_order_is_approved_once(shop: Shop, phone: WhatsApp, flask: Terminal) -> None:
    phone.say("10001 liners")
    number = str(shop.one("SELECT number FROM orders"))
    flask("orders", "approve", number)
    again = flask("orders", "approve", number)
    assert again.exit_code == 2
    assert "does not wait for approval" in again.output


def test_a_declined_order_is_not_placed(shop: Shop, phone: WhatsApp, flask: Terminal) -> None:
    phone.say("10001 liners")
    flask("orders", "decline", str(shop.one("SELECT number FROM orders")))
    assert shop.rows(STATUS) == [("cancelled",)]
    assert "could not be approved" in phone.heard(after=phone.last_id)[0]


def test_a_declined_change_takes_the_order_back_to_what_it_was(shop: Shop, phone: WhatsApp, flask: Terminal) -> None:
    phone.say("6000 liners")
    before = shop.rows("SELECT subtotal, tax, total FROM orders")
    phone.say("add 5000 liners")
    assert shop.rows(STATUS) == [("awaiting_approval",)]
    phone.say("add 2 ctn 10in box")
    flask("orders", "decline", str(shop.one("SELECT number FROM orders")))
    assert shop.rows(STATUS) == [("placed",)]
    assert shop.rows(LINES) == [("LN-PZ", 6000)]
    assert shop.rows("SELECT subtotal, tax, total FROM orders") == before
    assert "stays as it was before" in phone.heard(after=phone.last_id)[0]


# -- contract prices


def prices(folder: Path, *rows: str) -> str:
    path = folder / "prices.csv"
    path.write_text("\n".join(["customer,sku,unit_price,valid_from,valid_to", *rows]) + "\n", "utf-8")
    return str(path)


def test_a_contract_price_is_told_and_charged_from_its_first_day(
    shop: Shop, phone: WhatsApp, flask: Terminal, tmp_path: Path
) -> None:
    customer = shop.one("SELECT c.name FROM customers c JOIN outlets o ON o.customer_id = c.id WHERE o.code = 'CP-PR'")
    phone.say("how much is the 10in box?")
    assert "SGD\u00a00.28" in phone.said[0]
    done = flask(
        "prices",
        "import",
        prices(tmp_path, f"{customer},PB10-K,0.25,2026-01-01,", f"{customer},LN-PZ,0.01,2099-01-01,"),
    )
    assert done.exit_code == 0, done.output
    phone.say("how much is the 10in box?")
    assert "SGD\u00a00.25" in phone.said[0]
    phone.say("2 ctn 10in box and 1 pkt liner")
    assert [str(row[0]) for row in shop.rows("SELECT unit_price FROM order_lines ORDER BY position")] == [
        "0.2500",
        "0.0300",
    ]


def test_a_later_price_ends_the_open_one_before_it(shop: Shop, flask: Terminal, tmp_path: Path) -> None:
    customer = shop.one("SELECT name FROM customers ORDER BY id LIMIT 1")
    flask("prices", "import", prices(tmp_path, f"{customer},PB10-K,0.25,2026-01-01,"))
    flask("prices", "import", prices(tmp_path, f"{customer},PB10-K,0.24,2026-07-01,"))
    again = flask.json("prices", "import", prices(tmp_path, f"{customer},PB10-K,0.24,2026-07-01,"), "--json")
    assert again == {"written": 0, "unchanged": 1, "dry_run": False}
    rows = shop.rows("SELECT unit_price, valid_from::text, valid_to::text FROM contract_prices ORDER BY valid_from")
    assert [(str(price), first, last) for price, first, last in rows] == [
        ("0.2500", "2026-01-01", "2026-06-30"),
        ("0.2400", "2026-07-01", None),
    ]


def test_a_bad_row_keeps_the_whole_file_out(shop: Shop, flask: Terminal, tmp_path: Path) -> None:
    customer = shop.one("SELECT name FROM customers ORDER BY id LIMIT 1")
    rows = (
        f"{customer},PB10-K,0.25,2026-01-01,",
        f"{customer},NO-SUCH,1,2026-01-01,",
        f"{customer},LN-PZ,0,2026-01-01,",
    )
    result = flask("prices", "import", prices(tmp_path, *rows))
    assert result.exit_code == 2
    assert "row 4" in result.output
    result = flask("prices", "import", prices(tmp_path, *rows[:2]))
    assert "row 3: there is no product 'NO-SUCH'" in result.output
    assert shop.one("SELECT count(*) FROM contract_prices") == 0


def test_two_periods_of_one_product_never_overlap_whoever_writes_them(shop: Shop) -> None:
    insert = text(
        "INSERT INTO contract_prices (customer_id, product_id, unit_price, valid_from, valid_to)"
        " SELECT (SELECT min(id) FROM customers), (SELECT min(id) FROM products), 1, :first, :last"
    )
    with shop.runtime.engine.begin() as connection:
        connection.execute(insert, {"first": "2026-01-01", "last": "2026-06-30"})
        connection.execute(insert, {"first": "2026-07-01", "last": None})
    with pytest.raises(Exception, match="ex_contract_prices_period"), shop.runtime.engine.begin() as connection:
        connection.execute(insert, {"first": "2026-06-30", "last": "2026-07-01"})


# -- time


def test_a_draft_is_reminded_of_once_then_expires_and_says_so(shop: Shop, phone: WhatsApp) -> None:
    phone.say("2 ctn alumminium foil")
    assert shop.one("SELECT due_at = remind_at AND remind_at < expire_at FROM conversations")
    ring(shop, "remind_at")
    (reminder,) = phone.work()
    assert "A short reminder" in reminder
    assert phone.buttons[0][0] == "Yes"
    assert shop.one("SELECT remind_at IS NULL AND due_at = expire_at FROM conversations")
    ring(shop, "expire_at")
    (expired,) = phone.work()
    assert "Nothing is placed" in expired
    assert shop.rows(STATUS) == [("expired",)]
    assert shop.one("SELECT due_at IS NULL AND expire_at IS NULL FROM conversations")
    assert shop.one("SELECT kind FROM order_events ORDER BY id DESC LIMIT 1 OFFSET 1") == "expired"


def test_who_opted_out_is_not_reminded_but_told_of_the_end(shop: Shop, phone: WhatsApp) -> None:
    phone.say("2 ctn alumminium foil")
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE contacts SET opted_out_at = now()"))
    ring(shop, "remind_at")
    assert phone.work() == []
    ring(shop, "expire_at")
    assert len(phone.work()) == 1


def test_no_more_reminders_than_may_be_said_in_a_day(shop: Shop, phone: WhatsApp) -> None:
    most = shop.runtime.settings.max_proactive_messages_per_day
    said = 0
    for _ in range(most + 1):
        phone.say("2 ctn alumminium foil")
        ring(shop, "remind_at")
        said += len(phone.work())
        phone.say("no")
    assert said == most


def test_outside_whatsapps_window_nothing_is_reminded(shop: Shop, phone: WhatsApp) -> None:
    phone.say("2 ctn alumminium foil")
    with shop.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE contacts SET last_inbound_at = now() - interval '25 hours'"))
    ring(shop, "remind_at")
    assert phone.work() == []


# -- history, cost, two writers


def test_every_change_is_in_the_history_with_what_was_before(shop: Shop, phone: WhatsApp) -> None:
    phone.say("2 ctn 10in box")
    phone.say("add 2 pkt liner")
    phone.say("cancel my order")
    rows = shop.rows("SELECT kind, detail FROM order_events WHERE detail <> '{}' ORDER BY id")
    assert [row[0] for row in rows] == ["placed", "changed", "cancelled"]
    changed = dict(rows[1][1])  # type: ignore[call-overload]
    assert changed["before"]["lines"][0][:3] == ["PB10-K", "Pizza Box 10 inch Brown Kraft", "200.000"]
    assert [line[0] for line in changed["lines"]] == ["PB10-K", "LN-PZ"]


def test_a_plain_order_costs_few_statements(shop: Shop, phone: WhatsApp) -> None:
    """From the webhook to the written reply; two more claim and finish the sending."""
    phone.say("hello")
    statements: list[str] = []

    def count(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(shop.runtime.engine, "before_cursor_execute", count)
    try:
        phone.post(phone.form("2 ctn 10in box and 2 pkt liner"))
        process(shop.runtime, 1)
    finally:
        event.remove(shop.runtime.engine, "before_cursor_execute", count)
    assert shop.rows(STATUS) == [("placed",)]
    assert len(statements) + 2 <= MAX_STATEMENTS, statements


def test_two_phones_of_one_outlet_change_one_order_and_nothing_is_lost(
    shop: Shop, phone: WhatsApp, client: FlaskClient
) -> None:
    """Both read the order at the same version; the second to write is fenced, reads again and adds to the first's."""
    other = WhatsApp(shop, client, number="+6580000555")
    with shop.runtime.engine.begin() as connection:
        connection.execute(
            text(
                "WITH k AS (INSERT INTO contacts (channel, address) VALUES ('whatsapp', '+6580000555') RETURNING id)"
                " INSERT INTO contact_outlets (contact_id, outlet_id, bound_by)"
                " SELECT k.id, o.id, 'test' FROM k, outlets o WHERE o.code = 'CP-PR'"
            )
        )
    phone.say("2 ctn 10in box")
    for turn in range(4):
        phone.post(phone.form(f"add {turn + 1} pkt liner"))
        other.post(other.form(f"add {turn + 1} ctn 12oz hot cup"))
        ids = [int(str(row[0])) for row in shop.rows("SELECT id FROM conversations ORDER BY id")]
        threads = [threading.Thread(target=process, args=(shop.runtime, id_)) for id_ in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with shop.runtime.engine.begin() as connection:
            connection.execute(text("UPDATE conversations SET due_at = now() WHERE due_at IS NOT NULL"))
        work(shop)
    assert shop.rows(LINES) == [("PB10-K", 200), ("LN-PZ", 500), ("CP12-H", 10000)] or sorted(
        shop.rows(LINES)
    ) == sorted([("PB10-K", 200), ("LN-PZ", 500), ("CP12-H", 10000)])
    assert shop.rows(
        "SELECT total = subtotal + tax, subtotal = (SELECT sum(line_total) FROM order_lines) FROM orders"
    ) == [(True, True)]
    assert shop.one("SELECT count(*) FROM conversation_messages WHERE state = 'received'") == 0
