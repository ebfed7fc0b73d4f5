"""One contact talking with one of our numbers: who may work on it (the lease) and when someone must look again (`due_at`)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id, Instant, one_of


class Owner(StrEnum):
    BOT = "bot"
    PERSON = "person"


class Conversation(Base):
    """`lease_token` rises with every claim; every write of a worker checks that it still holds the number it claimed."""

    __tablename__ = "conversations"
    __table_args__ = (
        one_of("owner", Owner),
        Index(
            "uq_conversations_open",
            "contact_id",
            "business_address",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_conversations_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    id: Mapped[Id]
    session_id: Mapped[str] = mapped_column(unique=True, server_default=text("gen_random_uuid()::text"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"), index=True)
    channel: Mapped[str]
    business_address: Mapped[str]
    """The number or bot of ours that was addressed; replies leave from it."""
    outlet_id: Mapped[int | None] = mapped_column(ForeignKey("outlets.id"))
    """The outlet chosen in this conversation, when the contact has several."""
    language: Mapped[str | None]
    owner: Mapped[str] = mapped_column(server_default=Owner.BOT)
    owner_until: Mapped[Instant | None]
    question: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """What the bot has asked and waits for (bot/situation.py, OpenQuestion)."""
    due_at: Mapped[Instant | None]
    """The alarm clock: burst over, lease run out, backoff over or a draft to remind of. None: nothing to do."""
    remind_at: Mapped[Instant | None]
    """When the open draft or question is reminded of; None once that is done."""
    expire_at: Mapped[Instant | None]
    """When it expires; None when nothing waits for the customer."""
    rung_at: Mapped[Instant | None]
    """When the doorbell last rang for it, so that nobody rings twice within ten seconds."""
    lease_token: Mapped[int] = mapped_column(BigInteger, server_default="0")
    lease_until: Mapped[Instant | None]
    lease_owner: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    """Claims since the last success; the sixth parks what is unanswered."""
    opened_at: Mapped[Created]
    closed_at: Mapped[Instant | None]
