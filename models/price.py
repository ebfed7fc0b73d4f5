"""Contract prices: what a customer pays for a product per base unit, instead of the catalog's price."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id, Price


class ContractPrice(Base):
    """Both days are included. No two periods of one customer and product overlap, whoever writes them.

    The ids stand as ranges of one in the constraint, because a GiST index of plain numbers needs an extension.
    """

    __tablename__ = "contract_prices"
    __table_args__ = (
        CheckConstraint("unit_price > 0", name="price_positive"),
        CheckConstraint("valid_to >= valid_from", name="ends_after_start"),
        ExcludeConstraint(
            (text("int8range(customer_id, customer_id, '[]')"), "&&"),
            (text("int8range(product_id, product_id, '[]')"), "&&"),
            (text("daterange(valid_from, valid_to, '[]')"), "&&"),
            name="ex_contract_prices_period",
            using="gist",
        ),
    )

    id: Mapped[Id]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    unit_price: Mapped[Price]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    created_at: Mapped[Created]
