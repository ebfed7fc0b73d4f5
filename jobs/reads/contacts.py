"""Who may order for which outlet, for people to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

_LIST = text("""
SELECT o.code AS outlet, o.name AS outlet_name, k.channel, k.address, k.display_name, b.bound_by, b.bound_at, b.is_manager
FROM contact_outlets b JOIN contacts k ON k.id = b.contact_id JOIN outlets o ON o.id = b.outlet_id
WHERE (CAST(:outlet AS text) IS NULL OR o.code = :outlet) AND NOT k.is_synthetic
ORDER BY o.code, k.channel, k.address
""")


@dataclass(frozen=True, slots=True)
class BoundContact:
    outlet: str
    outlet_name: str
    channel: str
    address: str
    display_name: str | None
    bound_by: str
    bound_at: datetime
    is_manager: bool


def bound_contacts(connection: Connection, outlet_code: str | None = None) -> list[BoundContact]:
    return [BoundContact(*row) for row in connection.execute(_LIST, {"outlet": outlet_code})]
