"""What must be right before a worker or a sweeper does anything: no armed failpoints in production, the schema, Redis."""

from __future__ import annotations

import sys

from bot import failpoints
from bot.errors import StartupRefused
from bot.runtime import Runtime
from jobs.upkeep import redis_settings, schema_fit


def may_start(runtime: Runtime, name: str) -> bool:
    """False, with every reason on standard error, when this process must not run."""
    try:
        failpoints.refuse_in_production(runtime.settings.is_production)
        schema_fit.refuse_unfit(runtime)
        redis_settings.refuse_unfit(runtime)
    except StartupRefused as refused:
        sys.stderr.write(f"{name}: {refused}\n")
        return False
    return True
