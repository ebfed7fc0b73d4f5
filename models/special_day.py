"""Days that differ from the rule: nothing is delivered, or a public holiday on which it is."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created


class SpecialDay(Base):
    __tablename__ = "special_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    """The supplier's own."""
    delivers: Mapped[bool]
    """True only for a public holiday; False for a day that would be one of delivery."""
    note: Mapped[str] = mapped_column(server_default="")
    """For the team; no customer reads it."""
    changed_by: Mapped[str]
    created_at: Mapped[Created]
