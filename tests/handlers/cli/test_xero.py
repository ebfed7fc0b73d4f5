"""`flask xero`: what a person types to connect, to look, to load, to compare and to send again."""

from __future__ import annotations

import json
import threading
from typing import Any

import httpx
import pytest
from click.testing import Result

from bot.errors import BadInputError, PermanentError
from embedded.ports import free_port
from handlers import create_app
from handlers.cli.xero_login import code_of
from simulator.config import changed
from simulator.xero_countries import COUNTRIES
from tests.till import MakeTill, Till


class Desk:
    """A terminal beside a till."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.app = create_app(till.runtime)

    def __call__(self, *words: str, typed: str | None = None) -> Result:
        return self.app.test_cli_runner().invoke(args=["xero", *words], input=typed)

    def json(self, *words: str, exit_code: int = 0) -> Any:
        result = self(*words, "--json")
        assert result.exit_code == exit_code, result.output
        return json.loads(result.stdout)


@pytest.fixture
def desk(till: Till) -> Desk:
    return Desk(till)


def test_check_names_the_organisation_and_what_is_left(desk: Desk) -> None:
    found = desk.json("check")
    assert list(found) == [
        "organisation",
        "currency",
        "country",
        "tax_type_ok",
        "account_ok",
        "limits",
        "ok",
        "problems",
    ]
    assert (found["organisation"], found["currency"], found["country"]) == ("Demo Company (SG)", "SGD", "SG")
    assert (found["tax_type_ok"], found["account_ok"], found["ok"], found["problems"]) == (True, True, True, [])
    assert 0 < found["limits"]["minute"] <= 60
    assert "Demo Company (SG)" in desk("check").output


def test_check_without_credentials_says_not_configured(make_till: MakeTill) -> None:
    found = Desk(make_till(xero_client_id="")).json("check", exit_code=1)
    assert (found["ok"], found["organisation"]) == (False, None)
    assert "not configured" in found["problems"][0]


@pytest.mark.parametrize(
    ("changes", "country", "words"),
    [
        (
            {"xero_tax_type": "OUTPUT2"},
            "SG",
            "OUTPUT2 is the 20 % of the United Kingdom or the 15 % of New Zealand); with 9 % there is OUTPUTY24",
        ),
        (
            {"xero_tax_type": "OUTPUTY23"},
            "SG",
            "OUTPUTY23 is 8 % there and orders are taxed with 9 %; with 9 % there is OUTPUTY24",
        ),
        ({"xero_tax_type": "INPUTY24"}, "SG", "the organisation sells with no tax type INPUTY24"),
        ({"xero_sales_account_code": "999"}, "SG", "the organisation has no account 999; sales accounts are 200, 260"),
        (
            {"xero_sales_account_code": "310"},
            "SG",
            "the account 310 (Cost of Goods Sold) is for directcosts, not for sales",
        ),
        ({}, "GB", "CURRENCY is SGD and the organisation's currency is GBP"),
    ],
)
def test_a_wrong_tax_type_account_or_currency_is_refused_with_words_and_nothing_is_invoiced(
    make_till: MakeTill,
    changes: dict[str, Any],
    country: str,
    words: str,
) -> None:
    till = make_till(**changes)
    till.xero.books.country = COUNTRIES[country]
    found = Desk(till).json("check", exit_code=1)
    assert words in " ".join(found["problems"])
    number = till.order()
    till.push()
    assert till.there() == []
    assert till.invoice(number)["state"] == "pending"
    shown = Desk(till).app.test_cli_runner().invoke(args=["orders", "show", number, "--json"])
    assert json.loads(shown.stdout)["invoice"]["status"] == "blocked"


def test_load_plans_without_writing_writes_what_it_planned_and_then_nothing(desk: Desk) -> None:
    xero, ledger = desk.till.xero, desk.till.simulator.ledger
    planned = desk.json("load", "--dry-run")
    assert (xero.books.contacts, xero.books.items) == ({}, {})
    assert not [e for e in ledger.entries(provider="xero") if e.operation.endswith((".update", ".create"))]
    customers = desk.till.shop.one("SELECT count(*) FROM customers")
    products = desk.till.shop.one("SELECT count(*) FROM products WHERE is_active")
    assert planned == {
        "contacts": {"create": customers, "update": 0, "skip": 0},
        "items": {"create": products, "update": 0, "skip": 0},
    }
    assert desk.json("load") == planned
    assert (len(xero.books.contacts), len(xero.books.items)) == (customers, products)
    again = desk.json("load")
    assert again["contacts"] == {"create": 0, "update": 0, "skip": customers}
    assert again["items"] == {"create": 0, "update": 0, "skip": products}


def test_a_renamed_customer_is_renamed_and_a_contact_made_by_hand_is_taken_over(desk: Desk) -> None:
    books = desk.till.xero.books
    by_hand = books.contact({"Name": "canadian pizza TAMPINES"})
    desk.json("load")
    assert by_hand["ContactID"] in books.contacts
    assert len(books.contacts) == desk.till.shop.one("SELECT count(*) FROM customers")
    desk.till.change(
        "UPDATE customers SET name = 'Pasir Ris & Söhne <Ltd> 有限公司' WHERE name = 'Canadian Pizza Pasir Ris'"
    )
    assert desk.json("load")["contacts"]["update"] == 1
    assert "Pasir Ris & Söhne <Ltd> 有限公司" in {row["Name"] for row in books.contacts.values()}
    assert len(books.contacts) == desk.till.shop.one("SELECT count(*) FROM customers")


def test_load_refuses_before_any_write_when_xero_is_away(desk: Desk) -> None:
    desk.till.xero.identity.revoke()
    assert desk("load").exit_code == 1
    assert desk.till.xero.books.contacts == {}


def test_reconcile_names_what_is_missing_extra_and_differs(desk: Desk) -> None:
    till = desk.till
    numbers = [
        till.order(f"{count} 10 inch pizza box", number=phone)
        for count, phone in ((100, "+6580000101"), (50, "+6580000108"), (70, "+6580000115"))
    ]
    till.push()
    assert desk.json("reconcile") == {
        "orders": 3,
        "invoices": 3,
        "missing": [],
        "extra": [],
        "differing": [],
        "ok": True,
    }
    books = till.xero.books
    missing, differing = till.there(numbers[0])[0], till.there(numbers[1])[0]
    del books.invoices[missing["InvoiceID"]]
    differing["Total"] += 1
    books.invoices["x"] = till.there(numbers[2])[0] | {"InvoiceID": "x", "InvoiceNumber": "SO-999999"}
    found = desk.json("reconcile", exit_code=1)
    assert (found["missing"], found["extra"]) == ([numbers[0]], ["SO-999999"])
    assert [each["number"] for each in found["differing"]] == [numbers[1]]
    said = desk("reconcile").output
    assert f"flask xero resend {numbers[0]}" in said
    assert desk("reconcile", "--day", "2020-01-01").exit_code == 0
    assert desk("reconcile", "--day", "yesterday").exit_code == 2


def test_resend_makes_what_is_missing_and_never_a_second_one(desk: Desk) -> None:
    number = desk.till.order()
    desk.till.push()
    assert desk.json("resend", number) == {"number": number, "resent": True}
    desk.till.push()
    assert len(desk.till.there(number)) == 1
    desk.till.xero.books.invoices.clear()
    desk("resend", number.lower())
    desk.till.push()
    assert len(desk.till.there(number)) == 1
    assert desk.till.invoice(number)["state"] == "sent"
    assert desk("resend", "SO-1").exit_code == 2


def test_connect_by_a_browser_stores_what_xero_gives_and_shows_no_token(make_till: MakeTill) -> None:
    till = make_till(
        xero_client_id="app", xero_client_secret="app-secret", xero_tenant_id="connect", xero_refresh_token="connect",
        xero_api_base_url="http://127.0.0.1:1", xero_identity_base_url="http://127.0.0.1:1",
    )  # fmt: skip
    url = till.simulator.url
    settings = till.runtime.settings.model_copy(update={"xero_api_base_url": url, "xero_identity_base_url": url})
    till.runtime.settings = settings
    till.xero.config = changed(till.xero.config, {"xero_client_id": "app", "xero_client_secret": "app-secret"})
    desk, port = Desk(till), free_port()

    def agree() -> None:
        asked = {"client_id": "app", "redirect_uri": f"http://localhost:{port}/callback", "response_type": "code"}
        with httpx.Client(trust_env=False, verify=False) as browser:
            there = browser.get(f"{url}/identity/connect/authorize", params=asked | {"state": "wrong"}).headers[
                "Location"
            ]
            for _ in range(200):
                try:
                    browser.get(there.replace("localhost", "127.0.0.1"))
                    return
                except httpx.ConnectError:
                    threading.Event().wait(0.05)

    visit = threading.Thread(target=agree)
    visit.start()
    refused = desk("connect", "--port", str(port), "--timeout", "20")
    visit.join()
    assert (refused.exit_code, "another login" in refused.stderr) == (2, True)
    code = httpx.URL(
        httpx.get(
            f"{url}/identity/connect/authorize",
            params={"client_id": "app", "redirect_uri": f"http://localhost:{port}/callback", "state": "s"},
            trust_env=False, verify=False,
        ).headers["Location"]
    ).params["code"]  # fmt: skip
    done = desk("connect", "--paste", "--port", str(port), typed=f"{code}\n")
    assert done.exit_code == 0, done.output
    assert "connected to Demo Company (SG)" in done.output
    tokens = [grant.refresh for grant in till.xero.identity.grants]
    assert not any(token in done.output for token in tokens)
    assert desk.json("check")["ok"] is True
    wrong = desk("connect", "--paste", typed="not-a-code\n")
    assert (wrong.exit_code, "invalid_grant" in wrong.stderr) == (1, True)
    given = desk("connect", "--refresh-token-stdin", typed="nonsense\n")
    assert (given.exit_code, "invalid_grant" in given.stderr) == (1, True)


def test_the_end_of_a_login_is_read_with_its_state() -> None:
    assert code_of("http://localhost/callback?code=abc&state=s", "s") == "abc"
    with pytest.raises(BadInputError, match="another login"):
        code_of("http://localhost/callback?code=abc&state=t", "s")
    with pytest.raises(PermanentError, match="access_denied"):
        code_of("http://localhost/callback?error=access_denied", "s")


def test_a_blocked_invoice_is_listed_and_replay_sends_it_again(desk: Desk) -> None:
    till = desk.till
    till.order("50 10 inch pizza box", number="+6580000108")
    till.push()
    till.xero.books.accounts[0]["Status"] = "ARCHIVED"
    number = till.order()
    till.push()
    run = desk.app.test_cli_runner()
    (listed,) = json.loads(run.invoke(args=["failed", "list", "--kind", "invoice", "--json"]).stdout)
    assert set(listed) == {"id", "kind", "message_id", "error", "attempts", "first_failed_at", "last_failed_at"}
    assert "Account code '200'" in listed["error"]
    till.xero.books.accounts[0]["Status"] = "ACTIVE"
    assert run.invoke(args=["replay", str(listed["id"]), "--dry-run"]).exit_code == 0
    assert json.loads(run.invoke(args=["replay", str(listed["id"]), "--json"]).stdout)[0]["done"] is True
    till.push()
    assert len(till.there(number)) == 1
    again = run.invoke(args=["replay", str(listed["id"])])
    assert (again.exit_code, "settled already" in again.stdout) == (1, True)
    timeline = run.invoke(args=["order", "timeline", number]).stdout
    assert "the invoice waits for a person" in timeline
    assert "the invoice was made" in timeline
    assert run.invoke(args=["orders", "export"]).exit_code == 0
