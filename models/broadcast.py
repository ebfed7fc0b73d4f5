"""One announcement to many outlets: what was said to whom, and which message of the outbox carried it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id, Instant, one_of


class BroadcastState(StrEnum):
    PLANNED = "planned"
    ENQUEUED = "enqueued"
    ROLLED_BACK = "rolled_back"
    """More than half of the recipients could not be written to: nobody was."""


class Broadcast(Base):
    """`audience` is the filter that chose the recipients; `failed` are those that could not be written to at the last try."""

    __tablename__ = "broadcasts"
    __table_args__ = (one_of("state", BroadcastState),)

    id: Mapped[Id]
    content: Mapped[str] = mapped_column(server_default="")
    template: Mapped[str | None]
    """WhatsApp's approved template, for those whose 24-hour window is closed."""
    audience: Mapped[str] = mapped_column(server_default="all")
    state: Mapped[str] = mapped_column(server_default=BroadcastState.PLANNED)
    failed: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    created_by: Mapped[str]
    created_at: Mapped[Created]
    enqueued_at: Mapped[Instant | None]


class BroadcastRecipient(Base):
    """A contact that was written to, once. Its fate is its message's."""

    __tablename__ = "broadcast_recipients"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id", ondelete="CASCADE"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("conversation_messages.id", ondelete="CASCADE"), unique=True)
