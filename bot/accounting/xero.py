"""The official client, as far as we use it: addresses, parameters and headers are the library's, everything around them is ours.

Rows go in and come out as plain dictionaries, money as Decimal. The library's own reading of answers raises on any value that
its enumerations do not know yet; its tokens are refreshed by each process for itself, where ours are shared.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from bot.accounting.answers import Answer, rows_of
from bot.accounting.transport import Transport
from bot.errors import NotConnectedError, TemporaryError
from bot.settings import Settings

API_PATH = "/api.xro/2.0"
PAGE_SIZE = 100
NUMBERS_AT_ONCE = 40
"""Of one look-up, so that its address stays short."""

Row = dict[str, Any]
Permit = Callable[[], AbstractContextManager[None]]
"""Entered around each call: waits for nothing, raises TemporaryError while we must not call."""
Token = Callable[[str | None], str]
"""The access token; given one that Xero refused, another."""


class _Bearer(threading.local):
    """The access token of this thread's call, where the library looks for it."""

    token = ""

    def get_auth_settings(self) -> Row:
        return {"type": "oauth2", "in": "header", "key": "Authorization", "value": f"Bearer {self.token}"}


class Xero:
    """Thread-safe. Each method is one call, or one call a page."""

    def __init__(
        self, settings: Settings, tenant_id: str, token: Token, permit: Permit, saw: Callable[[Mapping[str, str]], None]
    ) -> None:
        from xero_python.accounting import AccountingApi  # half a second, which only those who invoice spend
        from xero_python.api_client import ApiClient
        from xero_python.api_client.configuration import Configuration

        self.tenant_id = tenant_id
        """Of the organisation that the calls are about."""
        self._token, self._permit = token, permit
        self._bearer = _Bearer()
        configuration = Configuration()
        configuration.oauth2_token = self._bearer  # given to its constructor, the first one would be everybody's
        client = ApiClient(configuration)
        self._transport = client.rest_client = Transport(saw)
        self._api = AccountingApi(client, settings.xero_api_base_url + API_PATH)

    def close(self) -> None:
        self._transport.close()

    def organisation(self) -> Row:
        rows = rows_of(self._call(self._api.get_organisations), "Organisations")
        return rows[0] if rows else {}

    def tax_rates(self) -> list[Row]:
        return rows_of(self._call(self._api.get_tax_rates), "TaxRates")

    def accounts(self) -> list[Row]:
        return rows_of(self._call(self._api.get_accounts), "Accounts")

    def create_invoices(self, invoices: Sequence[Row], key: str) -> list[Row]:
        """PUT: a number that is taken is refused, never overwritten."""
        return self._write(self._api.create_invoices, "Invoices", invoices, key, unitdp=4)

    def update_invoices(self, invoices: Sequence[Row], key: str) -> list[Row]:
        """Each names its InvoiceID. One goes to its own address, many in one request."""
        if len(invoices) == 1:
            options = {"unitdp": 4, "idempotency_key": key}
            body = {"Invoices": list(invoices)}
            return rows_of(self._call(self._api.update_invoice, invoices[0]["InvoiceID"], body, **options), "Invoices")
        return self._write(self._api.update_or_create_invoices, "Invoices", invoices, key, unitdp=4)

    def create_credit_notes(self, notes: Sequence[Row], key: str) -> list[Row]:
        return self._write(self._api.create_credit_notes, "CreditNotes", notes, key, unitdp=4)

    def write_contacts(self, contacts: Sequence[Row], key: str) -> list[Row]:
        return self._write(self._api.update_or_create_contacts, "Contacts", contacts, key)

    def write_items(self, items: Sequence[Row], key: str) -> list[Row]:
        return self._write(self._api.update_or_create_items, "Items", items, key, unitdp=4)

    def find_invoices(self, numbers: Sequence[str]) -> list[Row]:
        """Those with these numbers, whatever else the answer holds."""
        found: list[Row] = []
        for start in range(0, len(numbers), NUMBERS_AT_ONCE):
            wanted = list(numbers[start : start + NUMBERS_AT_ONCE])
            rows = rows_of(self._call(self._api.get_invoices, invoice_numbers=wanted), "Invoices")
            found += [
                row for row in rows if row.get("InvoiceNumber") in wanted and row.get("Type", "ACCREC") == "ACCREC"
            ]
        return found

    def find_credit_notes(self, number: str) -> list[Row]:
        rows = rows_of(self._call(self._api.get_credit_notes, where=f'CreditNoteNumber=="{number}"'), "CreditNotes")
        return [row for row in rows if row.get("CreditNoteNumber") == number]

    def list_invoices(self, first: date, last: date) -> list[Row]:
        """All sales invoices dated from `first` to `last`, both included."""
        where = f'Type=="ACCREC" AND Date>={_date_time(first)} AND Date<={_date_time(last)}'
        return self._pages(self._api.get_invoices, "Invoices", "InvoiceID", where=where, order="InvoiceNumber")

    def find_contacts(self, where: str) -> list[Row]:
        return rows_of(self._call(self._api.get_contacts, where=where), "Contacts")

    def search_contacts(self, term: str) -> list[Row]:
        return rows_of(self._call(self._api.get_contacts, search_term=term), "Contacts")

    def list_contacts(self) -> list[Row]:
        return self._pages(self._api.get_contacts, "Contacts", "ContactID")

    def list_items(self) -> list[Row]:
        return rows_of(self._call(self._api.get_items, unitdp=4), "Items")

    def _write(self, method: Callable[..., Any], name: str, rows: Sequence[Row], key: str, **options: Any) -> list[Row]:
        """One answer a row, taken or refused (answers.refusal_of)."""
        answer = self._call(method, {name: list(rows)}, summarize_errors=False, idempotency_key=key, **options)
        return rows_of(answer, name)

    def _pages(self, method: Callable[..., Any], name: str, id_name: str, **asked: Any) -> list[Row]:
        """Page after page until one brings nothing new: a server that pays no heed to the page sends the same again."""
        found: dict[str, Row] = {}
        page = 1
        while True:
            rows = rows_of(self._call(method, page=page, page_size=PAGE_SIZE, **asked), name)
            fresh = {str(row.get(id_name)): row for row in rows if str(row.get(id_name)) not in found}
            found |= fresh
            if not fresh or len(rows) < PAGE_SIZE:
                return list(found.values())
            page += 1

    def _call(self, method: Callable[..., Any], *values: Any, **options: Any) -> Answer:
        """One call; once more with another token when Xero refuses the one we had. Raises TemporaryError when that one ran out too."""
        refused: str | None = None
        while True:
            self._bearer.token = token = self._token(refused)
            try:
                with self._permit():
                    answer: Answer = method(self.tenant_id, *values, _preload_content=False, **options)
                    return answer
            except NotConnectedError as error:
                if error.code != "401":
                    raise
                if refused is not None:
                    raise _refused_twice(error) from error
                refused = token


def _refused_twice(error: NotConnectedError) -> NotConnectedError | TemporaryError:
    """A token that ran out on its way is no login that a person has to mend: the next one may last."""
    if "TokenExpired" in str(error):
        return TemporaryError("the access token ran out at once", code="refresh_expired", retry_after_s=2.0)
    return error


def _date_time(day: date) -> str:
    return f"DateTime({day.year}, {day.month:02}, {day.day:02})"
