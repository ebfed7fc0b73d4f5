"""How a process begins: settings, logs, error reports, and what must be right before it does anything.

Every reason not to start is on standard error as a sentence, with exit code 1 and no traceback.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from bot import failpoints
from bot.errors import StartupRefused
from bot.rules_digest import rules_digest
from bot.runtime import Runtime, get_runtime
from bot.telemetry import configure_logging, get_logger, init_sentry, init_tracing
from jobs.upkeep import connection_fit, redis_settings, schema_fit
from jobs.upkeep.catalog_filled import refuse_empty
from jobs.upkeep.tax_rates import warn_of_another_rate

log = get_logger(__name__)


def begin(name: str, arguments: Sequence[str] | None = None) -> Runtime | None:
    """The runtime of the process `name` (worker, sweeper); None, with every reason on standard error, when it must not run."""
    parser = argparse.ArgumentParser(description=f"The {name} of Tria. It stops after SIGTERM or Ctrl-C.")
    parser.add_argument("--allow-empty", action="store_true", help="start also with no product in the catalog")
    chosen = parser.parse_args(arguments)
    try:
        runtime = get_runtime()
        runtime.application = f"tria-{name}"
        rules_digest()  # now, while the files are those that run
        configure_logging(runtime.settings)
        init_sentry(runtime.settings)
        init_tracing(runtime.settings)
        refuse_unfit(runtime, allow_empty=chosen.allow_empty)
    except StartupRefused as refused:
        sys.stderr.write(f"{name}: {refused}\n")
        return None
    return runtime


def refuse_unfit(runtime: Runtime, *, allow_empty: bool = False) -> None:
    """Raises StartupRefused: failpoints armed in production, another schema, a pooler that shares, nothing to sell, an unfit Redis."""
    failpoints.refuse_in_production(runtime.settings.is_production)
    schema_fit.refuse_another_schema(runtime)
    connection_fit.refuse_shared_connections(runtime)
    refuse_empty(runtime, allow_empty=allow_empty)
    redis_settings.refuse_unfit_redis(runtime)
    warn_of_another_rate(runtime)
