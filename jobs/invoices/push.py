"""Brings invoices up to their orders: claim what is due, look up what may have arrived, one request for all, write what came of it.

At most one invoice an order, whatever happens to the request, the answer or this process: the number is the order's and is
refused a second time, a request has an idempotency key, and what is unknown is looked up before anything is sent again.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from bot import failpoints
from bot.accounting import invoice as invoices
from bot.accounting.answers import refusal_of
from bot.accounting.contacts import Customer
from bot.accounting.invoice import InvoiceOrder, credit_of, difference, held
from bot.accounting.steps import Act, Rules, Standing, Step, next_step
from bot.errors import NotConnectedError, PermanentError, TemporaryError, TriaError, UnknownOutcome
from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger, log_context, metrics, report_error
from jobs import backoff
from jobs.invoices import connection as standing
from jobs.invoices import contacts, facts, reconcile, ring, rows
from jobs.invoices.accounting import Accounting, accounting_of
from jobs.invoices.items import codes_of
from jobs.invoices.outcome import write_down
from jobs.invoices.permits import hold_off
from jobs.invoices.rows import Claimed, Ended
from models.database import again_if_stale, autocommit, transaction

log = get_logger(__name__)

MAX_ATTEMPTS = 12
"""Tries without an answer in a row; waiting for a limit or for somebody to connect is none."""
DRAIN_S = 20.0
SOON_S = 5.0
Row = dict[str, Any]


@dataclass
class Try:
    """One claim of invoices on its way through Xero. `ended` has each that is done with."""

    runtime: Runtime
    accounting: Accounting
    attempt: str
    claimed: list[Claimed]
    rate: Decimal | None
    ended: dict[int, Ended] = field(default_factory=dict)

    @property
    def open(self) -> list[Claimed]:
        return [each for each in self.claimed if each.id not in self.ended]

    def end(self, claimed: Claimed, ended: Ended) -> None:
        self.ended[claimed.id] = ended

    def end_all(self, claimed: Sequence[Claimed], error: TriaError) -> None:
        for each in claimed:
            self.end(each, _not_done(each, error))


def push(runtime: Runtime) -> int:
    """Everything that is due, request by request, as long as one job may take; how many invoices were worked on.

    Safe to call at any time, any number of times, on any machine. Raises nothing that Xero does.
    """
    until, count = time.monotonic() + DRAIN_S, 0
    while time.monotonic() < until:
        done = again_if_stale(lambda: push_once(runtime))
        count += done
        if not done:
            break
    return count


def push_once(runtime: Runtime) -> int:
    """One claim and its requests; 0 when nothing is due, or nothing may be sent now."""
    opened = _opened(runtime)
    if opened is None:
        return 0
    accounting, rate = opened
    _look_daily(runtime, accounting)
    attempt = uuid.uuid4().hex
    with transaction(runtime.engine) as connection:
        claimed = rows.claim(connection, attempt, runtime.settings.zone)
    if not claimed:
        return 0
    failpoints.hit("invoice.after_claim")
    work = Try(runtime, accounting, attempt, claimed, rate)
    with runtime.renewals.hold(rows.RENEW, {"attempt": attempt, "sending": rows.SENDING_S}), log_context(job="invoice"):
        _work(work)
        failpoints.hit("invoice.before_finish")
        write_down(runtime, attempt, claimed, work.ended)
        failpoints.hit("invoice.after_finish")
    return len(claimed)


def _opened(runtime: Runtime) -> tuple[Accounting, Decimal] | None:
    """The way to Xero and the rate of its tax type; None while nothing may be sent or nothing is due, and nothing is claimed then."""
    with autocommit(runtime.engine) as connection:
        if not ring.wanted(runtime.settings, connection):
            return None
    try:
        accounting = accounting_of(runtime)
        known = facts.current(runtime, accounting, standing.read(runtime))
    except TriaError as error:
        hold_off(runtime, error)
        log.warning("no invoice is sent now", reason=error_words(error))
        return None
    return None if known["problems"] else (accounting, Decimal(known["rate"]))


def _look_daily(runtime: Runtime, accounting: Accounting) -> None:
    """Orders against invoices; what Xero refuses of it is looked at again, and keeps no invoice waiting."""
    try:
        reconcile.daily(runtime, accounting)
    except TriaError as error:
        hold_off(runtime, error)
        log.warning("the daily look was put off", reason=error_words(error))


def _work(work: Try) -> None:
    """Every claimed invoice has its end afterwards, also when something broke that nobody foresaw."""
    try:
        _look_up(work)
        steps = {each.id: _step(work, each) for each in work.open}
        _without_a_call(work, steps)
        changing = work.open
        with transaction(work.runtime.engine) as connection:
            rows.write_asked(connection, work.attempt, changing)
        _create(work, [each for each in changing if steps[each.id].act is Act.CREATE], steps)
        _update(work, [each for each in changing if steps[each.id].act in (Act.UPDATE, Act.REMOVE)], steps)
        for each in changing:
            if steps[each.id].act is Act.CREDIT:
                _credit(work, each)
    except (
        Exception
    ) as error:  # it was claimed: what became of it has to be written down, and it must not be tried for ever
        log.exception("invoicing failed in a way nobody foresaw")
        report_error(error)
        work.end_all(work.open, UnknownOutcome(error_words(error), code="bug"))


def _look_up(work: Try) -> None:
    """What an earlier try may have left in Xero: asked for by number, all in one request."""
    unsure = [each for each in work.claimed if each.was in ("sending", "unknown")]
    if not unsure:
        return
    try:
        found = work.accounting.xero.find_invoices([each.number for each in unsure])
    except TriaError as error:
        _stop(work, unsure, error, asked=True)
        return
    by_number: dict[str, list[Row]] = {}
    for row in found:
        by_number.setdefault(str(row["InvoiceNumber"]), []).append(row)
    for place, each in enumerate(work.claimed):
        if each in unsure:
            work.claimed[place] = _adopted(work, each, by_number.get(each.number, []))


def _adopted(work: Try, claimed: Claimed, found: Sequence[Row]) -> Claimed:
    """As Xero has it, whatever we believed. What bears our number and not our reference is somebody else's."""
    ours = [
        row for row in found if str(row.get("Reference") or claimed.number) == claimed.number and row.get("InvoiceID")
    ]
    if found and not ours:
        work.end(claimed, _blocked(claimed, "number", "another invoice in Xero has the order's number"))
        return claimed
    if not ours:
        return replace(claimed, standing=replace(claimed.standing, xero_id=None, status=None, held=None))
    row = max(ours, key=lambda each: each.get("Status") not in ("DELETED", "VOIDED"))
    known = Standing(
        str(row["InvoiceID"]),
        str(row.get("Status") or "DRAFT"),
        _held_there(claimed, row),
        claimed.standing.authorise_at,
    )
    return replace(claimed, standing=known)


