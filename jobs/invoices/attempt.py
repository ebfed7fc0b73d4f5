"""One claim of invoices on its way through Xero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from bot.errors import NotConnectedError, TemporaryError, TriaError
from bot.runtime import Runtime
from bot.settings import InvoiceStatus
from jobs.invoices.accounting import Accounting
from jobs.invoices.judging import blocked, not_done
from jobs.invoices.permits import hold_off
from jobs.invoices.rows import Claimed, Ended


@dataclass
class Attempt:
    """`id` fences what it writes, `rate` is what the tax type stands for, `ended` has each invoice that is done with."""

    runtime: Runtime
    accounting: Accounting
    id: str
    claimed: list[Claimed]
    rate: Decimal
    ended: dict[int, Ended] = field(default_factory=dict)

    @property
    def open(self) -> list[Claimed]:
        return [each for each in self.claimed if each.id not in self.ended]

    def end(self, claimed: Claimed, ended: Ended) -> None:
        self.ended[claimed.id] = ended

    def end_all(self, claimed: Sequence[Claimed], error: TriaError) -> None:
        for each in claimed:
            self.end(each, not_done(each, error))

    def authorised_later(self, claimed: Claimed) -> datetime | None:
        """When a draft of it has to become authorised; None where it need not, or is due already."""
        at, final = claimed.standing.authorise_at, self.runtime.settings.xero_invoice_status
        later = final is InvoiceStatus.AUTHORISED and at is not None and at > self.runtime.clock()
        return at if later else None

    def stop(self, claimed: Sequence[Claimed], error: TriaError) -> None:
        """What an error of a request means for its invoices, and for everybody else's."""
        if isinstance(error, NotConnectedError | TemporaryError):
            hold_off(self.runtime, error)
            self.end_all(claimed, error)
            return
        for each in claimed:
            self.end(each, blocked(each, getattr(error, "code", "refused"), str(error)))
