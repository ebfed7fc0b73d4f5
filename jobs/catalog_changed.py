"""Raises the catalog's number: whoever holds products, names or prices in memory reads them anew at the next message."""

from __future__ import annotations

from sqlalchemy import Connection, text

_THERE = text("INSERT INTO catalog_version (id, version) VALUES (1, 0) ON CONFLICT DO NOTHING")
_LOCK = text("SELECT version FROM catalog_version WHERE id = 1 FOR UPDATE")
_RAISE = text("UPDATE catalog_version SET version = version + 1 WHERE id = 1")


def lock_catalog(connection: Connection) -> None:
    """Until the transaction ends nobody else changes the catalog: imports run one after the other."""
    connection.execute(_THERE)
    connection.execute(_LOCK)


def catalog_changed(connection: Connection) -> None:
    """In the transaction of the change."""
    connection.execute(_RAISE)