def _held_there(claimed: Claimed, row: Row) -> Mapping[str, Any] | None:
    """Which of the orders that we sent it is: by its total, the one asked for last, or the one that it held before."""
    total = Decimal(str(row["Total"])) if row.get("Total") is not None else None
    sent = [each for each in (claimed.asked, claimed.standing.held) if each is not None]
    return next((each for each in sent if Decimal(each["total"]) == total), None)


def _step(work: Try, claimed: Claimed) -> Step:
    settings = work.runtime.settings
    rules = Rules(settings.invoice_when, settings.xero_invoice_status, settings.xero_after_authorised)
    step = next_step(claimed.standing, claimed.order, rules, work.runtime.clock())
    if step.act in (Act.CREATE, Act.UPDATE) and claimed.order.tax_rate != work.rate:
        return Step(
            Act.PERSON, reason=f"the order is taxed with {claimed.order.tax_rate}, the tax type with {work.rate}"
        )
    return step


def _without_a_call(work: Try, steps: Mapping[int, Step]) -> None:
    for each in work.open:
        step = steps[each.id]
        if each.unread and step.act in (Act.CREATE, Act.UPDATE) and step.status == "AUTHORISED":
            work.end(each, Ended("pending", pause_s=SOON_S, forgiven=True, reason="unread"))
        elif step.act is Act.WAIT:
            state = "unknown" if each.was == "unknown" and each.standing.xero_id is None else "pending"
            work.end(each, Ended(state, until=step.until, forgiven=True))
        elif step.act is Act.PERSON:
            work.end(each, _with_standing(each, _blocked(each, "person", step.reason)))
        elif step.act is Act.DONE:
            work.end(each, _with_standing(each, Ended("sent", until=step.until, answered=True, total=each.order.total)))
        elif step.act is Act.GONE:
            work.end(each, _with_standing(each, Ended("gone", answered=True)))


