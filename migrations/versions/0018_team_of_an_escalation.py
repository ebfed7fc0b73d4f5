"""Whose work an escalation is by the supplier's escalation rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("escalations", sa.Column("team", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("escalations", "team")
