"""Orders that are still open, read again by today's catalog and rules: which would come out otherwise."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Instant


class OrderRereading(Base):
    """The last look at one order. No text of the customer is kept here."""

    __tablename__ = "order_rereadings"
    __table_args__ = (
        Index(
            "ix_order_rereadings_doubtful", "order_id", postgresql_where=text("changes IS NOT NULL AND kept_at IS NULL")
        ),
    )

    order_id: Mapped[int] = mapped_column(
        ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    catalog_version: Mapped[int]
    rules: Mapped[str] = mapped_column(server_default="")
    """Which release's rules read it (bot/rules_digest.py); empty where nobody noted them."""
    read_at: Mapped[Created]
    changes: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    """`{sku, before, after, money}` of each product that is read otherwise; None when it is read as it was."""
    kept_at: Mapped[Instant | None]
    kept_by: Mapped[str | None]
    """Who found the order right as it is. Another reading than the one they saw asks again."""