def _with_standing(claimed: Claimed, ended: Ended) -> Ended:
    """What the look-up found is kept."""
    known = claimed.standing
    return replace(ended, xero_id=known.xero_id, xero_status=known.status, held=known.held)


def _create(work: Try, claimed: Sequence[Claimed], steps: Mapping[int, Step]) -> None:
    ready = _with_contacts(work, claimed)
    codes = codes_of(work.runtime, [line.sku for each, _ in ready for line in each.order.lines])

    def bodies(part: Sequence[tuple[Claimed, str]]) -> list[Row]:
        return [
            invoices.body(each.order, work.accounting.terms, steps[each.id].status, contact_id, codes)
            for each, contact_id in part
        ]

    for part in _parts(ready):
        _send(work, [each for each, _ in part], bodies(part), work.accounting.xero.create_invoices)


def _update(work: Try, claimed: Sequence[Claimed], steps: Mapping[int, Step]) -> None:
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
    if bodies:
        _send(work, [*removed, *(each for each, _ in changed)], bodies, work.accounting.xero.update_invoices)


def _with_contacts(work: Try, claimed: Sequence[Claimed]) -> list[tuple[Claimed, str]]:
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
            _stop(work, [each], contact, asked=False)
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
    work: Try, claimed: Sequence[Claimed], bodies: Sequence[Row], call: Callable[[Sequence[Row], str], list[Row]]
) -> None:
    """One request; where Xero refuses it as a whole, each by itself, so that one bad invoice stops no other."""
    failpoints.hit("invoice.before_call")
    try:
        answers = call(bodies, _key(claimed, bodies))
    except PermanentError as error:
        if isinstance(error, NotConnectedError) or len(claimed) == 1:
            _stop(work, claimed, error, asked=True)
            return
        for each, body in zip(claimed, bodies, strict=True):
            _send(work, [each], [body], call)
        return
    except TriaError as error:
        _stop(work, claimed, error, asked=True)
        return
    failpoints.hit("invoice.after_call")
    by_number = {str(row.get("InvoiceNumber")): row for row in answers}
    for each in claimed:
        answer = by_number.get(each.number)
        work.end(each, _lost(each) if answer is None else _judged(work, each, answer))


def _lost(claimed: Claimed) -> Ended:
    return _not_done(claimed, UnknownOutcome("the answer does not name this invoice", code="unnamed"))


def _judged(work: Try, claimed: Claimed, answer: Row) -> Ended:
    """What Xero's answer says of one invoice. Only one with our sums to the cent counts as sent."""
    if words := refusal_of(answer):
        return _refused(claimed, words)
    if claimed.standing.xero_id not in (None, answer.get("InvoiceID")):
        return _blocked(
            claimed, "other", f"Xero answered with another invoice, {answer.get('InvoiceID')}: one of them is too many"
        )
    status = str(answer.get("Status") or "")
    if status in ("DELETED", "VOIDED"):
        events = (("invoice_removed", {"number": claimed.number, "state": status.lower()}),)
        return Ended("gone", answered=True, xero_id=_id(answer), xero_status=status, events=events)
    if not answer.get("InvoiceID"):
        return _lost(claimed)
    order = claimed.order
    if answer.get("Total") is None:
        return _lost(claimed)
    if words := difference(answer, order):
        return _as_there(_blocked(claimed, "total", words), answer, order)
    events = (("invoiced", {"number": order.number, "state": status.lower(), "total": str(order.total)}),)
    until = claimed.standing.authorise_at if status == "DRAFT" and _is_authorised_later(work, claimed) else None
    return _as_there(Ended("sent", until=until, answered=True, events=events), answer, order)


def _as_there(ended: Ended, answer: Row, order: InvoiceOrder) -> Ended:
    total, status = Decimal(str(answer["Total"])), str(answer.get("Status") or "")
    return replace(ended, xero_id=_id(answer), xero_status=status, total=total, held=held(order))


def _is_authorised_later(work: Try, claimed: Claimed) -> bool:
    at = claimed.standing.authorise_at
    final = work.runtime.settings.xero_invoice_status == "AUTHORISED"
    return final and at is not None and at > work.runtime.clock()


