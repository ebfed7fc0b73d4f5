"""Telegram counts updates per bot, and messages per bot and chat: the bot's id goes into the key, so that a new token's numbers
never meet old ones."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        UPDATE conversation_messages m SET provider_id = c.business_address || ':' || m.provider_id
        FROM conversations c WHERE c.id = m.conversation_id AND m.channel = 'telegram' AND m.provider_id IS NOT NULL
    """)


def downgrade() -> None:
    op.execute("""
        UPDATE conversation_messages SET provider_id = substr(provider_id, strpos(provider_id, ':') + 1)
        WHERE channel = 'telegram' AND provider_id IS NOT NULL
    """)
