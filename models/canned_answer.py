"""Answers that the team gives again and again, written once."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id


class CannedAnswer(Base):
    """Inserted into an answer by a person, who may change it before it is sent. The bot never uses one."""

    __tablename__ = "canned_answers"

    id: Mapped[Id]
    title: Mapped[str] = mapped_column(unique=True)
    """What the team calls it; the list is sorted by it."""
    content: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[Created]