def _refused(claimed: Claimed, words: str) -> Ended:
    """A number that is taken may be our own of a try that nobody remembers: looked up, not given up."""
    if "unique" in words.lower() and claimed.was not in ("sending", "unknown"):
        return Ended("unknown", pause_s=0.0, reason="number", error=words)
    return _blocked(claimed, "refused", f"Xero refused it: {words}")


def _credit(work: Try, claimed: Claimed) -> None:
    """Xero's copy stays as it is; a credit note beside it makes both together the order."""
    before = claimed.standing.held
    credit = credit_of(before, claimed.order) if before else None
    ready = _with_contacts(work, [claimed])
    if credit is None or not ready:
        return
    number = f"{claimed.number}-CN{claimed.credited + 1}"
    body = invoices.credit_body(claimed.order, credit, work.accounting.terms, ready[0][1], number)
    try:
        found = work.accounting.xero.find_credit_notes(number) if claimed.was in ("sending", "unknown") else []
        answers = found or work.accounting.xero.create_credit_notes([body], _key([claimed], [body]))
    except TriaError as error:
        _stop(work, [claimed], error, asked=True)
        return
    answer = answers[0] if answers else {}
    if words := refusal_of(answer):
        work.end(claimed, _blocked(claimed, "refused", f"Xero refused the credit note: {words}"))
    elif Decimal(str(answer.get("Total") or 0)) != credit.total:
        work.end(claimed, _blocked(claimed, "total", f"the credit note {number} is not {credit.total}"))
    else:
        events = (("credited", {"number": number, "total": str(credit.total)}),)
        work.end(claimed, Ended("sent", answered=True, credited=1, held=held(claimed.order), events=events))


def _stop(work: Try, claimed: Sequence[Claimed], error: TriaError, *, asked: bool) -> None:
    """What an error of a request means for its invoices, and for everybody else's."""
    if isinstance(error, NotConnectedError | TemporaryError):
        hold_off(work.runtime, error)
    elif not asked or len(claimed) == 1:
        for each in claimed:
            work.end(each, _blocked(each, getattr(error, "code", "refused"), str(error)))
        return
    work.end_all(claimed, error)


NO_TRY = ("limit_", "breaker", "busy", "refresh", "not_connected", "blocked", "4")
"""Codes of what never reached Xero, or was turned away at its door."""


def _not_done(claimed: Claimed, error: TriaError) -> Ended:
    """Later, as unknown where it may have arrived; after too many tries a person's."""
    code = str(getattr(error, "code", ""))
    unknown = isinstance(error, UnknownOutcome) or claimed.was in ("sending", "unknown")
    state = "unknown" if unknown else "pending"
    wait_s = getattr(error, "retry_after_s", None)
    if code.startswith(NO_TRY):
        return Ended(state, pause_s=wait_s or 1.0, forgiven=True, reason=code, error=error_words(error))
    if claimed.attempts >= MAX_ATTEMPTS:
        return Ended("failed", reason="attempts", error=error_words(error))
    metrics_outcome = "unknown" if unknown else "temporary"
    metrics.invoices_total.labels(metrics_outcome).inc()
    return Ended(state, pause_s=backoff.wait_s(claimed.attempts, wait_s), reason=code, error=error_words(error))


def _blocked(claimed: Claimed, reason: str, words: str) -> Ended:
    events = (("invoice_blocked", {"reason": words}),)
    return Ended("blocked", answered=True, reason=reason, error=f"{claimed.number}: {words}", events=events)


def _key(claimed: Sequence[Claimed], bodies: Sequence[Row]) -> str:
    """The same for the same request until it is answered; `serial` makes it another one after each answer."""
    content = repr(
        [(each.number, each.serial, sorted(body.items(), key=str)) for each, body in zip(claimed, bodies, strict=True)]
    )
    first = claimed[0]
    more = f"+{len(claimed) - 1}" if len(claimed) > 1 else ""
    return f"{first.number}-v{first.order.version}{more}-{hashlib.sha256(content.encode()).hexdigest()[:40]}"


def _id(answer: Row) -> str | None:
    return str(answer["InvoiceID"]) if answer.get("InvoiceID") else None
