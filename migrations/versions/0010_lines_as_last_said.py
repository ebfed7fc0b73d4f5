"""A line of an order remembers the amount and unit in which it was last said: "make it 8" after "5 ctn" means 8 ctn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_lines", sa.Column("said_quantity", sa.Numeric(precision=14, scale=3), nullable=True))
    op.add_column("order_lines", sa.Column("said_unit", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("order_lines", "said_unit")
    op.drop_column("order_lines", "said_quantity")
