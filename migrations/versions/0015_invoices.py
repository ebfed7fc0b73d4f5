"""The invoice of each order in the accounting system, the ids of customers and products there, and the connection to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATES = "'pending', 'sending', 'unknown', 'sent', 'blocked', 'failed', 'gone'"


def _when(name: str, **options: object) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), **options)  # type: ignore[arg-type]


def upgrade() -> None:
    op.create_table(
        "invoices",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        _when("due_at", nullable=True),
        _when("authorise_at", nullable=True),
        sa.Column("changed", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=True),
        sa.Column("serial", sa.Integer(), server_default="0", nullable=False),
        sa.Column("xero_id", sa.Text(), nullable=True),
        sa.Column("xero_status", sa.Text(), nullable=True),
        sa.Column("total", sa.Numeric(14, 2), nullable=True),
        sa.Column("held", postgresql.JSONB(), nullable=True),
        sa.Column("asked", postgresql.JSONB(), nullable=True),
        sa.Column("credited", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        _when("created_at", server_default=sa.func.now(), nullable=False),
        _when("sent_at", nullable=True),
        sa.CheckConstraint(f"state IN ({STATES})", name="ck_invoices_state_known"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_invoices_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invoices"),
        sa.UniqueConstraint("order_id", name="uq_invoices_order_id"),
        sa.UniqueConstraint("number", name="uq_invoices_number"),
        sa.UniqueConstraint("xero_id", name="uq_invoices_xero_id"),
    )
    op.create_index("ix_invoices_due_at", "invoices", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))
    op.create_table(
        "accounting_links",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("xero_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("in_stock", sa.Numeric(14, 3), nullable=True),
        _when("seen_at", server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounting_links"),
        sa.UniqueConstraint("kind", "key", name="uq_accounting_links_kind_key"),
        sa.UniqueConstraint("kind", "xero_id", name="uq_accounting_links_kind_xero_id"),
    )
    op.create_table(
        "accounting_connection",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in ("tenant_id", "seed", "refresh_token", "previous_token")
        ),
        sa.Column("access_token", sa.Text(), nullable=True),
        *(_when(name, nullable=True) for name in ("access_until", "rotated_at", "refreshing_until")),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("refreshing_id", "blocked")),
        *(_when(name, nullable=True) for name in ("blocked_at", "paused_until")),
        sa.Column("paused_by", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=True),
        _when("facts_at", nullable=True),
        *(sa.Column(name, postgresql.JSONB(), nullable=True) for name in ("limits", "reconciled")),
        _when("reconciled_at", nullable=True),
        _when("created_at", server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_accounting_connection_single_row"),
        sa.PrimaryKeyConstraint("id", name="pk_accounting_connection"),
    )


def downgrade() -> None:
    op.drop_table("accounting_connection")
    op.drop_table("accounting_links")
    op.drop_index("ix_invoices_due_at", table_name="invoices")
    op.drop_table("invoices")
