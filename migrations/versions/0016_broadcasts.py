"""Announcements to many outlets, and who got them by which message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
STATES = "state IN ('planned', 'enqueued', 'rolled_back')"


def upgrade() -> None:
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.Column("template", sa.Text(), nullable=True),
        sa.Column("audience", sa.Text(), server_default="all", nullable=False),
        sa.Column("state", sa.Text(), server_default="planned", nullable=False),
        sa.Column("failed", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("enqueued_at", INSTANT, nullable=True),
        sa.CheckConstraint(STATES, name=op.f("ck_broadcasts_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
    )
    op.create_table(
        "broadcast_recipients",
        sa.Column("broadcast_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        _foreign_key("broadcast_id", "broadcasts"),
        _foreign_key("contact_id", "contacts"),
        _foreign_key("message_id", "conversation_messages"),
        sa.PrimaryKeyConstraint("broadcast_id", "contact_id", name=op.f("pk_broadcast_recipients")),
        sa.UniqueConstraint("message_id", name=op.f("uq_broadcast_recipients_message_id")),
    )
    op.create_index(op.f("ix_broadcast_recipients_contact_id"), "broadcast_recipients", ["contact_id"])


def _foreign_key(column: str, table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_broadcast_recipients_{column}")
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    op.drop_table("broadcast_recipients")
    op.drop_table("broadcasts")
