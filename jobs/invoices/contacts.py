"""The contact in Xero of each customer that is invoiced: known from before, found there, or made once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, text

from bot import failpoints
from bot.accounting.answers import refusal_of
from bot.accounting.contacts import Customer, body, condition, matching
from bot.errors import PermanentError, TemporaryError, TriaError, UnknownOutcome
from bot.runtime import Runtime
from jobs.invoices.accounting import Accounting
from jobs.invoices.permits import CONTACTS, only_one
from models.database import autocommit, transaction

CONTACT = "contact"
MAX_CONDITION = 3_000
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
    known, unknown = _known(runtime, customers)
    if not unknown:
        return dict(known)
    try:
        with only_one(runtime, CONTACTS, 0):
            known, unknown = _known(runtime, customers)
            return {**known, **_made(runtime, accounting, unknown)}
    except TriaError as error:
        return {**{customer.id: error for customer in unknown}, **known}


def _known(runtime: Runtime, customers: Sequence[Customer]) -> tuple[dict[int, str], list[Customer]]:
    """The ids of those whose contact says what we say, and who is left."""
    with autocommit(runtime.engine) as connection:
        kept = links(connection, CONTACT, [str(customer.id) for customer in customers])
    known = {
        customer.id: kept[str(customer.id)][0]
        for customer in customers
        if str(customer.id) in kept and kept[str(customer.id)][1] == written_print(body(customer))
    }
    return known, [customer for customer in customers if customer.id not in known]


def _made(runtime: Runtime, accounting: Accounting, customers: Sequence[Customer]) -> dict[int, str | TriaError]:
    """Looked up before they are written, so that a write whose answer was lost is found; many in one request."""
    if not customers:
        return {}
    with autocommit(runtime.engine) as connection:
        kept = links(connection, CONTACT, [str(customer.id) for customer in customers])
    there = _look_up(accounting, [customer for customer in customers if str(customer.id) not in kept])
    known = {customer.id: kept[str(customer.id)][0] for customer in customers if str(customer.id) in kept}
    found = {customer.id: matching(customer, there) for customer in customers if customer.id not in known}
    same = {id_: row for id_, row in found.items() if row is not None}
    rows = _write(accounting, [each for each in customers if not _is_same(each, same.get(each.id))], known, same)
    failpoints.hit("contact.after_write")
    with transaction(runtime.engine) as connection:
        linked = {
            customer.id: _linked(connection, customer, _answer_of(customer, [*rows, *same.values()]))
            for customer in customers
        }
    failpoints.hit("contact.after_link")
    return linked


def _is_same(customer: Customer, there: Mapping[str, Any] | None) -> bool:
    """A contact with this very name needs no writing."""
    return there is not None and there.get("Name") == customer.shown_name


def _write(
    accounting: Accounting,
    customers: Sequence[Customer],
    known: Mapping[int, str],
    found: Mapping[int, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    if not customers:
        return []
    ids = {id_: str(row["ContactID"]) for id_, row in found.items()} | dict(known)
    bodies = [body(customer, ids.get(customer.id)) for customer in customers]
    failpoints.hit("contact.before_write")
    try:
        return accounting.xero.write_contacts(bodies, f"contacts-{written_print({'rows': bodies})}")
    except UnknownOutcome as error:
        raise TemporaryError(
            "contacts may have been written", code="contact", retry_after_s=error.retry_after_s
        ) from error


def _answer_of(customer: Customer, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """By our number, else by the name, which not every answer has a number beside."""
    numbered = next((row for row in rows if row.get("ContactNumber") == customer.number), None)
    return numbered or next((row for row in rows if row.get("Name") == customer.shown_name), {})


def _look_up(accounting: Accounting, customers: Sequence[Customer]) -> list[Mapping[str, Any]]:
    """Every contact that may be one of them."""
    wheres = {customer.id: condition(customer) for customer in customers}
    found: list[Mapping[str, Any]] = []
    for joined in _joined([where for where in wheres.values() if where is not None]):
        found += accounting.xero.find_contacts(joined)
    for customer in customers:
        if wheres[customer.id] is None:
            found += accounting.xero.search_contacts(customer.number) or accounting.xero.search_contacts(
                customer.shown_name
            )
    return found


def _joined(wheres: Sequence[str]) -> list[str]:
    """As many conditions in one request as its address has room for."""
    parts: list[str] = []
    for where in wheres:
        if parts and len(quote(parts[-1])) + len(quote(where)) < MAX_CONDITION:
            parts[-1] = f"{parts[-1]} OR {where}"
        else:
            parts.append(where)
    return parts


def _linked(connection: Connection, customer: Customer, row: Mapping[str, Any]) -> str | TriaError:
    if words := refusal_of(row):
        return PermanentError(f"Xero refused the contact of customer {customer.id}: {words}", code="contact")
    if not row.get("ContactID"):
        return TemporaryError("Xero's answer names no contact", code="contact")
    written = written_print(body(customer))
    link(connection, CONTACT, str(customer.id), str(row["ContactID"]), customer.shown_name, customer.number, written)
    return str(row["ContactID"])
