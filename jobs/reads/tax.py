"""The tax rate of a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, text

_IN_FORCE = text("SELECT rate FROM tax_rates WHERE effective_from <= :today ORDER BY effective_from DESC LIMIT 1")


def rate_in_force(connection: Connection, today: date) -> Decimal | None:
    """As a share; None when no rate was ever set."""
    rate = connection.execute(_IN_FORCE, {"today": today}).scalar()
    return None if rate is None else Decimal(rate)
