"""What keeps the house honest: heartbeats of processes and the audit of what people did."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id


class Heartbeat(Base):
    """The last sign of life of a kind of work (worker, sweeper, canary), with what it found."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[Created]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))


class Audit(Base):
    """Who did what to which row, with the values before and after. Appended, never changed: a trigger sees to it."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject", "subject"),)

    id: Mapped[Id]
    at: Mapped[Created]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))


class AuditSeal(Base):
    """One row of the audit in the chain: the hash of that row and of the seal before. In the order of sealing, not of ids, because
    a transaction that began earlier may end later. No foreign key: a row that is gone must be seen, not forbidden."""

    __tablename__ = "audit_seals"

    id: Mapped[Id]
    audit_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    hash: Mapped[str]
    sealed_at: Mapped[Created]
