"""What an order can be. Apart from the tables, so that a command that only names a status loads none of them."""

from __future__ import annotations

from enum import StrEnum


class OrderStatus(StrEnum):
    DRAFT = "draft"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    AWAITING_APPROVAL = "awaiting_approval"
    PLACED = "placed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
