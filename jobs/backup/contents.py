"""What is in a database, in numbers that can be compared: rows and a checksum of every table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
_UNBOUNDED = text("SET LOCAL statement_timeout = 0")


@dataclass(frozen=True, slots=True)
class Contents:
    """Of one table. `checksum` is the sum of a 64-bit hash of each row, so that it does not depend on the rows' order."""

    rows: int
    checksum: str


def tables_of(connection: Connection) -> list[str]:
    return list(connection.execute(_TABLES).scalars())


def contents_of(connection: Connection) -> dict[str, Contents]:
    """By table; as this transaction sees it. Reads everything, for as long as that takes."""
    connection.execute(_UNBOUNDED)
    return {name: _of_table(connection, name) for name in tables_of(connection)}


def _of_table(connection: Connection, name: str) -> Contents:
    quoted = connection.dialect.identifier_preparer.quote(name)
    row = connection.execute(
        text(
            "SELECT count(*) AS rows, coalesce(sum(('x' || left(md5(r::text), 16))::bit(64)::bigint), 0)::text AS checksum"
            f" FROM public.{quoted} AS r"
        )
    ).one()
    return Contents(int(row.rows), str(row.checksum))


def differences(wanted: Mapping[str, Contents], found: Mapping[str, Contents]) -> list[str]:
    """Every table that is not as it was, in words; empty when all are."""
    return [
        words for name in sorted({*wanted, *found}) if (words := _difference(name, wanted.get(name), found.get(name)))
    ]


def _difference(name: str, wanted: Contents | None, found: Contents | None) -> str:
    if wanted == found:
        return ""
    if wanted is None or found is None:
        return f"{name}: {'is not in the backup' if wanted is None else 'is missing'}"
    if wanted.rows != found.rows:
        return f"{name}: {found.rows} rows, the backup has {wanted.rows}"
    return f"{name}: {found.rows} rows, but not the same ones"
