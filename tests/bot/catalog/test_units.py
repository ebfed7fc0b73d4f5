"""Units convert exactly, in one place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog import units
from bot.errors import BadInputError
from tests.bot.understanding.shop import product

BOX = product("B", "Box", "", packs="bundle=50|carton=100")
RICE = product("R", "Rice", "", "kg", "sack=25")
OIL = product("O", "Oil", "", "litre", "tin=18")


@pytest.mark.parametrize(
    ("chosen", "quantity", "unit", "base"),
    [
        (BOX, "2", "carton", "200"),
        (BOX, "7", None, "7"),
        (BOX, "0.5", "carton", "50"),
        (BOX, "2", "dozen", "24"),
        (BOX, "3", "piece", "3"),
        (RICE, "800", "g", "0.8"),
        (RICE, "2", "sack", "50"),
        (OIL, "250", "ml", "0.25"),
        (OIL, "5", "l", "5"),
    ],
)
def test_a_quantity_becomes_base_units(chosen: units.Product, quantity: str, unit: str | None, base: str) -> None:
    assert units.to_base(chosen, Decimal(quantity), unit) == Decimal(base)


@pytest.mark.parametrize(("chosen", "unit"), [(BOX, "roll"), (BOX, "kg"), (RICE, "ml"), (RICE, "piece")])
def test_a_unit_that_is_not_sold_is_a_typed_error(chosen: units.Product, unit: str) -> None:
    with pytest.raises(units.UnitNotSoldError) as caught:
        units.to_base(chosen, Decimal(1), unit)
    assert isinstance(caught.value, BadInputError)


@given(st.integers(1, 100_000))
def test_what_shows_as_packs_is_the_same_amount(quantity: int) -> None:
    packs = units.in_packs(BOX, Decimal(quantity))
    assert packs is None or units.to_base(BOX, *packs) == quantity


def test_the_largest_pack_that_fits_is_shown() -> None:
    assert units.in_packs(BOX, Decimal(200)) == (Decimal(2), "carton")
    assert units.in_packs(BOX, Decimal(150)) == (Decimal(3), "bundle")
    assert units.in_packs(BOX, Decimal(7)) is None


def test_only_what_is_sold_by_measure_may_be_a_fraction() -> None:
    assert units.whole_enough(RICE, Decimal("0.8"))
    assert not units.whole_enough(RICE, Decimal("0.0005"))
    assert not units.whole_enough(BOX, Decimal("1.5"))
