"""By which rules an open order was read again, and indexes for the open ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_rereadings", sa.Column("rules", sa.Text(), server_default="", nullable=False))
    op.create_index(
        "ix_order_rereadings_doubtful",
        "order_rereadings",
        ["order_id"],
        postgresql_where=sa.text("changes IS NOT NULL AND kept_at IS NULL"),
    )
    op.create_index(
        "ix_orders_open",
        "orders",
        ["delivery_date"],
        postgresql_where=sa.text("status = 'placed' AND NOT is_synthetic"),
    )
    op.execute("DELETE FROM heartbeats WHERE name = 'orders_reread'")  # of a start of the sweeper, nobody reads it now


def downgrade() -> None:
    op.drop_index("ix_orders_open", table_name="orders")
    op.drop_index("ix_order_rereadings_doubtful", table_name="order_rereadings")
    op.drop_column("order_rereadings", "rules")
