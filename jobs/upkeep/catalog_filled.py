"""Is there anything to sell? With an empty catalog every order would be answered "I do not know that"."""

from __future__ import annotations

from bot.errors import StartupRefused
from bot.runtime import Runtime
from bot.telemetry import get_logger
from jobs.reads import stats
from models.database import autocommit

log = get_logger(__name__)
EMPTY = "no active product in the catalog"
CURE = "run `flask catalog import FILE` first; for a first start without one say --allow-empty (web: ALLOW_EMPTY=true)"


def refuse_empty(runtime: Runtime, *, allow_empty: bool) -> None:
    """Raises StartupRefused in production, unless somebody said that it is meant; elsewhere it is a warning."""
    with autocommit(runtime.engine) as connection:
        active = stats.catalog_counts(connection)["products_active"]
    if active:
        return
    if runtime.settings.is_production and not (allow_empty or runtime.settings.allow_empty):
        raise StartupRefused(f"There is {EMPTY}: {CURE}")
    log.warning("no active product in the catalog", cure=CURE)
