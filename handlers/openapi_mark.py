"""A mark on a view that says what it takes and answers, for the API's document. It changes nothing about the view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from handlers.chat_schema import Error

View = TypeVar("View", bound=Callable[..., Any])
ATTRIBUTE = "__described__"


@dataclass(frozen=True, slots=True)
class Described:
    """`body` and `answer` are pydantic models; `refusals` are the statuses with which it may refuse, besides 401."""

    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    media_type: str = "application/json"
    secured: bool = True
    key: bool = False
    """Takes an Idempotency-Key."""
    refusals: tuple[int, ...] = ()
    refusal: type[BaseModel] = Error


def described(**values: Any) -> Callable[[View], View]:
    """`@described(body=..., answer=..., refusals=(400, 422))`: the fields of Described."""

    def mark(view: View) -> View:
        setattr(view, ATTRIBUTE, Described(**values))
        return view

    return mark
