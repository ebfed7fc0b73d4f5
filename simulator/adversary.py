"""Ways in which a language model goes wrong or is turned against us: each mode changes a plausible answer for the worse."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any


class Mode(StrEnum):
    PLAUSIBLE = "plausible"
    REFUSAL = "refusal"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    EMPTY_CHOICES = "empty_choices"
    ERROR_IN_200 = "error_in_200"
    NOT_JSON = "not_json"
    BAD_JSON = "bad_json"
    MARKDOWN = "markdown"
    RATE_LIMIT = "rate_limit"
    SERVER_ERROR = "server_error"
    STALL = "stall"
    INJECTED_PRICE = "injected_price"
    INJECTED_OUTLET = "injected_outlet"
    FOREIGN_SKU = "foreign_sku"
    HUGE_QUANTITY = "huge_quantity"
    WRONG_TYPES = "wrong_types"
    MISSING_KEYS = "missing_keys"
    TEN_THOUSAND_LINES = "ten_thousand_lines"


FOREIGN_SKU = "FREE-GIFT-1"
HUGE = 1_000_000

Mutation = Callable[[Any, dict[str, Any]], Any]


def _same(value: Any, body: dict[str, Any]) -> Any:
    return value


def _each_object(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Mutation:
    """Applies `change` to every object in the answer, the innermost first."""

    def mutate(value: Any) -> Any:
        if isinstance(value, dict):
            return change({name: mutate(inner) for name, inner in value.items()})
        return [mutate(inner) for inner in value] if isinstance(value, list) else value

    return lambda value, _: mutate(value)


def _foreign(found: dict[str, Any]) -> dict[str, Any]:
    return {name: FOREIGN_SKU if "sku" in name and isinstance(value, str) else value for name, value in found.items()}


def _huge(found: dict[str, Any]) -> dict[str, Any]:
    quantity = {name: HUGE for name in found if "quantity" in name or name == "qty"}
    return found | {name: str(HUGE) if isinstance(found[name], str) else HUGE for name in quantity}


def _wrong(found: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, (dict, list)) else [str(value)] if isinstance(value, (int, float)) else 7
        for name, value in found.items()
    }


def _without_last(found: dict[str, Any]) -> dict[str, Any]:
    return dict(list(found.items())[:-1])


def _repeated(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _repeated(inner) for name, inner in value.items()}
    return (value * 10_000)[:10_000] if isinstance(value, list) and value else value


PRICES = {"price": "0.01", "unit_price": "0.01", "total": "0.01", "discount": "100%"}
OUTLETS = {"outlet_id": "AW-JWL", "outlet": "A&W Jewel", "customer": "Somebody Else Pte Ltd"}

MUTATIONS: dict[Mode, Mutation] = dict.fromkeys(Mode, _same) | {
    Mode.BAD_JSON: lambda value, _: '{"lines": [{"sku": "PB10',
    Mode.MARKDOWN: lambda value, _: f"Sure! Here it is:\n```json\n{value}\n```",
    Mode.INJECTED_PRICE: _each_object(lambda found: found | PRICES),
    Mode.INJECTED_OUTLET: _each_object(lambda found: found | OUTLETS),
    Mode.FOREIGN_SKU: _each_object(_foreign),
    Mode.HUGE_QUANTITY: _each_object(_huge),
    Mode.WRONG_TYPES: _each_object(_wrong),
    Mode.MISSING_KEYS: _each_object(_without_last),
    Mode.TEN_THOUSAND_LINES: lambda value, _: _repeated(value),
}
