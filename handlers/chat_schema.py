"""What `/api/chatbot` takes and answers, as types: they check the requests and describe themselves in the API's document."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from bot.channels.text import storable

Identifier = Annotated[
    str,
    Field(pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"),
    AfterValidator(storable),
]
"""One line with something to see in it."""


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise PydanticCustomError("nul", "must not hold a NUL character")
    return text


class ChatbotRequest(BaseModel):
    """One message of one user; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)

    message: Annotated[str, AfterValidator(_without_nul)] = Field(
        max_length=20_000,
        description="what the user wrote, in their own words",
        examples=["5 ctn 10 inch pizza box"],
        json_schema_extra={"pattern": r"^[^\u0000]*$"},
    )
    user_id: Identifier = Field(
        min_length=1,
        max_length=140,
        description="who writes: an address registered for an outlet, or any name together with `outlet_id`",
        examples=["+6580000101"],
    )
    session_id: Identifier | None = Field(
        None,
        max_length=64,
        description="the `session_id` of an earlier answer; another one than the user's open session is refused (404)",
    )
    outlet_id: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")] | None = Field(
        None, max_length=100, description="the code of the outlet ordered for, exactly", examples=["CP-PR"]
    )


class Choice(BaseModel):
    """One possible answer to the question of the reply: send its number as the next message."""

    number: int
    label: str


class Event(BaseModel):
    """One step on the message's way."""

    event: str
    at: datetime


class Line(BaseModel):
    """One line of the order, in base units; money as decimal strings."""

    sku: str
    name: str
    quantity: str
    unit: str
    unit_price: str
    line_total: str


class Order(BaseModel):
    """The order that the message placed or changed."""

    number: str
    status: str
    currency: str
    subtotal: str
    tax: str
    total: str
    delivery_date: date | None
    lines: list[Line] | None


class ChatbotAnswer(BaseModel):
    """What the bot answers. `choices` is there when the reply asks to choose; `order` when there is one."""

    reply: str = Field(min_length=1)
    session_id: str
    intent: str | None
    confidence: float | None
    language: str | None
    order: Order | None = None
    timeline: list[Event]
    choices: list[Choice] | None = None


class Problem(BaseModel):
    """One field that is wrong."""

    field: str
    problem: str


class ErrorBody(BaseModel):
    """`code` is for programs, `message` for people; `correlation_id` finds an unexpected error in our log."""

    code: str
    message: str
    fields: list[Problem] | None = None
    correlation_id: str | None = None


class Error(BaseModel):
    """What every refusal looks like."""

    error: ErrorBody


WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of this request",
    "string_type": "must be text",
    "string_unicode": "holds half of a character",
    "string_pattern_mismatch": "must be one line with something in it, without control characters",
    "model_type": "must be a JSON object",
    "dict_type": "must be a JSON object",
}


def problems_of(error: ValidationError) -> list[dict[str, Any]]:
    """Each wrong field in our words; no name of a class or library of ours."""
    return [
        {
            "field": ".".join(str(part)[:60] for part in item["loc"]) or "body",
            "problem": WORDS.get(item["type"], item["msg"]),
        }
        for item in error.errors(include_url=False, include_input=False, include_context=False)
    ]
