"""Which of our SKUs exist as items in Xero, and under which code. An invoice line names only those."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text

from bot.runtime import Runtime
from models.database import autocommit

ITEM = "item"
_CODES = text("SELECT key, code FROM accounting_links WHERE kind = 'item' AND key = ANY(:skus) AND code IS NOT NULL")


def codes_of(runtime: Runtime, skus: Iterable[str]) -> dict[str, str]:
    with autocommit(runtime.engine) as connection:
        return {row.key: row.code for row in connection.execute(_CODES, {"skus": sorted(set(skus))})}
