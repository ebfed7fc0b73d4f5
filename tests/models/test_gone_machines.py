"""A machine that loses its power or its network says nothing: both ends of a connection ask, and give it up within seconds."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from bot.runtime import Runtime
from models.database import autocommit, transaction


@pytest.mark.parametrize("way_in", [transaction, autocommit])
def test_postgresql_gives_up_a_client_that_is_gone_within_seconds(runtime: Runtime, way_in: Any) -> None:
    """Its default is two hours, for which it would keep the rows that this client held."""
    with way_in(runtime.engine) as connection:
        idle, every, times = (
            int(connection.scalar(text(f"SHOW tcp_keepalives_{name}"))) for name in ("idle", "interval", "count")
        )
        unanswered_ms = connection.scalar(text("SELECT setting::int FROM pg_settings WHERE name = 'tcp_user_timeout'"))
    assert idle + every * times <= 15
    assert 0 < unanswered_ms <= 15_000


def test_a_process_gives_up_a_postgresql_that_is_gone_within_seconds(runtime: Runtime) -> None:
    with runtime.engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        chosen = driver.get_dsn_parameters()
    assert int(chosen["keepalives_idle"]) + int(chosen["keepalives_interval"]) * int(chosen["keepalives_count"]) <= 15
    assert 0 < int(chosen["tcp_user_timeout"]) <= 15_000
