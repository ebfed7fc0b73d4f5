"""Every statement's time is heard, on both of an engine's ways in, also of one that fails."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from bot.settings import Settings
from models.database import autocommit, make_engine, transaction


def test_each_statement_is_heard_once_whichever_way_it_goes(settings: Settings) -> None:
    heard: list[float] = []
    engine = make_engine(settings.database_url, took=heard.append)
    with transaction(engine) as connection:
        connection.execute(text("SELECT 1"))
        connection.exec_driver_sql("SELECT 2")
    with autocommit(engine) as connection:
        connection.execute(text("SELECT pg_sleep(0.05)"))
    engine.dispose()
    assert len(heard) == 3
    assert heard[-1] >= 0.05


def test_a_statement_that_fails_is_heard_too(settings: Settings) -> None:
    heard: list[float] = []
    engine = make_engine(settings.database_url, took=heard.append)
    with transaction(engine) as connection, pytest.raises(ProgrammingError):
        connection.execute(text("SELECT nothing_of_the_kind"))
    engine.dispose()
    assert len(heard) == 1


def test_a_server_that_is_not_there_is_no_statement() -> None:
    heard: list[float] = []
    engine = make_engine("postgresql+psycopg2://nobody@127.0.0.1:1/nothing", took=heard.append)
    with pytest.raises(OperationalError), engine.connect():
        pass
    engine.dispose()
    assert heard == []
