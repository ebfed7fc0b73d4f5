"""The tax rates by date: the first one out of TAX_RATE, later ones by `flask tax add`; and whether TAX_RATE still says the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, text

from bot.errors import BadInputError
from bot.runtime import Runtime
from bot.telemetry import get_logger
from jobs.audit import audit
from jobs.reads.tax import rate_in_force
from models.database import autocommit

log = get_logger(__name__)

FIRST_DAY = date(2024, 1, 1)
"""Before any order of this system; Singapore's GST is 9 % from this day."""
STEP = Decimal("0.0001")
CURE = "run `flask tax add RATE --from DAY`, or take TAX_RATE out of the settings: only the first start reads it"

_FIRST = text("""
INSERT INTO tax_rates (effective_from, rate) SELECT CAST(:day AS date), :rate WHERE NOT EXISTS (SELECT 1 FROM tax_rates)
""")
_ADD = text("""
INSERT INTO tax_rates (effective_from, rate) VALUES (CAST(:day AS date), :rate) ON CONFLICT (effective_from) DO NOTHING RETURNING 1
""")
_ALL = text("SELECT effective_from, rate FROM tax_rates ORDER BY effective_from")


def first_rate(connection: Connection, rate: Decimal) -> None:
    """Writes TAX_RATE down when there is no rate at all."""
    connection.execute(_FIRST, {"day": FIRST_DAY, "rate": rate})


def all_rates(connection: Connection) -> list[tuple[date, Decimal]]:
    """Each with the day from which it holds, oldest first."""
    return [(row.effective_from, row.rate) for row in connection.execute(_ALL)]


def add_rate(connection: Connection, rate: Decimal, first: date, *, actor: str, today: date) -> None:
    """Raises BadInputError for a share outside 0 to 1, a past day, and a day that has a rate already.

    Orders that were placed keep the rate they were placed with.
    """
    if not rate.is_finite() or not 0 <= rate <= 1 or rate % STEP:
        raise BadInputError("a rate is a share between 0 and 1 with at most four decimals: 0.09 is 9 %")
    if first < today:
        raise BadInputError(f"{first} is past: orders of that day have their tax already")
    if connection.execute(_ADD, {"day": first, "rate": rate}).one_or_none() is None:
        raise BadInputError(f"there is a rate from {first} on already; choose another day")
    audit(connection, actor, "tax rate added", f"tax_rates:{first}", {"rate": str(rate)})


def difference(runtime: Runtime) -> str:
    """What TAX_RATE says otherwise than the rate in force; empty when they agree, or when only one of them is there."""
    settings = runtime.settings
    with autocommit(runtime.engine) as connection:
        rate = rate_in_force(connection, runtime.clock().astimezone(settings.zone).date())
    if rate is None or "tax_rate" not in settings.model_fields_set or rate == settings.tax_rate:
        return ""
    return f"TAX_RATE is {settings.tax_rate.normalize():f}, orders are taxed with {rate.normalize():f}"


def warn_of_another_rate(runtime: Runtime) -> None:
    if words := difference(runtime):
        log.warning("the setting and the table of tax rates differ", found=words, cure=CURE)
