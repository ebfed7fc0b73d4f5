"""What the supplier's people do in conversations beside answering: up to where they have read, and notes among themselves."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id


class ReadMark(Base):
    """The team has read a conversation up to this message. Apart from the conversation's row, which workers hold."""

    __tablename__ = "read_marks"

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    message_id: Mapped[int] = mapped_column(BigInteger)
    read_by: Mapped[str]
    read_at: Mapped[Created]


class Note(Base):
    """Words for colleagues. It is in no outbox and no customer ever sees it."""

    __tablename__ = "notes"
    __table_args__ = (Index("ix_notes_conversation_id", "conversation_id", "id"),)

    id: Mapped[Id]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    author: Mapped[str]
    content: Mapped[str]
    created_at: Mapped[Created]
