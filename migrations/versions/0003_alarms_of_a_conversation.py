"""When a conversation's open draft or question is reminded of, and when it expires."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("expire_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("conversations", "expire_at")
    op.drop_column("conversations", "remind_at")
