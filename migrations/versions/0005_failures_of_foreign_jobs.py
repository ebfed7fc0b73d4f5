"""Failures know a fifth kind: a job in the queue that is not ours."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KNOWN = "ck_failures_kind_known"


def upgrade() -> None:
    op.drop_constraint(op.f(KNOWN), "failures", type_="check")
    op.create_check_constraint(op.f(KNOWN), "failures", "kind IN ('process', 'deliver', 'invoice', 'webhook', 'job')")


def downgrade() -> None:
    op.execute("DELETE FROM failures WHERE kind = 'job'")
    op.drop_constraint(op.f(KNOWN), "failures", type_="check")
    op.create_check_constraint(op.f(KNOWN), "failures", "kind IN ('process', 'deliver', 'invoice', 'webhook')")
