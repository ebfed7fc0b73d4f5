"""Who orders and who is invoiced."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id, Money


class Customer(Base):
    """The company that is invoiced; owns outlets."""

    __tablename__ = "customers"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[Created]


class Outlet(Base):
    """The place that orders and receives. Empty rules mean the settings' own."""

    __tablename__ = "outlets"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(unique=True)
    """`outlet_id` of the CSV, the supplier's own word for it."""
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    name: Mapped[str]
    default_language: Mapped[str] = mapped_column(server_default="en")
    confirm_orders: Mapped[str | None]
    cutoff: Mapped[str | None]
    """HH:MM local time, the day before delivery."""
    delivery_days: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    """mon..sun; None is every day."""
    min_order_total: Mapped[Money | None]
    is_active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[Created]
