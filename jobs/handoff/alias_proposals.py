"""Turns what customers explain into proposals of names for their outlet; a person approves, rejects and undoes them.

Nothing is learned by itself: until it is approved a proposal changes no reading. Every step is audited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from bot.decision import Learned
from bot.errors import BadInputError
from jobs.audit import audit
from jobs.catalog_changed import catalog_changed

READY_AFTER = 2
"""Picked so often, a name is worth a person's look; once is enough when they look anyway."""

_PROPOSE = text("""
INSERT INTO alias_proposals AS p (outlet_id, product_id, alias, message_ids)
SELECT :outlet_id, id, :alias, CAST(:message_ids AS bigint[]) FROM products WHERE sku = :sku
ON CONFLICT (outlet_id, alias, product_id) WHERE state = 'proposed' DO UPDATE
    SET message_ids = ARRAY(SELECT DISTINCT unnest(p.message_ids || excluded.message_ids) ORDER BY 1)
RETURNING id
""")
_KNOWN = text("""
SELECT 1 FROM product_aliases a JOIN products p ON p.id = a.product_id
WHERE a.outlet_id = :outlet_id AND a.alias = :alias AND p.sku = :sku
""")
_LIST = text("""
SELECT r.id, o.code AS outlet, o.name AS outlet_name, p.sku, p.name AS product, r.alias, r.message_ids, r.state, r.proposed_at,
       r.decided_at, r.decided_by
FROM alias_proposals r JOIN outlets o ON o.id = r.outlet_id JOIN products p ON p.id = r.product_id
WHERE (CAST(:state AS text) IS NULL OR r.state = :state) AND (CAST(:id AS bigint) IS NULL OR r.id = :id) ORDER BY r.id
""")
_DECIDE = text("""
UPDATE alias_proposals SET state = :state, decided_at = now(), decided_by = :actor WHERE id = :id AND state = :from
RETURNING outlet_id, product_id, alias
""")
_ADD = text("""
INSERT INTO product_aliases (product_id, outlet_id, alias, source) VALUES (:product_id, :outlet_id, :alias, :source)
ON CONFLICT (outlet_id, alias) DO NOTHING RETURNING id
""")
_REMOVE = text("DELETE FROM product_aliases WHERE source = :source RETURNING id")


@dataclass(frozen=True, slots=True)
class Proposal:
    """`message_ids` are the answers it was learned from."""

    id: int
    outlet: str
    outlet_name: str
    sku: str
    product: str
    alias: str
    message_ids: tuple[int, ...]
    state: str
    proposed_at: datetime
    decided_at: datetime | None
    decided_by: str | None

    @property
    def ready(self) -> bool:
        return len(self.message_ids) >= READY_AFTER


def propose(connection: Connection, outlet_id: int, learned: Learned, message_ids: Sequence[int]) -> int | None:
    """One more time that this outlet meant this product by this name; None when the name is known already."""
    values: dict[str, Any] = {"outlet_id": outlet_id, "alias": learned.text, "sku": learned.sku}
    if connection.execute(_KNOWN, values).one_or_none() is not None:
        return None
    return connection.execute(_PROPOSE, values | {"message_ids": list(message_ids)[-1:]}).scalar()


def proposals(connection: Connection, *, state: str | None = None, only: int | None = None) -> list[Proposal]:
    rows = connection.execute(_LIST, {"state": state, "id": only})
    return [Proposal(**{**row._mapping, "message_ids": tuple(row.message_ids)}) for row in rows]


def approve(connection: Connection, proposal_id: int, *, actor: str) -> None:
    """The name counts from now on, in this outlet only. Raises BadInputError when it is decided, or means another product."""
    row = _decide(connection, proposal_id, "proposed", "approved", actor)
    values = {"product_id": row.product_id, "outlet_id": row.outlet_id, "alias": row.alias}
    if connection.execute(_ADD, values | {"source": _source(proposal_id)}).one_or_none() is None:
        raise BadInputError("this outlet already uses that name for another product; undo that one first")
    catalog_changed(connection)


def reject(connection: Connection, proposal_id: int, *, actor: str) -> None:
    _decide(connection, proposal_id, "proposed", "rejected", actor)


def undo(connection: Connection, proposal_id: int, *, actor: str) -> None:
    """Take an approved name away again; orders that were read with it stay as they are."""
    _decide(connection, proposal_id, "approved", "undone", actor)
    connection.execute(_REMOVE, {"source": _source(proposal_id)})
    catalog_changed(connection)


def _decide(connection: Connection, proposal_id: int, from_: str, state: str, actor: str) -> Row[Any]:
    values = {"id": proposal_id, "from": from_, "state": state, "actor": actor}
    row = connection.execute(_DECIDE, values).one_or_none()
    if row is None:
        raise BadInputError(f"alias proposal {proposal_id} is not {from_}")
    audit(connection, actor, f"alias_{state}", f"alias_proposal:{proposal_id}", {"outlet": row.outlet_id})
    return row


def _source(proposal_id: int) -> str:
    return f"learned:{proposal_id}"
