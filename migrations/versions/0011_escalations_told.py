"""What the team was told of an escalation and when; and receipts of replies that failed are found without reading all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("escalations", sa.Column("told", sa.Text(), nullable=True))
    op.add_column("escalations", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_delivery_receipts_failed",
        "delivery_receipts",
        ["updated_at"],
        postgresql_where=sa.text("status = 'failed'"),
    )


def downgrade() -> None:
    op.drop_index("ix_delivery_receipts_failed", table_name="delivery_receipts")
    op.drop_column("escalations", "told_at")
    op.drop_column("escalations", "told")
