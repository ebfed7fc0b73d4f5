"""What is to be done next with an invoice, so that Xero comes to hold what the order is. Plain values in, one step out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.accounting.invoice import InvoiceOrder, credit_of, held
from bot.settings import AfterAuthorised, InvoiceStatus, InvoiceWhen

OPEN = ("DRAFT", "SUBMITTED")
ENDED = ("VOIDED", "DELETED")


class Act(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    REMOVE = "remove"
    CREDIT = "credit"
    DONE = "done"
    """Xero holds what the order is; `until` when there is something to do later."""
    GONE = "gone"
    WAIT = "wait"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that decide."""

    when: InvoiceWhen
    final: InvoiceStatus
    after_authorised: AfterAuthorised


@dataclass(frozen=True, slots=True)
class Standing:
    """The invoice as Xero has it, as far as we know: without an id there is none."""

    xero_id: str | None
    status: str | None
    held: Mapping[str, Any] | None
    authorise_at: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """`status` is what the invoice becomes, `until` when to look again, `reason` for a person."""

    act: Act
    status: str = ""
    until: datetime | None = None
    reason: str = ""


def next_step(standing: Standing, order: InvoiceOrder, rules: Rules, now: datetime) -> Step:
    if order.status == "placed":
        return _follow(standing, order, rules, now)
    if order.status in ("cancelled", "expired"):
        return _remove(standing)
    return Step(Act.WAIT)


def _follow(standing: Standing, order: InvoiceOrder, rules: Rules, now: datetime) -> Step:
    final = standing.authorise_at is None or now >= standing.authorise_at
    target = rules.final.value if final else InvoiceStatus.DRAFT.value
    if standing.xero_id is None:
        early = rules.when is InvoiceWhen.CUTOFF and not final
        return Step(Act.WAIT, until=standing.authorise_at) if early else Step(Act.CREATE, target)
    if standing.status in ENDED:
        return Step(Act.PERSON, reason=f"the invoice was {str(standing.status).lower()} in Xero")
    if standing.held != held(order):
        return _change(standing, order, rules, target)
    if standing.status in OPEN and target != standing.status and target == InvoiceStatus.AUTHORISED:
        return Step(Act.UPDATE, target)
    later = standing.authorise_at if not final and rules.final is InvoiceStatus.AUTHORISED else None
    return Step(Act.DONE, until=later if standing.status in OPEN else None)


def _change(standing: Standing, order: InvoiceOrder, rules: Rules, target: str) -> Step:
    if standing.status in OPEN:
        return Step(Act.UPDATE, target)
    if rules.after_authorised is AfterAuthorised.CREDIT_NOTE and standing.held and credit_of(standing.held, order):
        return Step(Act.CREDIT)
    return Step(Act.PERSON, reason=f"the order changed after its invoice was {str(standing.status).lower()}")


def _remove(standing: Standing) -> Step:
    if standing.xero_id is None or standing.status in ENDED:
        return Step(Act.GONE)
    if standing.status == "PAID":
        return Step(Act.PERSON, reason="the order was cancelled after its invoice was paid")
    return Step(Act.REMOVE, "DELETED" if standing.status in OPEN else "VOIDED")
