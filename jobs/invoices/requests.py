"""The requests that change something in Xero: as many invoices in one as its size allows, each with its answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot import failpoints
from bot.accounting import invoice as invoices
from bot.accounting.answers import refusal_of
from bot.accounting.contacts import Customer
from bot.accounting.invoice import credit_of, held
from bot.accounting.steps import Act, Step
from bot.errors import NotConnectedError, PermanentError, TriaError
from jobs.invoices import contacts, rows
from jobs.invoices.attempt import Attempt
from jobs.invoices.items import codes_of
from jobs.invoices.judging import blocked, judged, lost
from jobs.invoices.rows import Claimed, Ended

EACH_TO_ITSELF = 10
"""So few changes go to the address of each invoice, where none can be taken for a new one; more share a request."""
Row = dict[str, Any]


def create(work: Attempt, claimed: Sequence[Claimed], steps: Mapping[int, Step]) -> None:
    ready = _with_contacts(work, claimed)
    codes = codes_of(work.runtime, [line.sku for each, _ in ready for line in each.order.lines])

    def bodies(part: Sequence[tuple[Claimed, str]]) -> list[Row]:
        return [
            invoices.body(each.order, work.accounting.terms, steps[each.id].status, contact_id, codes)
            for each, contact_id in part
        ]

    for part in _parts(ready):
        _send(work, [each for each, _ in part], bodies(part), work.accounting.xero.create_invoices)


def update(work: Attempt, claimed: Sequence[Claimed], steps: Mapping[int, Step]) -> None:
    removed = [each for each in claimed if steps[each.id].act is Act.REMOVE]
    bodies = [invoices.removal(str(each.standing.xero_id), each.number, steps[each.id].status) for each in removed]
    changed = _with_contacts(work, [each for each in claimed if each not in removed])
    codes = codes_of(work.runtime, [line.sku for each, _ in changed for line in each.order.lines])
    bodies += [
        invoices.body(
            each.order, work.accounting.terms, steps[each.id].status, contact_id, codes, each.standing.xero_id
        )
        for each, contact_id in changed
    ]
    sent = [*removed, *(each for each, _ in changed)]
    size = 1 if len(sent) <= EACH_TO_ITSELF else len(sent)
    for start in range(0, len(sent), size):
        part = slice(start, start + size)
        _send(work, sent[part], bodies[part], work.accounting.xero.update_invoices)


def _with_contacts(work: Attempt, claimed: Sequence[Claimed]) -> list[tuple[Claimed, str]]:
    """Each with its customer's contact; those without one end here."""
    if not claimed:
        return []
    customers = {each.order.customer_id: Customer(each.order.customer_id, each.order.customer) for each in claimed}
    found = contacts.ensure(work.runtime, work.accounting, list(customers.values()))
    ready = []
    for each in claimed:
        contact = found[each.order.customer_id]
        if isinstance(contact, str):
            ready.append((each, contact))
        else:
            work.stop([each], contact)
    return ready


def _parts(ready: Sequence[tuple[Claimed, str]]) -> list[list[tuple[Claimed, str]]]:
    """As many in one request as its size allows."""
    parts: list[list[tuple[Claimed, str]]] = []
    size = rows.MAX_LINES
    for each in ready:
        size += len(each[0].order.lines)
        if size > rows.MAX_LINES:
            parts.append([])
            size = len(each[0].order.lines)
        parts[-1].append(each)
    return parts


def _send(
    work: Attempt, claimed: Sequence[Claimed], bodies: Sequence[Row], call: Callable[[Sequence[Row], str], list[Row]]
) -> None:
    """One request; where Xero refuses it as a whole, each by itself, so that one bad invoice stops no other."""
    failpoints.hit("invoice.before_call")
    try:
        answers = call(bodies, _key(claimed, bodies))
    except PermanentError as error:
        if isinstance(error, NotConnectedError) or len(claimed) == 1:
            work.stop(claimed, error)
            return
        for each, body in zip(claimed, bodies, strict=True):
            _send(work, [each], [body], call)
        return
    except TriaError as error:
        work.stop(claimed, error)
        return
    failpoints.hit("invoice.after_call")
    by_number = {str(row.get("InvoiceNumber")): row for row in answers}
    for each in claimed:
        answer = by_number.get(each.number)
        work.end(each, lost(each) if answer is None else judged(each, answer, work.authorised_later(each)))


def credit(work: Attempt, claimed: Claimed) -> None:
    """Xero's copy stays as it is; a credit note beside it makes both together the order."""
    before = claimed.standing.held
    less = credit_of(before, claimed.order) if before else None
    ready = _with_contacts(work, [claimed])
    if less is None or not ready:
        return
    number = f"{claimed.number}-CN{claimed.credited + 1}"
    body = invoices.credit_body(claimed.order, less, work.accounting.terms, ready[0][1], number)
    try:
        found = work.accounting.xero.find_credit_notes(number) if claimed.was in ("sending", "unknown") else []
        failpoints.hit("credit.before_call")
        answers = found or work.accounting.xero.create_credit_notes([body], _key([claimed], [body]))
    except TriaError as error:
        work.stop([claimed], error)
        return
    failpoints.hit("credit.after_call")
    answer = answers[0] if answers else {}
    if words := refusal_of(answer):
        work.end(claimed, blocked(claimed, "refused", f"Xero refused the credit note: {words}"))
    elif Decimal(str(answer.get("Total") or 0)) != less.total:
        work.end(claimed, blocked(claimed, "total", f"the credit note {number} is not {less.total}"))
    else:
        events = (("credited", {"number": number, "total": str(less.total)}),)
        work.end(claimed, Ended("sent", answered=True, credited=1, held=held(claimed.order), events=events))


def _key(claimed: Sequence[Claimed], bodies: Sequence[Row]) -> str:
    """The same for the same request until it is answered; `serial` makes it another one after each answer."""
    content = repr(
        [(each.number, each.serial, sorted(body.items(), key=str)) for each, body in zip(claimed, bodies, strict=True)]
    )
    first = claimed[0]
    more = f"+{len(claimed) - 1}" if len(claimed) > 1 else ""
    return f"{first.number}-v{first.order.version}{more}-{hashlib.sha256(content.encode()).hexdigest()[:40]}"
