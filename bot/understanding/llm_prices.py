"""What a call to the language model costs, in US dollars: the one table of prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens that go in and that come out."""

    prompt: Decimal
    completion: Decimal


def _price(prompt: str, completion: str) -> Price:
    return Price(Decimal(prompt), Decimal(completion))


PRICES: Mapping[str, Price] = {
    "gpt-4.1": _price("2.00", "8.00"),
    "gpt-4.1-mini": _price("0.40", "1.60"),
    "gpt-4.1-nano": _price("0.10", "0.40"),
    "gpt-4o": _price("2.50", "10.00"),
    "gpt-4o-mini": _price("0.15", "0.60"),
    "gpt-4-turbo": _price("10.00", "30.00"),
    "gpt-5": _price("1.25", "10.00"),
    "gpt-5-mini": _price("0.25", "2.00"),
    "gpt-5-nano": _price("0.05", "0.40"),
}
"""The standard tier of https://openai.com/api/pricing; the discount for a cached prompt is not counted, so the sum errs upwards."""
UNKNOWN = _price("10.00", "30.00")
"""For a name that is not in the table: the dearest in it, so that the day's cap is reached too early and never too late."""


def price_of(model: str) -> Price:
    """The price of a model by its name, or of the family that a dated name (gpt-4.1-mini-2025-04-14) belongs to."""
    families = [name for name in PRICES if model == name or model.startswith(f"{name}-20")]
    return PRICES[families[0]] if families else UNKNOWN


def cost_usd(model: str, prompt_tokens: int, completion_tokens: int) -> Decimal:
    """US dollars of one call, to the millionth."""
    price = price_of(model)
    return ((price.prompt * prompt_tokens + price.completion * completion_tokens) / MILLION).quantize(
        Decimal("0.000001")
    )
