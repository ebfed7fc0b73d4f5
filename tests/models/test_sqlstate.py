"""Every class of PostgreSQL's errors is either worth another try or not, and an HTTP answer follows from it."""

from __future__ import annotations

import psycopg2
import pytest
from psycopg2 import errorcodes
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.sqlstate import TEMPORARY_BY_CLASS, is_temporary, sqlstate_is_temporary


@pytest.mark.parametrize(
    ("code", "temporary"),
    [
        ("08006", True), ("08003", True), ("40001", True), ("40P01", True), ("53300", True), ("53100", True), ("55P03", True),
        ("57014", True), ("57P01", True), ("57P03", True), ("58030", True), ("25006", True), ("25P03", True),
        ("57P04", False), ("40002", False), ("22P02", False), ("23505", False), ("28P01", False), ("3D000", False),
        ("42703", False), ("42P01", False), ("XX001", False), ("0A000", False), ("25P02", False), ("99999", False), ("", False),
    ],
)  # fmt: skip
def test_code_is_worth_another_try_or_not(code: str, temporary: bool) -> None:
    assert sqlstate_is_temporary(code) is temporary


def test_every_class_that_the_driver_knows_is_in_the_table_or_counts_as_permanent() -> None:
    classes = {v for name, v in vars(errorcodes).items() if name.startswith("CLASS_") and isinstance(v, str)}
    not_of_servers = {"00", "01", "HV", "09", "0B", "0F", "0L", "0P", "0Z", "10", "20", "24", "26", "27", "2B", "2F", "34", "38", "39",
                      "3B", "72"}  # fmt: skip
    assert classes - not_of_servers <= set(TEMPORARY_BY_CLASS)


def test_connection_that_never_was_and_a_pool_that_is_empty_are_temporary() -> None:
    assert is_temporary(OperationalError("SELECT 1", {}, psycopg2.OperationalError("could not connect")))
    assert is_temporary(InterfaceError("SELECT 1", {}, psycopg2.InterfaceError("connection already closed")))
    assert is_temporary(PoolTimeout("QueuePool limit reached"))


def test_broken_promise_and_other_exceptions_are_not() -> None:
    assert not is_temporary(IntegrityError("INSERT", {}, psycopg2.IntegrityError("duplicate")))
    assert not is_temporary(ValueError("something else"))
