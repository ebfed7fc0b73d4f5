"""Is this Redis fit to ring on? One that evicts keys throws rings away in silence; one without AOF forgets all of them at a crash.

Read from INFO, which managed Redis services allow where they forbid CONFIG.
"""

from __future__ import annotations

import redis

from bot.errors import StartupRefused
from bot.runtime import Runtime
from bot.telemetry import get_logger

log = get_logger(__name__)

KEEPS_ALL = "noeviction"
AWAY = "Redis cannot be reached: check REDIS_URL, or say REDIS_REQUIRED=false to take orders without it"


def problems(client: redis.Redis, *, is_production: bool) -> list[str]:
    """What is wrong, each with its cure. Raises RedisError when it cannot be asked."""
    memory, persistence = client.info("memory"), client.info("persistence")
    found = []
    if (policy := memory.get("maxmemory_policy", KEEPS_ALL)) != KEEPS_ALL:
        found.append(f"Redis evicts keys (maxmemory-policy {policy}): set maxmemory-policy {KEEPS_ALL}")
    if is_production and not int(persistence.get("aof_enabled", 0)):
        found.append("Redis keeps nothing over a crash (appendonly no): set appendonly yes")
    return found


def refuse_unfit_redis(runtime: Runtime) -> None:
    """Raises StartupRefused naming every wrong setting. A Redis that is away is a reason only in production, and only where
    it is required (REDIS_REQUIRED): work goes on without it."""
    try:
        found = problems(runtime.redis, is_production=runtime.settings.is_production)
    except redis.RedisError as error:
        if runtime.settings.is_production and runtime.settings.redis_required:
            raise StartupRefused(AWAY) from error
        log.warning("Redis cannot be asked for its settings", error=type(error).__name__)
        return
    if found:
        raise StartupRefused("\n".join(found))
