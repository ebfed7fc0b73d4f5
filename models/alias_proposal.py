"""A name that an outlet's people use, learned from their own answers; a person approves it before it counts."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id, Instant, one_of


class ProposalState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    UNDONE = "undone"


class AliasProposal(Base):
    """`message_ids` are the answers it was learned from; as many as there are, so often was it picked."""

    __tablename__ = "alias_proposals"
    __table_args__ = (
        one_of("state", ProposalState),
        Index(
            "uq_alias_proposals_open",
            "outlet_id",
            "alias",
            "product_id",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
        ),
    )

    id: Mapped[Id]
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlets.id", ondelete="CASCADE"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), index=True)
    alias: Mapped[str]
    message_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    state: Mapped[str] = mapped_column(server_default=ProposalState.PROPOSED)
    proposed_at: Mapped[Created]
    decided_at: Mapped[Instant | None]
    decided_by: Mapped[str | None]
