"""The simulator's Xero behaves as the real one is documented to: sums, refusals, keys, limits, tokens."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from simulator.config import changed
from simulator.faults import Fault, FaultKind
from simulator.server import Running
from simulator.xero_countries import COUNTRIES

TENANT = "51515151-5151-4151-8151-515151515151"
LOGIN = ("simulator", "simulator-xero-secret")
LINE = {"Description": "Box", "Quantity": 3, "UnitAmount": 0.335, "AccountCode": "200", "TaxType": "OUTPUTY24"}


def refresh(http: httpx.Client, token: str = "simulator-xero-refresh-token") -> httpx.Response:
    return http.post("/connect/token", data={"grant_type": "refresh_token", "refresh_token": token}, auth=LOGIN)


@pytest.fixture
def headers(http: httpx.Client) -> dict[str, str]:
    return {"Authorization": f"Bearer {refresh(http).json()['access_token']}", "xero-tenant-id": TENANT}


def invoice(number: str = "SO-1", **more: Any) -> dict[str, Any]:
    contact = {"Contact": {"Name": "A & <B> 有限公司"}}
    return {"Type": "ACCREC", "InvoiceNumber": number, "LineItems": [LINE], "Status": "DRAFT"} | contact | more


def put(
    http: httpx.Client, headers: dict[str, str], *invoices: dict[str, Any], key: str = "", query: str = "?unitdp=4"
) -> httpx.Response:
    extra = {"Idempotency-Key": key} if key else {}
    return http.put(f"/api.xro/2.0/Invoices{query}", json={"Invoices": invoices}, headers=headers | extra)


def test_totals_are_rounded_by_the_line_and_four_decimals_have_to_be_asked_for(
    http: httpx.Client, headers: dict[str, str]
) -> None:
    four = put(http, headers, invoice()).json()["Invoices"][0]
    two = put(http, headers, invoice("SO-2"), query="").json()["Invoices"][0]
    assert (four["SubTotal"], four["TotalTax"], four["Total"]) == (1.01, 0.09, 1.10)
    assert (two["LineItems"][0]["UnitAmount"], two["SubTotal"]) == (0.34, 1.02)
    assert four["Contact"]["Name"] == "A & <B> 有限公司"
    assert four["Date"].startswith("/Date(")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"LineItems": [LINE | {"AccountCode": "999"}]}, "Account code '999' is not a valid code"),
        ({"LineItems": [LINE | {"TaxType": "OUTPUT2"}]}, "The TaxType code 'OUTPUT2' does not exist"),
        ({"LineItems": [LINE | {"TaxType": "INPUTY24"}]}, "cannot be used for this type"),
        ({"LineItems": [LINE | {"LineAmount": 1.02}]}, "does not match the expected line total 1.01"),
        ({"LineItems": [LINE | {"ItemCode": "NONE"}]}, "Item code 'NONE' is not valid"),
        ({"Status": "AUTHORISED"}, "A due date is required"),
        ({"CurrencyCode": "USD"}, "not subscribed to currency USD"),
        ({"Contact": {"ContactID": "nobody"}}, "The contact does not exist"),
        ({"Type": "OTHER"}, "Invoice type is not valid"),
    ],
)
def test_what_is_wrong_is_refused_in_words(
    http: httpx.Client, headers: dict[str, str], change: dict[str, Any], words: str
) -> None:
    answer = put(http, headers, invoice(**change))
    assert answer.status_code == 400
    assert words in answer.json()["Elements"][0]["ValidationErrors"][0]["Message"]


def test_a_number_is_taken_once_by_put_and_overwritten_by_post(
    http: httpx.Client, headers: dict[str, str], running: Running
) -> None:
    put(http, headers, invoice())
    assert "must be unique" in put(http, headers, invoice()).text
    changed_line = invoice(LineItems=[LINE | {"Quantity": 9}])
    assert http.post("/api.xro/2.0/Invoices", json={"Invoices": [changed_line]}, headers=headers).status_code == 200
    (row,) = running.xero.books.invoices.values()
    assert row["LineItems"][0]["Quantity"] == Decimal(9)


def test_of_many_the_good_ones_are_taken_when_asked_for_one_by_one(http: httpx.Client, headers: dict[str, str]) -> None:
    bad = invoice("SO-2", LineItems=[LINE | {"AccountCode": "999"}])
    rows = put(http, headers, invoice("SO-1"), bad, query="?summarizeErrors=false").json()["Invoices"]
    assert [row["StatusAttributeString"] for row in rows] == ["OK", "ERROR"]


def test_a_key_gives_the_same_answer_again_and_refuses_another_request(
    http: httpx.Client, headers: dict[str, str], running: Running
) -> None:
    first, again = (put(http, headers, invoice(), key="k1").json() for _ in range(2))
    assert first == again
    assert len(running.xero.books.invoices) == 1
    assert put(http, headers, invoice("SO-2"), key="k1").status_code == 400


def test_refresh_tokens_rotate_and_the_old_one_works_until_its_grace_ends(http: httpx.Client, running: Running) -> None:
    first = refresh(http).json()
    second = refresh(http).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert refresh(http, first["refresh_token"]).json() == {"error": "invalid_grant"}
    running.xero.config = changed(running.xero.config, {"xero_grace_s": 0})
    third = refresh(http, second["refresh_token"]).json()
    assert refresh(http, second["refresh_token"]).json() == {"error": "invalid_grant"}
    assert refresh(http, third["refresh_token"]).status_code == 200


def test_a_code_is_worth_one_login_at_the_address_it_was_given_for(http: httpx.Client) -> None:
    asked = {"client_id": "simulator", "redirect_uri": "http://127.0.0.1:1/back", "state": "s", "response_type": "code"}
    there = http.get("/identity/connect/authorize", params=asked, follow_redirects=False).headers["Location"]
    code = httpx.URL(there).params["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://127.0.0.1:1/back"}
    assert "refresh_token" in http.post("/connect/token", data=form, auth=LOGIN).json()
    assert http.post("/connect/token", data=form, auth=LOGIN).json() == {"error": "invalid_grant"}
    assert http.post("/connect/token", data=form, auth=("simulator", "wrong")).json() == {"error": "invalid_client"}


def test_expired_tokens_and_foreign_tenants_are_turned_away(
    http: httpx.Client, headers: dict[str, str], running: Running
) -> None:
    assert http.get("/api.xro/2.0/Organisation", headers=headers | {"xero-tenant-id": "other"}).status_code == 403
    running.xero.identity.expire()
    assert http.get("/api.xro/2.0/Organisation", headers=headers).status_code == 401


def test_limits_are_named_in_headers_and_refuse_with_the_time_to_wait(
    http: httpx.Client, headers: dict[str, str], running: Running
) -> None:
    running.xero.config = changed(running.xero.config, {"xero_calls_per_minute": 2})
    assert http.get("/api.xro/2.0/Organisation", headers=headers).headers["X-MinLimit-Remaining"] == "1"
    http.get("/api.xro/2.0/Organisation", headers=headers)
    refused = http.get("/api.xro/2.0/Organisation", headers=headers)
    assert (refused.status_code, refused.headers["X-Rate-Limit-Problem"]) == (429, "minute")
    assert 1 <= int(refused.headers["Retry-After"]) <= 61


def test_each_country_has_its_own_rates(http: httpx.Client, headers: dict[str, str], running: Running) -> None:
    running.xero.books.country = COUNTRIES["GB"]
    rates = http.get("/api.xro/2.0/TaxRates", headers=headers).json()["TaxRates"]
    assert {rate["TaxType"]: rate["EffectiveRate"] for rate in rates}["OUTPUT2"] == 20.0
    assert http.get("/api.xro/2.0/Organisation", headers=headers).json()["Organisations"][0]["BaseCurrency"] == "GBP"


def test_it_misbehaves_as_told_and_the_ledger_keeps_no_token(
    http: httpx.Client, headers: dict[str, str], running: Running
) -> None:
    running.faults.add(Fault(FaultKind.ERROR, "xero", "invoices.create", status=429, code="day", retry_after_s=7))
    refused = put(http, headers, invoice())
    assert (refused.status_code, refused.headers["X-Rate-Limit-Problem"], refused.headers["Retry-After"]) == (
        429,
        "day",
        "8",
    )
    running.faults.add(Fault(FaultKind.ERROR, "xero", "token.refresh_token", status=400, code="invalid_grant"))
    assert refresh(http).json() == {"error": "invalid_grant"}
    kept = str([entry.as_json() for entry in running.ledger.entries(provider="xero")])
    assert "simulator-xero-refresh-token" not in kept
    assert headers["Authorization"].removeprefix("Bearer ") not in kept
