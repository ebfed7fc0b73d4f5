"""One durable row per thing that failed: what, why, how often, and whether it is settled. `flask replay` takes its id."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id, Instant


class Failure(Base):
    __tablename__ = "failures"
    __table_args__ = (
        Index("uq_failures_open", "kind", "reference", unique=True, postgresql_where=text("resolved_at IS NULL")),
    )

    id: Mapped[Id]
    kind: Mapped[str]
    """A FailureKind: jobs/failures.py is the only writer, so that a new kind needs no migration."""
    reference: Mapped[str]
    """What failed: the message's id, or the fingerprint of a body that could not become one."""
    message_id: Mapped[int | None] = mapped_column(
        ForeignKey("conversation_messages.id", ondelete="CASCADE"), index=True
    )
    error: Mapped[str]
    """Class and code, in words without personal data."""
    traceback: Mapped[str | None]
    """Files, lines and function names only: no values, no message text."""
    attempts: Mapped[int] = mapped_column(server_default="1")
    first_failed_at: Mapped[Created]
    last_failed_at: Mapped[Created]
    told_at: Mapped[Instant | None]
    """When the team was last told of it (ESCALATION_NOTIFY), where it keeps everybody's work waiting."""
    resolved_at: Mapped[Instant | None]
    resolution: Mapped[str | None]
