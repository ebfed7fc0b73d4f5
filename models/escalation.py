"""A conversation handed to a person: why, how urgent, who has it, by when."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id, Instant


class Escalation(Base):
    """At most one open escalation a conversation; more reasons join it."""

    __tablename__ = "escalations"
    __table_args__ = (
        Index("uq_escalations_open", "conversation_id", unique=True, postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[Id]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("conversation_messages.id"), index=True)
    reason: Mapped[str]
    priority: Mapped[str] = mapped_column(server_default="normal")
    team: Mapped[str | None]
    """Whose work it is by the supplier's escalation rules; `assignee` is the person who took it."""
    assignee: Mapped[str | None]
    opened_at: Mapped[Created]
    due_at: Mapped[Instant | None]
    told: Mapped[str | None]
    """The reason that the team was told (ESCALATION_NOTIFY); a reason that joins later is told too."""
    told_at: Mapped[Instant | None]
    closed_at: Mapped[Instant | None]
    closed_by: Mapped[str | None]
