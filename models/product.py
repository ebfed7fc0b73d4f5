"""What is sold: products, the pack units they come in, and the names people use."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created, Id, Price, Quantity


class Product(Base):
    __tablename__ = "products"
    __table_args__ = (CheckConstraint("unit_price >= 0", name="price_not_negative"),)

    id: Mapped[Id]
    sku: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    category: Mapped[str]
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """Names for everyone, in the catalog's own order."""
    base_unit: Mapped[str]
    unit_price: Mapped[Price]
    """Per base unit, before tax."""
    is_active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[Created]


class PackUnit(Base):
    """`factor` base units are one of this unit, exactly."""

    __tablename__ = "pack_units"
    __table_args__ = (CheckConstraint("factor > 0", name="factor_positive"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    factor: Mapped[Quantity]


class ProductAlias(Base):
    """A name that one outlet uses for a product; outranks everyone's names there."""

    __tablename__ = "product_aliases"
    __table_args__ = (Index("uq_product_aliases_outlet_id_alias", "outlet_id", "alias", unique=True),)

    id: Mapped[Id]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id", ondelete="CASCADE"), index=True)
    outlet_id: Mapped[int] = mapped_column(ForeignKey("outlets.id", ondelete="CASCADE"))
    alias: Mapped[str]
    source: Mapped[str]
    created_at: Mapped[Created]


class CatalogVersion(Base):
    """One row whose number rises with every change of products or names, so that indexes are rebuilt only then."""

    __tablename__ = "catalog_version"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
