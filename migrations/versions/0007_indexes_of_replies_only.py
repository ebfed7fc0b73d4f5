"""Inbound messages answer nothing and most are not embedded, so the indexes on those columns leave them out: one write less each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLE = "conversation_messages"
REPLIES = "uq_conversation_messages_in_reply_to_sequence"
EMBEDDING_INDEX = "ix_conversation_messages_embedding_id"


def upgrade() -> None:
    op.drop_constraint(REPLIES, TABLE)
    op.create_index(
        REPLIES, TABLE, ["in_reply_to", "sequence"], unique=True, postgresql_where=sa.text("in_reply_to IS NOT NULL")
    )
    op.drop_index(EMBEDDING_INDEX, TABLE)
    op.create_index(EMBEDDING_INDEX, TABLE, ["embedding_id"], postgresql_where=sa.text("embedding_id IS NOT NULL"))


def downgrade() -> None:
    op.drop_index(EMBEDDING_INDEX, TABLE)
    op.create_index(EMBEDDING_INDEX, TABLE, ["embedding_id"])
    op.drop_index(REPLIES, TABLE)
    op.create_unique_constraint(REPLIES, TABLE, ["in_reply_to", "sequence"])
