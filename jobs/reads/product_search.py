"""Finds products by words, for people and other programs: one statement, nothing matched as a pattern, a stable order."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, text

from jobs.reads.trade_rows import price_words

_BEST = """CASE WHEN lower(p.sku) = :whole THEN 0 WHEN lower(p.name) = :whole THEN 1
           WHEN position(:whole IN lower(p.name)) = 1 THEN 2 WHEN position(:whole IN lower(p.name)) > 0 THEN 3 ELSE 4 END, p.name, p.sku"""
_NEWEST = "p.created_at DESC, p.sku"
_SEARCH = """
WITH fits AS MATERIALIZED (
    SELECT p.id, row_number() OVER (ORDER BY {order}) AS place FROM products p
    WHERE (:everything OR p.is_active) AND NOT EXISTS (
        SELECT 1 FROM unnest(CAST(:words AS text[])) w
        WHERE position(w IN lower(concat_ws(' ', p.sku, p.name, p.category, array_to_string(p.aliases, ' ')))) = 0)
)
SELECT t.total, p.sku, p.name, p.category, p.aliases, p.base_unit, p.unit_price, p.is_active AS active,
       COALESCE((SELECT json_object_agg(u.unit, trim_scale(u.factor)::text ORDER BY u.factor) FROM pack_units u WHERE u.product_id = p.id), '{{}}') AS pack_units
FROM (SELECT count(*) AS total FROM fits) t LEFT JOIN fits f ON f.place > :skip AND f.place <= :skip + :most
LEFT JOIN products p ON p.id = f.id ORDER BY f.place
"""
_STATEMENTS = {newest: text(_SEARCH.format(order=_NEWEST if newest else _BEST)) for newest in (True, False)}


def search(
    connection: Connection, words: str, *, most: int = 25, skip: int = 0, newest: bool = False, everything: bool = False
) -> tuple[list[dict[str, Any]], int]:
    """Products whose SKU, name, category and other names hold every word, and how many there are in all.

    The best first: by SKU, by the whole name, by its beginning; then by name and SKU. `everything` shows inactive ones too.
    """
    said = words.lower().split()
    values = {"words": said, "whole": " ".join(said), "everything": everything, "most": most, "skip": skip}
    rows = [dict(row) for row in connection.execute(_STATEMENTS[newest], values).mappings()]
    total = max(int(row.pop("total")) for row in rows)
    return [{**row, "unit_price": price_words(row["unit_price"])} for row in rows if row["sku"] is not None], total
