"""The contact in Xero of each customer that is invoiced: known from before, found there, or made once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from bot import failpoints
from bot.accounting.answers import refusal_of
from bot.accounting.contacts import Customer, body, condition, matching
from bot.errors import PermanentError, TemporaryError, TriaError, UnknownOutcome
from bot.runtime import Runtime
from jobs.invoices.accounting import Accounting
from jobs.invoices.permits import CONTACTS, only_one
from models.database import autocommit

CONTACT = "contact"
_LINKS = text("SELECT key, xero_id, written FROM accounting_links WHERE kind = :kind AND key = ANY(:keys)")
_LINK = text("""
INSERT INTO accounting_links (kind, key, xero_id, name, code, written) VALUES (:kind, :key, :xero_id, :name, :code, :written)
ON CONFLICT (kind, key) DO UPDATE SET xero_id = excluded.xero_id, name = excluded.name, code = excluded.code,
    written = excluded.written, seen_at = now()
""")


def written_print(row: Mapping[str, Any]) -> str:
    """A fingerprint of what is written there, so that only what changed is written again."""
    return hashlib.sha256(json.dumps(dict(row), sort_keys=True, default=str).encode()).hexdigest()[:32]


def links(connection: Connection, kind: str, keys: Iterable[str]) -> dict[str, tuple[str, str]]:
    """By our key: the id there, and the fingerprint of what was written."""
    rows = connection.execute(_LINKS, {"kind": kind, "keys": list(keys)})
    return {row.key: (row.xero_id, row.written) for row in rows}


def link(connection: Connection, kind: str, key: str, xero_id: str, name: str, code: str | None, written: str) -> None:
    values = {"kind": kind, "key": key, "xero_id": xero_id, "name": name, "code": code, "written": written}
    connection.execute(_LINK, values)


def ensure(runtime: Runtime, accounting: Accounting, customers: Sequence[Customer]) -> dict[int, str | TriaError]:
    """The contact's id of each customer, or why it has none yet. A customer who was renamed is renamed there."""
    with autocommit(runtime.engine) as connection:
        known = links(connection, CONTACT, [str(customer.id) for customer in customers])
    found: dict[int, str | TriaError] = {}
    for customer in customers:
        kept = known.get(str(customer.id))
        if kept is not None and kept[1] == written_print(body(customer)):
            found[customer.id] = kept[0]
            continue
        try:
            found[customer.id] = _one(runtime, accounting, customer)
        except TriaError as error:
            found[customer.id] = error
    return found


def _one(runtime: Runtime, accounting: Accounting, customer: Customer) -> str:
    """Looked up before it is written, so that a write whose answer was lost is found. One worker at a time for each customer."""
    with only_one(runtime, CONTACTS, customer.id):
        with autocommit(runtime.engine) as connection:
            kept = links(connection, CONTACT, [str(customer.id)]).get(str(customer.id))
        if kept is not None and kept[1] == written_print(body(customer)):
            return kept[0]
        contact_id = kept[0] if kept else _look_up(accounting, customer)
        row = _write(accounting, customer, contact_id)
        failpoints.hit("contact.after_write")
        with autocommit(runtime.engine) as connection:
            name = customer.shown_name
            link(connection, CONTACT, str(customer.id), row, name, customer.number, written_print(body(customer)))
        return row


def _look_up(accounting: Accounting, customer: Customer) -> str | None:
    where = condition(customer)
    rows = accounting.xero.find_contacts(where) if where else accounting.xero.search_contacts(customer.number)
    if not rows and where is None:
        rows = accounting.xero.search_contacts(customer.shown_name)
    found = matching(customer, rows)
    return str(found["ContactID"]) if found is not None else None


def _write(accounting: Accounting, customer: Customer, contact_id: str | None) -> str:
    """Raises PermanentError with Xero's words; a lost answer is temporary, because the next try looks first."""
    contact = body(customer, contact_id)
    try:
        rows = accounting.xero.write_contacts([contact], f"contact-{customer.number}-{written_print(contact)}")
    except UnknownOutcome as error:
        raise TemporaryError(
            "the contact may have been written", code="contact", retry_after_s=error.retry_after_s
        ) from error
    row = rows[0] if rows else {}
    if words := refusal_of(row):
        raise PermanentError(f"Xero refused the contact of customer {customer.id}: {words}", code="contact")
    if not row.get("ContactID"):
        raise TemporaryError("Xero's answer names no contact", code="contact")
    return str(row["ContactID"])
