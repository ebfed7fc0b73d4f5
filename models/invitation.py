"""How a new phone or chat becomes a contact of an outlet: a one-time code that it writes, or a request that is approved."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id, Instant, one_of


class Invitation(Base):
    """A code for one contact and one outlet. Only its keyed hash is kept, so that nobody reads codes out of a table."""

    __tablename__ = "invitations"

    id: Mapped[Id]
    code_hash: Mapped[str] = mapped_column(unique=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlets.id", ondelete="CASCADE"), index=True)
    invited_by: Mapped[str]
    created_at: Mapped[Created]
    expires_at: Mapped[Instant]
    used_at: Mapped[Instant | None]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"))


class RequestState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"


class BindingRequest(Base):
    """A stranger who wants to order. `outlet_id` is the outlet they named, None when they named none exactly."""

    __tablename__ = "binding_requests"
    __table_args__ = (
        one_of("state", RequestState),
        Index("uq_binding_requests_pending", "contact_id", unique=True, postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[Id]
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    outlet_id: Mapped[int | None] = mapped_column(ForeignKey("outlets.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(server_default=RequestState.PENDING)
    requested_at: Mapped[Created]
    decided_at: Mapped[Instant | None]
    decided_by: Mapped[str | None]
