"""Looks at the organisation's tax rates, accounts and currency: at the start, each day, and again while something is wrong.

While it is wrong nothing is invoiced, nothing is lost, and readiness says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from bot.accounting.xero_setup import Facts, Wanted, judge
from bot.errors import PermanentError
from bot.runtime import Runtime
from bot.settings import Settings
from bot.telemetry import get_logger
from jobs.invoices import connection as standing
from jobs.invoices.accounting import Accounting
from jobs.invoices.connection import Standing
from jobs.invoices.permits import LOOKED_UP, ORGANISATION, only_one
from jobs.reads.tax import rate_in_force
from models.database import transaction

log = get_logger(__name__)
T = TypeVar("T")

DAILY_S = 24 * 3600.0
WRONG_S = 15 * 60.0
"""How soon it is looked at again what a person may have put right in Xero: three calls each time."""


def asked_for(settings: Settings) -> list[str]:
    """The settings that the facts were judged by: others are judged anew at once."""
    return [settings.xero_tax_type, settings.xero_sales_account_code, settings.currency, settings.xero_tenant_id]


def are_old(found: Standing, settings: Settings) -> bool:
    if found.facts is None or found.facts_age_s is None or found.facts.get("for") != asked_for(settings):
        return True
    return found.facts_age_s > (WRONG_S if found.facts.get("problems") else DAILY_S)


def current(runtime: Runtime, accounting: Accounting, found: Standing) -> Mapping[str, Any]:
    """The facts, looked up when they are old. Raises TemporaryError while another worker does."""
    if found.facts is not None and not are_old(found, runtime.settings):
        return found.facts
    with only_one(runtime, ORGANISATION, LOOKED_UP):
        again = standing.read(runtime)
        if again.facts is not None and not are_old(again, runtime.settings):
            return again.facts
        return note(runtime, look(runtime, accounting))


def look(runtime: Runtime, accounting: Accounting) -> Facts:
    """Three calls, nothing written."""
    settings = runtime.settings
    with transaction(runtime.engine) as connection:
        today = runtime.clock().astimezone(settings.zone).date()
        in_force = rate_in_force(connection, today)
    rate = settings.tax_rate if in_force is None else in_force
    wanted = Wanted(settings.xero_tax_type, settings.xero_sales_account_code, settings.currency, rate)
    xero = accounting.xero
    return judge(_shown(xero.organisation), _shown(xero.tax_rates), _shown(xero.accounts), wanted)


def _shown(call: Callable[[], T]) -> T | None:
    """None for what is not there to be asked."""
    try:
        return call()
    except PermanentError as error:
        if error.code != "404":
            raise
        return None


def note(runtime: Runtime, facts: Facts) -> Mapping[str, Any]:
    kept = facts.as_json() | {"for": asked_for(runtime.settings)}
    with transaction(runtime.engine) as connection:
        standing.ensure(connection)
        standing.note_facts(connection, kept)
    if facts.problems:
        log.error("nothing is invoiced", problems=list(facts.problems))
    return kept
