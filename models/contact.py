"""One person's address on one channel, bound to one or more outlets. Identity is equality of addresses, nothing else."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id, Instant


class Contact(Base):
    """`address` is what the channel calls the sender: E.164 phone or business-scoped id (whatsapp), user id (telegram)."""

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[Id]
    channel: Mapped[str]
    address: Mapped[str]
    display_name: Mapped[str | None]
    language: Mapped[str | None]
    opted_out_at: Mapped[Instant | None]
    unreachable_at: Mapped[Instant | None]
    """The provider said for good that nothing can be delivered there (blocked, number gone)."""
    last_inbound_at: Mapped[Instant | None]
    """Opens WhatsApp's 24-hour window."""
    is_synthetic: Mapped[bool] = mapped_column(server_default="false")
    codes_failed: Mapped[int] = mapped_column(server_default="0")
    """Wrong invitation codes in a row."""
    codes_locked_until: Mapped[Instant | None]
    """Until then no code of this contact is looked at."""
    created_at: Mapped[Created]


class ContactOutlet(Base):
    """This contact may order for this outlet."""

    __tablename__ = "contact_outlets"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlets.id", ondelete="CASCADE"), primary_key=True, index=True)
    bound_by: Mapped[str]
    """import, invitation, an operator's name, or shared_contact and the id of the phone's contact that lent its outlets."""
    is_manager: Mapped[bool] = mapped_column(server_default="false")
    """May approve new contacts of this outlet."""
    bound_at: Mapped[Created]
