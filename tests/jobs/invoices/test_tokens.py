"""One login for all workers: refreshed by one, stored before use, survived when an answer is lost, and never in the open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from bot.errors import NotConnectedError, TemporaryError
from bot.runtime import Runtime
from bot.settings.load import load_settings
from jobs.invoices.accounting import accounting_of, token_store
from jobs.invoices.push import push
from simulator.config import changed
from simulator.faults import Fault, FaultKind
from tests.till import MakeTill, Till

REFRESH = "token.refresh_token"


def access(runtime: Runtime, refused: str | None = None) -> str:
    return token_store(runtime)[1].access(refused)


def test_ten_workers_and_one_expiry_are_one_refresh(till: Till) -> None:
    access(till.runtime)
    till.xero.identity.expire()
    till.change("UPDATE accounting_connection SET access_until = now()")
    workers = [Runtime(till.runtime.settings) for _ in range(10)]
    till.simulator.faults.add(Fault(FaultKind.DELAY, "xero", REFRESH, delay_s=0.5))
    try:
        with ThreadPoolExecutor(10) as pool:
            tokens = list(pool.map(access, workers))
    finally:
        for worker in workers:
            worker.close()
    assert len(set(tokens)) == 1
    assert (till.xero.identity.refreshes, till.xero.identity.refused) == (2, 0)


def test_a_token_that_xero_refuses_early_is_refreshed_once_and_the_call_made_again(till: Till) -> None:
    till.order()
    till.push()
    till.xero.identity.expire()
    till.order("50 10 inch pizza box", number="+6580000108")
    till.push()
    assert len(till.there()) == 2
    assert till.xero.identity.refreshes == 2


def test_after_a_lost_refresh_answer_the_old_token_is_tried_again(till: Till) -> None:
    till.simulator.faults.add(Fault(FaultKind.ACCEPT_THEN_DROP, "xero", REFRESH))
    with pytest.raises(TemporaryError):
        access(till.runtime)
    assert access(till.runtime)
    assert (till.xero.identity.refreshes, till.xero.identity.refused) == (2, 0)
    assert till.shop.one("SELECT blocked FROM accounting_connection") is None


def test_tokens_are_sealed_in_the_database_and_open_under_the_key_before(make_till: MakeTill) -> None:
    till = make_till(secret_key="a" * 32)
    token = access(till.runtime)
    row = str(till.shop.rows("SELECT * FROM accounting_connection"))
    assert token not in row
    assert "simulator-xero-refresh-token" not in row
    rotated = load_settings(
        _env_file=None, xero_client_id="simulator", secret_key="b" * 32, secret_key_previous="a" * 32
    )
    assert access(Runtime(rotated)) == token


def test_a_new_token_in_the_settings_begins_anew(till: Till) -> None:
    access(till.runtime)
    till.xero.config = changed(till.xero.config, {"xero_refresh_token": "another-token-of-the-operator"})
    till.xero.identity.forget()
    settings = till.runtime.settings.model_copy(
        update={"xero_refresh_token": type(till.runtime.settings.secret_key)("another-token-of-the-operator")}
    )
    till.change("UPDATE accounting_connection SET blocked = 'revoked'")
    assert access(Runtime(settings))
    assert till.shop.one("SELECT blocked FROM accounting_connection") is None


def test_a_revoked_login_blocks_invoices_and_no_order_with_one_failure_and_goes_on_after_connecting(till: Till) -> None:
    till.order()
    till.push()
    till.xero.identity.revoke()
    till.xero.identity.expire()
    numbers = [
        till.order(f"{count} 10 inch pizza box", number=phone)
        for count, phone in ((50, "+6580000108"), (70, "+6580000115"))
    ]
    for _ in range(3):
        till.push()
    assert till.shop.rows("SELECT kind, reference FROM failures WHERE resolved_at IS NULL") == [
        ("invoice", "connection")
    ]
    assert till.shop.one("SELECT count(*) FROM orders WHERE status = 'placed'") == 3
    refused = till.xero.identity.refused
    till.push()
    assert till.xero.identity.refused == refused
    identity, store = token_store(till.runtime)
    till.xero.identity.forget()
    store.connect(identity.refresh("simulator-xero-refresh-token"), till.runtime.settings.xero_tenant_id, "ops")
    till.due_now()
    till.push()
    assert [len(till.there(number)) for number in numbers] == [1, 1]
    assert till.shop.one("SELECT count(*) FROM failures WHERE resolved_at IS NULL") == 0


def test_before_anybody_connected_orders_are_taken_and_invoices_wait_without_an_alert(make_till: MakeTill) -> None:
    till = make_till(
        xero_client_id="id", xero_client_secret="secret", xero_tenant_id="connect", xero_refresh_token="connect"
    )
    number = till.order()
    till.push()
    assert till.invoice(number)["state"] == "pending"
    assert till.shop.one("SELECT count(*) FROM failures") == 0
    with pytest.raises(NotConnectedError, match="flask xero connect"):
        accounting_of(till.runtime)


def test_a_worker_that_runs_follows_to_the_organisation_that_is_connected_now(make_till: MakeTill) -> None:
    till = make_till(
        xero_client_id="app", xero_client_secret="app-secret", xero_tenant_id="connect", xero_refresh_token="connect",
    )  # fmt: skip
    url = till.simulator.url
    till.runtime.settings = till.runtime.settings.model_copy(
        update={"xero_api_base_url": url, "xero_identity_base_url": url}
    )
    till.xero.config = changed(till.xero.config, {"xero_client_id": "app", "xero_client_secret": "app-secret"})
    identity, store = token_store(till.runtime)
    first = identity.refresh("simulator-xero-refresh-token")
    store.connect(first, till.xero.config.xero_tenant_id, "ops")
    till.order()
    till.push()
    assert till.shop.one("SELECT count(*) FROM accounting_links") == 1
    till.xero.config = changed(till.xero.config, {"xero_tenant_id": "another-organisation"})
    till.xero.books.invoices.clear()
    till.xero.books.contacts.clear()
    store.connect(identity.refresh(first.refresh), "another-organisation", "ops")
    number = till.order("50 10 inch pizza box", number="+6580000108")
    till.push()
    assert [row["Status"] for row in till.there(number)] == ["DRAFT"]
    assert till.invoice(number)["state"] == "sent"


def test_no_token_is_in_a_log_line_or_a_failure(till: Till, capsys: pytest.CaptureFixture[str]) -> None:
    till.simulator.faults.add(Fault(FaultKind.ERROR, "xero", "invoices.create", status=503))
    till.order()
    token = access(till.runtime)
    push(till.runtime)
    with till.runtime.engine.connect() as connection:
        kept = str(connection.execute(text("SELECT * FROM failures")).all()) + str(
            till.shop.rows("SELECT * FROM invoices")
        )
    said = capsys.readouterr().out + kept
    assert token not in said
    assert "simulator-xero-secret" not in said


def test_access_tokens_that_run_out_at_once_block_nothing_and_the_invoice_goes_out_later(till: Till) -> None:
    number = till.order()
    usual = till.xero.config
    till.xero.config = changed(usual, {"xero_access_s": 0.0})
    till.push()
    row = till.invoice(number)
    assert (row["state"], row["attempts"]) == ("pending", 0)
    assert till.shop.one("SELECT blocked FROM accounting_connection") is None
    till.xero.config = usual
    till.due_now()
    till.push()
    assert till.invoice(number)["state"] == "sent"
