"""What an answer, an error or a look-up means for one invoice. Nothing here calls or writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.accounting.answers import refusal_of
from bot.accounting.invoice import InvoiceOrder, difference, held
from bot.accounting.steps import Standing
from bot.errors import TriaError, UnknownOutcome
from bot.telemetry import error_words, metrics
from jobs import backoff
from jobs.invoices.rows import Claimed, Ended

MAX_ATTEMPTS = 12
"""Tries without an answer in a row; waiting for a limit or for somebody to connect is none."""
NO_TRY = ("limit_", "breaker", "busy", "refresh", "not_connected", "blocked", "4")
"""Codes of what never reached Xero, or was turned away at its door."""
Row = dict[str, Any]


def adopted(claimed: Claimed, found: Sequence[Row]) -> Claimed | Ended:
    """As Xero has it, whatever we believed. What bears our number and not our reference is somebody else's: a person's work."""
    ours = [
        row for row in found if str(row.get("Reference") or claimed.number) == claimed.number and row.get("InvoiceID")
    ]
    if found and not ours:
        return blocked(claimed, "number", "another invoice in Xero has the order's number")
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
    """Which of the orders that we sent it is: by its total, the one asked for last, or the one that it held before. An invoice
    that credit notes follow keeps the total of before them."""
    if claimed.credited:
        return claimed.standing.held
    total = Decimal(str(row["Total"])) if row.get("Total") is not None else None
    sent = [each for each in (claimed.asked, claimed.standing.held) if each is not None]
    return next((each for each in sent if Decimal(each["total"]) == total), None)


def with_standing(claimed: Claimed, ended: Ended) -> Ended:
    """What the look-up found is kept."""
    known = claimed.standing
    return replace(ended, xero_id=known.xero_id, xero_status=known.status, held=known.held)


def lost(claimed: Claimed) -> Ended:
    return not_done(claimed, UnknownOutcome("the answer does not name this invoice", code="unnamed"))


def judged(claimed: Claimed, answer: Row, until: datetime | None) -> Ended:
    """What Xero's answer says of one invoice, of which a draft is looked at again at `until`. Only one with our sums to the cent counts
    as sent."""
    if words := refusal_of(answer):
        return _refused(claimed, words)
    if claimed.standing.xero_id not in (None, answer.get("InvoiceID")):
        return blocked(
            claimed, "other", f"Xero answered with another invoice, {answer.get('InvoiceID')}: one of them is too many"
        )
    status = str(answer.get("Status") or "")
    if status in ("DELETED", "VOIDED"):
        events = (("invoice_removed", {"number": claimed.number, "state": status.lower()}),)
        return Ended("gone", answered=True, xero_id=_id(answer), xero_status=status, events=events)
    if not answer.get("InvoiceID"):
        return lost(claimed)
    order = claimed.order
    if answer.get("Total") is None:
        return lost(claimed)
    if words := difference(answer, order):
        return _as_there(blocked(claimed, "total", words), answer, order)
    events = (("invoiced", {"number": order.number, "state": status.lower(), "total": str(order.total)}),)
    return _as_there(
        Ended("sent", until=until if status == "DRAFT" else None, answered=True, events=events), answer, order
    )


def _as_there(ended: Ended, answer: Row, order: InvoiceOrder) -> Ended:
    total, status = Decimal(str(answer["Total"])), str(answer.get("Status") or "")
    return replace(ended, xero_id=_id(answer), xero_status=status, total=total, held=held(order))


def _refused(claimed: Claimed, words: str) -> Ended:
    """A number that is taken may be our own of a try that nobody remembers: looked up, not given up."""
    if "unique" in words.lower() and claimed.was not in ("sending", "unknown"):
        return Ended("unknown", pause_s=0.0, reason="number", error=words)
    return blocked(claimed, "refused", f"Xero refused it: {words}")


def not_done(claimed: Claimed, error: TriaError) -> Ended:
    """Later, as unknown where it may have arrived; after too many tries a person's."""
    code = str(getattr(error, "code", ""))
    unknown = isinstance(error, UnknownOutcome) or claimed.was in ("sending", "unknown")
    state = "unknown" if unknown else "pending"
    wait_s = getattr(error, "retry_after_s", None)
    if code.startswith(NO_TRY):
        return Ended(state, pause_s=wait_s or 1.0, forgiven=True, reason=code, error=error_words(error))
    if claimed.attempts >= MAX_ATTEMPTS:
        return Ended("failed", reason="attempts", error=error_words(error))
    metrics.invoices_total.labels("unknown" if unknown else "temporary").inc()
    return Ended(state, pause_s=backoff.wait_s(claimed.attempts, wait_s), reason=code, error=error_words(error))


def blocked(claimed: Claimed, reason: str, words: str) -> Ended:
    events = (("invoice_blocked", {"reason": words}),)
    return Ended("blocked", answered=True, reason=reason, error=f"{claimed.number}: {words}", events=events)


def _id(answer: Row) -> str | None:
    return str(answer["InvoiceID"]) if answer.get("InvoiceID") else None
