"""The invoice of an order in the accounting system, what is known there under which id, and our connection to it.

One order has one invoice for ever: the unique keys say so, whoever writes.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id, Instant, one_of


class InvoiceState(StrEnum):
    PENDING = "pending"
    """Something is to be done at `due_at`, and nothing is under way."""
    SENDING = "sending"
    """Claimed: `due_at` is when the try counts as lost."""
    UNKNOWN = "unknown"
    """A request left and its answer was lost: it is looked up before anything is sent again."""
    SENT = "sent"
    """The accounting system holds what the order is."""
    BLOCKED = "blocked"
    """A person has to act: it was refused, or what came back is not what the order is."""
    FAILED = "failed"
    """Tried too often."""
    GONE = "gone"
    """The order was cancelled and nothing is left to pay."""


class Invoice(Base):
    """Written in the transaction of the order itself; a job does the rest."""

    __tablename__ = "invoices"
    __table_args__ = (
        one_of("state", InvoiceState),
        Index("ix_invoices_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    id: Mapped[Id]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    """The order's own, and the invoice's."""
    state: Mapped[str] = mapped_column(server_default="pending")
    due_at: Mapped[Instant | None]
    authorise_at: Mapped[Instant | None]
    """The cut-off: from then on the order does not change any more."""
    changed: Mapped[bool] = mapped_column(server_default="false")
    """The order changed since the claim, so that the try under way is not the last."""
    attempts: Mapped[int] = mapped_column(server_default="0")
    attempt_id: Mapped[str | None]
    serial: Mapped[int] = mapped_column(server_default="0")
    """Rises with each answer: a request that is repeated because its answer was lost keeps its idempotency key, another gets its own."""
    xero_id: Mapped[str | None] = mapped_column(unique=True)
    xero_status: Mapped[str | None]
    total: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    """As the accounting system has it."""
    held: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """The order as the accounting system holds it: `{subtotal, tax, total, lines: [[sku, quantity, price, total]]}`."""
    asked: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """The order as the try under way sends it, written before it leaves: what a look-up finds is judged by it."""
    credited: Mapped[int] = mapped_column(server_default="0")
    """How many credit notes follow it."""
    reason: Mapped[str | None]
    error: Mapped[str | None]
    created_at: Mapped[Created]
    sent_at: Mapped[Instant | None]


class AccountingLink(Base):
    """A customer or product of ours under its id in the accounting system, as it was last written there."""

    __tablename__ = "accounting_links"
    __table_args__ = (UniqueConstraint("kind", "key"), UniqueConstraint("kind", "xero_id"))

    id: Mapped[Id]
    kind: Mapped[str]
    key: Mapped[str]
    """The customer's id, or the SKU."""
    xero_id: Mapped[str]
    name: Mapped[str]
    code: Mapped[str | None]
    written: Mapped[str]
    """A fingerprint of what was written, so that only what changed is written again."""
    in_stock: Mapped[Decimal | None] = mapped_column(Numeric(14, 3))
    """What is on hand of an item whose stock is tracked there."""
    seen_at: Mapped[Created]


class AccountingConnection(Base):
    """The one connection: tokens (sealed, never plain), what was found out about the organisation, and why we wait."""

    __tablename__ = "accounting_connection"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tenant_id: Mapped[str | None]
    seed: Mapped[str | None]
    """A fingerprint of the refresh token in the settings that this row began with: another one there begins anew."""
    refresh_token: Mapped[str | None]
    previous_token: Mapped[str | None]
    access_token: Mapped[str | None]
    access_until: Mapped[Instant | None]
    rotated_at: Mapped[Instant | None]
    refreshing_until: Mapped[Instant | None]
    refreshing_id: Mapped[str | None]
    blocked: Mapped[str | None]
    """Why nothing is invoiced until a person has done something."""
    blocked_at: Mapped[Instant | None]
    paused_until: Mapped[Instant | None]
    paused_by: Mapped[str | None]
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    facts_at: Mapped[Instant | None]
    limits: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    reconciled: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    reconciled_at: Mapped[Instant | None]
    stock_at: Mapped[Instant | None]
    """When the stock of its items was last read."""
    created_at: Mapped[Created]
