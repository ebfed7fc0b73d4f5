"""How many sends of a reply nobody knows the end of, where the provider cannot be asked: what bounds its copies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "conversation_messages", sa.Column("unconfirmed", sa.SmallInteger(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("conversation_messages", "unconfirmed")
