"""What providers say became of messages we sent. Kept apart from the message, because a receipt may overtake our own write."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, one_of


class Delivery(StrEnum):
    """A later word of lower rank changes nothing: receipts come late, repeated and out of order."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


DELIVERY_RANK = {status: rank for rank, status in enumerate(Delivery, 1)}


class DeliveryReceipt(Base):
    """Joined to a message by (channel, provider_id)."""

    __tablename__ = "delivery_receipts"
    __table_args__ = (
        one_of("status", Delivery),
        Index("ix_delivery_receipts_failed", "updated_at", postgresql_where=text("status = 'failed'")),
    )

    channel: Mapped[str] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str]
    rank: Mapped[int]
    error: Mapped[str | None]
    updated_at: Mapped[Created]
