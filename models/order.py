"""Orders: drafts and placed ones in one table, their lines with names and prices copied at placing, and their history."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, Sequence, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id, Instant, Money, Price, Quantity, one_of
from models.order_status import OrderStatus

ORDER_NUMBERS = Sequence("order_numbers", start=100_001, metadata=Base.metadata)
OPEN_DRAFT = (OrderStatus.DRAFT, OrderStatus.AWAITING_CONFIRMATION)


class Order(Base):
    """One draft a conversation and one order a message are promises of the indexes, not of the code."""

    __tablename__ = "orders"
    __table_args__ = (
        one_of("status", OrderStatus),
        CheckConstraint("total = subtotal + tax", name="total_adds_up"),
        Index(
            "uq_orders_draft",
            "conversation_id",
            unique=True,
            postgresql_where=text("status IN ('draft', 'awaiting_confirmation')"),
        ),
        Index("ix_orders_outlet_id", "outlet_id", "id"),
        Index("ix_orders_placed_at", "placed_at"),
        # Orders that are still to be delivered are looked for every few seconds, among all that ever were.
        Index("ix_orders_open", "delivery_date", postgresql_where=text("status = 'placed' AND NOT is_synthetic")),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    """SO- and a number of ORDER_NUMBERS; synthetic orders take TEST- and their id, so that they leave no gaps."""
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlets.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("conversation_messages.id"), unique=True)
    """The message that began it; its uniqueness is what makes a repeated job harmless."""
    channel: Mapped[str]
    status: Mapped[str]
    currency: Mapped[str]
    subtotal: Mapped[Money]
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(6, 4))
    tax: Mapped[Money]
    total: Mapped[Money]
    delivery_date: Mapped[date | None]
    notes: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int] = mapped_column(server_default="1")
    is_synthetic: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[Created]
    placed_at: Mapped[Instant | None]


class OrderLine(Base):
    """`quantity` counts base units; the pack is how it was said, when it was said in packs."""

    __tablename__ = "order_lines"
    __table_args__ = (UniqueConstraint("order_id", "sku"), CheckConstraint("quantity > 0", name="quantity_positive"))

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sku: Mapped[str]
    name: Mapped[str]
    quantity: Mapped[Quantity]
    unit: Mapped[str]
    pack_quantity: Mapped[Quantity | None]
    pack_unit: Mapped[str | None]
    said_quantity: Mapped[Quantity | None]
    said_unit: Mapped[str | None]
    """How the customer last said it; no unit where base units were meant. The pack is how it is shown."""
    unit_price: Mapped[Price]
    line_total: Mapped[Money]


class OrderEvent(Base):
    """What happened on the way of a message or an order, in order; the timeline is read from here."""

    __tablename__ = "order_events"
    __table_args__ = (
        Index("ix_order_events_order_id", "order_id", "id"),
        Index("ix_order_events_message_id", "message_id"),
    )

    id: Mapped[Id]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("conversation_messages.id", ondelete="CASCADE"))
    kind: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    at: Mapped[Created]
