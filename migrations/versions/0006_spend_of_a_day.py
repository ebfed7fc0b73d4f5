"""What the language model cost today is summed before each question to it, so those few messages get an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NAME = "ix_conversation_messages_llm"


def upgrade() -> None:
    op.create_index(
        NAME, "conversation_messages", ["finished_at"], postgresql_where=sa.text("context -> 'llm' IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index(NAME, "conversation_messages")
