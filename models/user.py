"""The supplier's own people: who may open the console, as what, and the sign-ins that are open."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id, Instant, one_of


class Role(StrEnum):
    """Each may do what those before it may."""

    VIEWER = "viewer"
    OPS = "ops"
    ADMIN = "admin"


class User(Base):
    """`name` is in small letters, so that nobody is there twice."""

    __tablename__ = "users"
    __table_args__ = (one_of("role", Role),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    """Argon2id with its own parameters and salt."""
    role: Mapped[str]
    wrong_passwords: Mapped[int] = mapped_column(server_default="0")
    """In a row; the last of them locks the name for a while."""
    locked_until: Mapped[Instant | None]
    disabled_at: Mapped[Instant | None]
    signed_in_at: Mapped[Instant | None]
    code_key: Mapped[str | None]
    """Of the authenticator app, sealed with a key that SECRET_KEY leads to."""
    code_since: Mapped[Instant | None]
    """From then on a code is asked for after the password; a key without it is only being set up."""
    code_step: Mapped[int | None] = mapped_column(BigInteger)
    """The last step whose code was used: none counts twice."""
    created_at: Mapped[Created]


class UserSession(Base):
    """One sign-in. The browser holds the token, this row only its hash."""

    __tablename__ = "user_sessions"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    opened_at: Mapped[Created]
    seen_at: Mapped[Created]
    closed_at: Mapped[Instant | None]


class RecoveryCode(Base):
    """Signs its user in once when the phone is lost. Only its hash is kept."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    code_hash: Mapped[str]
    used_at: Mapped[Instant | None]
