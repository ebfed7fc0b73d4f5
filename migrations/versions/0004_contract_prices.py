"""What a customer pays for a product by contract, from one day to another."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ExcludeConstraint

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contract_prices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("unit_price > 0", name=op.f("ck_contract_prices_price_positive")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_contract_prices_ends_after_start")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_contract_prices_customer_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_contract_prices_product_id")),
        ExcludeConstraint(
            (sa.text("int8range(customer_id, customer_id, '[]')"), "&&"),
            (sa.text("int8range(product_id, product_id, '[]')"), "&&"),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            name="ex_contract_prices_period",
            using="gist",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_prices")),
    )
    op.create_index("ix_contract_prices_product_id", "contract_prices", ["product_id"])


def downgrade() -> None:
    op.drop_index("ix_contract_prices_product_id", table_name="contract_prices")
    op.drop_table("contract_prices")
