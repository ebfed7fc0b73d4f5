"""Invitations, binding requests, alias proposals; locks against guessed codes; managers of outlets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _instant(name: str, *, nullable: bool = True, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def _reference(name: str, table: str, owner: str, *, nullable: bool = False) -> tuple[sa.Column[object], sa.Constraint]:
    on_delete = "SET NULL" if name == "used_by" else "CASCADE"
    key = sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_{owner}_{name}"), ondelete=on_delete)
    return sa.Column(name, sa.BigInteger(), nullable=nullable), key


def upgrade() -> None:
    op.add_column("contacts", sa.Column("codes_failed", sa.Integer(), server_default="0", nullable=False))
    op.add_column("contacts", _instant("codes_locked_until"))
    op.add_column("contact_outlets", sa.Column("is_manager", sa.Boolean(), server_default="false", nullable=False))
    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        *_reference("outlet_id", "outlets", "invitations"),
        sa.Column("invited_by", sa.Text(), nullable=False),
        _instant("created_at", nullable=False, now=True),
        _instant("expires_at", nullable=False),
        _instant("used_at"),
        *_reference("used_by", "contacts", "invitations", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitations_code_hash")),
    )
    op.create_index(op.f("ix_invitations_outlet_id"), "invitations", ["outlet_id"])
    op.create_table(
        "binding_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *_reference("contact_id", "contacts", "binding_requests"),
        *_reference("outlet_id", "outlets", "binding_requests", nullable=True),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        _instant("requested_at", nullable=False, now=True),
        _instant("decided_at"),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'approved', 'declined')", name=op.f("ck_binding_requests_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_binding_requests")),
    )
    op.create_index(
        "uq_binding_requests_pending",
        "binding_requests",
        ["contact_id"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "alias_proposals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        *_reference("outlet_id", "outlets", "alias_proposals"),
        *_reference("product_id", "products", "alias_proposals"),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("message_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("state", sa.Text(), server_default="proposed", nullable=False),
        _instant("proposed_at", nullable=False, now=True),
        _instant("decided_at"),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'rejected', 'undone')", name=op.f("ck_alias_proposals_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias_proposals")),
    )
    op.create_index(op.f("ix_alias_proposals_product_id"), "alias_proposals", ["product_id"])
    op.create_index(
        "uq_alias_proposals_open",
        "alias_proposals",
        ["outlet_id", "alias", "product_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )


def downgrade() -> None:
    op.drop_table("alias_proposals")
    op.drop_table("binding_requests")
    op.drop_table("invitations")
    op.drop_column("contact_outlets", "is_manager")
    op.drop_column("contacts", "codes_locked_until")
    op.drop_column("contacts", "codes_failed")
