"""Brings invoices up to their orders: claim what is due, look up what may have arrived, one request for all, write what came of it.

At most one invoice an order, whatever happens to the request, the answer or this process: the number is the order's and is
refused a second time, a request has an idempotency key, and what is unknown is looked up before anything is sent again.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot import failpoints
from bot.accounting.steps import Act, Rules, Step, next_step
from bot.errors import TriaError, UnknownOutcome
from bot.runtime import Runtime
from bot.telemetry import error_words, get_logger, log_context, report_error
from jobs.invoices import check_xero_setup, reconcile, requests, ring, rows, stock
from jobs.invoices.accounting import Accounting, accounting_of
from jobs.invoices.attempt import Attempt
from jobs.invoices.connection import Standing
from jobs.invoices.judging import adopted, blocked, with_standing
from jobs.invoices.outcome import write_down
from jobs.invoices.permits import hold_off
from jobs.invoices.rows import Claimed, Ended
from models.database import again_if_stale, autocommit, transaction
from models.sqlstate import is_temporary

log = get_logger(__name__)

DRAIN_S = 20.0
SOON_S = 5.0
Row = dict[str, Any]


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
    attempt = uuid.uuid4().hex
    with transaction(runtime.engine) as connection:
        claimed = rows.claim(connection, attempt, runtime.settings.zone)
    if not claimed:
        return 0
    failpoints.hit("invoice.after_claim")
    work = Attempt(runtime, accounting, attempt, claimed, rate)
    with runtime.renewals.hold(rows.RENEW, {"attempt": attempt, "sending": rows.SENDING_S}), log_context(job="invoice"):
        _work(work)
        failpoints.hit("invoice.before_finish")
        write_down(runtime, attempt, claimed, work.ended)
        failpoints.hit("invoice.after_finish")
    return len(claimed)


def _opened(runtime: Runtime) -> tuple[Accounting, Decimal] | None:
    """The way to Xero and the rate of its tax type, after the daily look where that is due; None while nothing may be sent or
    nothing is due, and nothing is claimed then."""
    with autocommit(runtime.engine) as connection:
        found = ring.wanted(runtime.settings, connection)
    if found is None:
        return None
    try:
        accounting = accounting_of(runtime, found)
        known = check_xero_setup.current(runtime, accounting, found)
    except TriaError as error:
        hold_off(runtime, error)
        log.warning("no invoice is sent now", reason=error_words(error))
        return None
    if known["problems"]:
        return None
    _look_around(runtime, accounting, found)
    return accounting, Decimal(known["rate"])


def _look_around(runtime: Runtime, accounting: Accounting, found: Standing) -> None:
    """Orders against invoices, and what is in stock; what Xero refuses of it is looked at again, and keeps no invoice waiting."""
    try:
        reconcile.daily(runtime, accounting, found)
        stock.refresh(runtime, accounting, found)
    except TriaError as error:
        hold_off(runtime, error)
        log.warning("looking around was put off", reason=error_words(error))


def _work(work: Attempt) -> None:
    """Every claimed invoice has its end afterwards, also when something broke that nobody foresaw."""
    try:
        _look_up(work)
        steps = {each.id: _step(work, each) for each in work.open}
        _without_a_call(work, steps)
        changing = work.open
        with transaction(work.runtime.engine) as connection:
            rows.write_asked(connection, work.id, changing)
        failpoints.hit("invoice.after_asked")
        requests.create(work, [each for each in changing if steps[each.id].act is Act.CREATE], steps)
        requests.update(work, [each for each in changing if steps[each.id].act in (Act.UPDATE, Act.REMOVE)], steps)
        for each in changing:
            if steps[each.id].act is Act.CREDIT:
                requests.credit(work, each)
    except Exception as error:  # claimed is claimed: its end has to be written down, and nothing is tried for ever
        if is_away := is_temporary(error):
            log.warning("the database was away while invoices were made", reason=error_words(error))
        else:
            log.exception("invoicing failed in a way nobody foresaw")
            report_error(error)
        work.end_all(work.open, UnknownOutcome(error_words(error), code="database" if is_away else "bug"))


def _look_up(work: Attempt) -> None:
    """What an earlier try may have left in Xero: asked for by number, all in one request."""
    unsure = [each for each in work.claimed if each.was in ("sending", "unknown")]
    if not unsure:
        return
    try:
        found = work.accounting.xero.find_invoices([each.number for each in unsure])
    except TriaError as error:
        work.stop(unsure, error)
        return
    by_number: dict[str, list[Row]] = {}
    for row in found:
        by_number.setdefault(str(row["InvoiceNumber"]), []).append(row)
    for place, each in enumerate(work.claimed):
        if each in unsure:
            found_there = adopted(each, by_number.get(each.number, []))
            if isinstance(found_there, Ended):
                work.end(each, found_there)
            else:
                work.claimed[place] = found_there


def _step(work: Attempt, claimed: Claimed) -> Step:
    settings = work.runtime.settings
    rules = Rules(settings.invoice_when, settings.xero_invoice_status, settings.xero_after_authorised)
    step = next_step(claimed.standing, claimed.order, rules, work.runtime.clock())
    if step.act in (Act.CREATE, Act.UPDATE) and claimed.order.tax_rate != work.rate:
        return Step(
            Act.PERSON, reason=f"the order is taxed with {claimed.order.tax_rate}, the tax type with {work.rate}"
        )
    return step


def _without_a_call(work: Attempt, steps: Mapping[int, Step]) -> None:
    for each in work.open:
        step = steps[each.id]
        if each.unread and step.act in (Act.CREATE, Act.UPDATE) and step.status == "AUTHORISED":
            work.end(each, Ended("pending", pause_s=SOON_S, forgiven=True, reason="unread"))
        elif step.act is Act.WAIT:
            state = "unknown" if each.was == "unknown" and each.standing.xero_id is None else "pending"
            work.end(each, Ended(state, until=step.until, forgiven=True))
        elif step.act is Act.PERSON:
            work.end(each, with_standing(each, blocked(each, "person", step.reason)))
        elif step.act is Act.DONE:
            events = (("invoiced", {"state": str(each.standing.status).lower(), "total": str(each.order.total)}),)
            found_again = events if each.was in ("sending", "unknown") else ()
            ended = Ended("sent", until=step.until, answered=True, total=each.order.total, events=found_again)
            work.end(each, with_standing(each, ended))
        elif step.act is Act.GONE:
            work.end(each, with_standing(each, Ended("gone", answered=True)))
