"""Empties the suite's tables before a test, and fills them with the demo shop from a copy that is made once.

Deleting few rows and copying few takes milliseconds, where TRUNCATE and a new import of the demo take a third of a second.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.identity.outlets_csv import read_outlets
from bot.runtime import Runtime
from bot.settings import ROOT
from jobs.imports.catalog import import_catalog
from jobs.imports.outlets import import_outlets
from jobs.turn.catalog_cache import load_products
from models import Base

COPY = "demo_rows"
"""The schema that holds the demo shop's rows."""
NAMES = [table.name for table in Base.metadata.sorted_tables if table.name != "catalog_version"]
_WITHOUT_CHECKS = "SET LOCAL session_replication_role = replica; "
"""The rows of all tables go and come together, so their references hold without being looked at one by one."""
_NUMBERS_OF_IDS = text("""
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences
WHERE schemaname = 'public' AND last_value IS NOT NULL AND sequencename LIKE '%\\_id\\_seq'
""")


def empty(engine: Engine) -> None:
    """No row is left in any table, and ids begin at 1 again."""
    with engine.begin() as connection:
        connection.exec_driver_sql(_WITHOUT_CHECKS + "; ".join(f"DELETE FROM {name}" for name in NAMES))
        connection.execute(_NUMBERS_OF_IDS)


class DemoRows:
    """The demo catalog and outlets, imported once and kept beside the tables."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        empty(engine)
        with engine.begin() as connection:
            import_catalog(connection, read_catalog(ROOT / "data" / "catalog.csv"), deactivate_missing=False)
            import_outlets(connection, read_outlets(ROOT / "data" / "outlets.csv"))
            connection.exec_driver_sql(f"CREATE SCHEMA {COPY}")
            self._names = [name for name in NAMES if self._kept(connection, name)]
            self._index = CatalogIndex.build(load_products(connection))
            self._ids = connection.execute(
                text("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
            ).all()

    def _kept(self, connection: Connection, name: str) -> bool:
        if not connection.scalar(text(f"SELECT EXISTS (SELECT FROM {name})")):
            return False
        connection.exec_driver_sql(f"CREATE TABLE {COPY}.{name} AS TABLE {name}")
        return True

    def fill(self, runtime: Runtime) -> None:
        """Into empty tables; the catalog is a new one to whoever holds the last in memory, and `runtime` has read it."""
        rows = [f"INSERT INTO {name} SELECT * FROM {COPY}.{name}" for name in self._names]
        ids = [f"SELECT setval('{sequence}', {last})" for sequence, last in self._ids]
        with self._engine.begin() as connection:
            connection.exec_driver_sql(_WITHOUT_CHECKS + "; ".join([*rows, *ids]))
            version = connection.scalar(text("UPDATE catalog_version SET version = version + 1 RETURNING version"))
        runtime.catalog = (int(str(version)), self._index)
