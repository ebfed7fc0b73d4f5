"""What a connection is told holds for as long as it is open; where a pooler shares it out, that is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import psycopg2
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import StaticPool

from bot.errors import StartupRefused
from bot.runtime import Runtime
from handlers.checks.check import Severity
from handlers.checks.storage import connections_are_ours
from jobs.upkeep.connection_fit import refuse_shared_connections
from models.database import LOCK_TIMEOUT_MS, STATEMENT_TIMEOUT_MS, autocommit, transaction
from models.pooling import is_shared


@pytest.fixture
def one_for_all(runtime: Runtime) -> Iterator[Engine]:
    """Two that are open at once are one to PostgreSQL, as behind a pooler whose other connections are idle."""
    engine = create_engine(runtime.engine.url, poolclass=StaticPool, isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


class Swapping(psycopg2.extensions.connection):
    """Goes to another connection of PostgreSQL with each statement, as behind a busy pooler."""

    def __init__(self, dsn: str, **named: Any) -> None:
        super().__init__(dsn, **named)
        self.turn, self.other = count(), psycopg2.connect(dsn)
        self.other.autocommit = True

    def cursor(self, *arguments: Any, **named: Any) -> Any:
        way = super().cursor if next(self.turn) % 2 else self.other.cursor
        return way(*arguments, **named)

    def close(self) -> None:
        self.other.close()
        super().close()


@pytest.mark.parametrize("way_in", [transaction, autocommit])
def test_every_connection_waits_for_a_bounded_time_and_counts_in_utc(runtime: Runtime, way_in: Any) -> None:
    """Also behind a pooler, which would refuse or drop them as an option of the start."""
    with way_in(runtime.engine) as connection:
        ms = "SELECT setting::int FROM pg_settings WHERE name = :name"
        bounds = [connection.scalar(text(ms), {"name": name}) for name in ("statement_timeout", "lock_timeout")]
        zone, plans = (connection.scalar(text(f"SHOW {name}")) for name in ("timezone", "plan_cache_mode"))
        driver = connection.connection.dbapi_connection
        assert driver is not None
        assert not driver.get_dsn_parameters().get("options")
    assert bounds == [STATEMENT_TIMEOUT_MS, LOCK_TIMEOUT_MS]
    assert (zone, plans) == ("UTC", "force_generic_plan")


def test_connections_of_our_own_are_not_shared(runtime: Runtime) -> None:
    assert not is_shared(runtime.engine)
    refuse_shared_connections(runtime)
    assert connections_are_ours(runtime).severity is Severity.HEALTHY


def test_one_connection_for_two_is_noticed(one_for_all: Engine) -> None:
    assert is_shared(one_for_all)


def test_a_connection_that_is_another_after_each_statement_is_noticed(runtime: Runtime) -> None:
    url = runtime.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    engine = create_engine(
        "postgresql+psycopg2://",
        creator=lambda: psycopg2.connect(url, connection_factory=Swapping),
        isolation_level="AUTOCOMMIT",
    )
    assert is_shared(engine)
    engine.dispose()


def test_a_process_behind_such_a_pooler_does_not_start_and_doctor_says_why(
    one_for_all: Engine, runtime: Runtime
) -> None:
    behind = Runtime(runtime.settings)
    behind.__dict__["engine"] = one_for_all
    with pytest.raises(StartupRefused, match="pooler that gives each transaction another connection"):
        refuse_shared_connections(behind)
    verdict = connections_are_ours(behind)
    assert verdict.severity is Severity.UNHEALTHY
    assert "pooler" in verdict.reason
