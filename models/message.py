"""The one ledger: every message in and out, what became of it and why. Rows are never deleted by the product's work."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id, Instant, one_of
from models.message_state import Direction, MessageState


class ConversationMessage(Base):
    __tablename__ = "conversation_messages"
    __table_args__ = (
        one_of("direction", Direction),
        one_of("state", MessageState),
        UniqueConstraint("channel", "direction", "provider_id"),
        Index(
            "uq_conversation_messages_in_reply_to_sequence",
            "in_reply_to",
            "sequence",
            unique=True,
            postgresql_where=text("in_reply_to IS NOT NULL"),
        ),
        Index("ix_conversation_messages_conversation_id", "conversation_id", "id"),
        Index(
            "ix_conversation_messages_received", "conversation_id", "id", postgresql_where=text("state = 'received'")
        ),
        Index(
            "ix_conversation_messages_open_replies",
            "conversation_id",
            "id",
            postgresql_where=text("direction = 'outbound' AND state IN ('pending', 'sending', 'unknown')"),
        ),
        Index("ix_conversation_messages_llm", "finished_at", postgresql_where=text("context -> 'llm' IS NOT NULL")),
        Index(
            "ix_conversation_messages_embedding_id",
            "embedding_id",
            postgresql_where=text("embedding_id IS NOT NULL"),
        ),
        Index("ix_conversation_messages_held", "id", postgresql_where=text("state = 'held'")),
        Index("ix_conversation_messages_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    id: Mapped[Id]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    session_id: Mapped[str]
    direction: Mapped[str]
    channel: Mapped[str]
    provider_id: Mapped[str | None]
    """The provider's own id: what makes a second delivery of the same message the same row."""
    role: Mapped[str]
    """user, assistant or person (of ops)."""
    kind: Mapped[str]
    """text, button, image, voice, location, contact, edit, reaction ... (bot/channels/base.py)."""
    content: Mapped[str] = mapped_column(server_default="")
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    """The typed rest of the provider's payload, or the buttons of a reply."""
    fingerprint: Mapped[str | None]
    """Hash of what was received; the same id with another fingerprint is reported, never applied."""
    language: Mapped[str | None]
    intent: Mapped[str | None]
    confidence: Mapped[float | None]
    context: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """How it was read: lines, questions, leftover words; under "llm" what a language model answered and cost, when one was asked."""
    pii_scrubbed: Mapped[bool] = mapped_column(server_default="false")
    embedding_id: Mapped[str | None] = mapped_column(String(100))
    state: Mapped[str]
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str | None]
    in_reply_to: Mapped[int | None] = mapped_column(ForeignKey("conversation_messages.id"))
    sequence: Mapped[int | None]
    due_at: Mapped[Instant | None]
    """Outbound: when it may be sent (again), or when the try that holds it counts as lost."""
    rung_at: Mapped[Instant | None]
    attempt_id: Mapped[str | None]
    """Outbound: the try that holds it; only its own try may finish it."""
    unconfirmed: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """Outbound: sends that were counted because nobody might learn of their end (jobs/outbox/copies.py)."""
    said_at: Mapped[Instant]
    """When the customer wrote, by the provider's clock; judges cut-offs."""
    created_at: Mapped[Created]
    finished_at: Mapped[Instant | None]
