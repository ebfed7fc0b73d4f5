"""PostgreSQL and Redis: do they answer, how fast, and is the schema the one this code was written for?"""

from __future__ import annotations

import secrets
import time

import redis
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.runtime import Runtime
from handlers.checks.check import Severity, Verdict
from jobs.upkeep import connection_fit, redis_settings
from models import schema
from models.database import again_if_stale, pool_numbers
from models.pooling import is_shared
from models.sqlstate import connection_problem

SLOW_MS = 250.0
PROBE_TTL_S = 10


def database(runtime: Runtime) -> Verdict:
    started = time.perf_counter()
    try:
        again_if_stale(lambda: _ask(runtime))
    except PoolTimeout:
        return Verdict(Severity.UNHEALTHY, "every connection of the pool is in use", {"pool": _pool(runtime)})
    except OperationalError as error:
        return Verdict(Severity.UNHEALTHY, connection_problem(error))
    ms = _since(started)
    severity = Severity.DEGRADED if ms > SLOW_MS else Severity.HEALTHY
    reason = f"answers in {ms:.0f} ms" if severity else ""
    return Verdict(severity, reason, {"response_time_ms": ms, "pool": _pool(runtime)})


def _ask(runtime: Runtime) -> None:
    with runtime.engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def connections_are_ours(runtime: Runtime) -> Verdict:
    if is_shared(runtime.engine):
        return Verdict(Severity.UNHEALTHY, connection_fit.SHARED)
    return Verdict()


def schema_is_current(runtime: Runtime) -> Verdict:
    return _schema(runtime, thorough=False)


def schema_has_no_drift(runtime: Runtime) -> Verdict:
    return _schema(runtime, thorough=True)


def redis_answers(runtime: Runtime) -> Verdict:
    """PING, a write and its reading back; one message for each way it can refuse."""
    arguments = runtime.redis.connection_pool.connection_kwargs
    facts = {"host": str(arguments.get("host", "")), "port": int(arguments.get("port", 0) or 0)}
    started = time.perf_counter()
    try:
        problem = _write_and_read(runtime.redis)
    except redis.exceptions.AuthenticationError:
        problem = "authentication failed for REDIS_PASSWORD"
    except redis.exceptions.ReadOnlyError:
        problem = "this Redis is a read-only replica"
    except redis.exceptions.OutOfMemoryError:
        problem = "has no memory left"
    except redis.exceptions.TimeoutError:
        problem = "does not answer in time"
    except redis.exceptions.ConnectionError:
        problem = "cannot be reached"
    except redis.exceptions.ResponseError as error:
        problem = f"refuses commands: {str(error).split(' ', 1)[0]}"
    if problem:
        required = runtime.settings.redis_required
        return Verdict(Severity.UNHEALTHY if required else Severity.DEGRADED, problem, facts)
    ms = _since(started)
    severity = Severity.DEGRADED if ms > SLOW_MS else Severity.HEALTHY
    return Verdict(severity, f"answers in {ms:.0f} ms" if severity else "", {"response_time_ms": ms, **facts})


def redis_keeps_rings(runtime: Runtime) -> Verdict:
    """A Redis that evicts or forgets costs seconds for every ring it loses; the sweeper rings again."""
    found = redis_settings.problems(runtime.redis, is_production=runtime.settings.is_production)
    return Verdict(Severity.UNHEALTHY, "; ".join(found)) if found else Verdict()


def _write_and_read(client: redis.Redis) -> str:
    key, value = f"tria:health:{secrets.token_hex(4)}", secrets.token_hex(4)
    if client.ping() is not True:
        return "PING was not answered with PONG"
    client.set(key, value, ex=PROBE_TTL_S)
    read = client.getdel(key)
    return "" if read in (value, value.encode()) else "what was written could not be read back"


def _schema(runtime: Runtime, *, thorough: bool) -> Verdict:
    found = schema.problems(runtime.engine, thorough=thorough)
    facts = {"revision": schema.head_revision()}
    return Verdict(Severity.UNHEALTHY, "; ".join(found[:5]), facts) if found else Verdict(facts=facts)


def _pool(runtime: Runtime) -> dict[str, int]:
    return pool_numbers(runtime.engine)


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
