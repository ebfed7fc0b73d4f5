"""What the inbox and the search take and answer, as types: they check requests and describe themselves in the API's document."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

TEXT = r"^[^\x00]*$"


class Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ThreadSummary(Answer):
    """One conversation of one contact."""

    id: int
    channel: str
    address: str
    display_name: str | None
    outlet_names: str | None
    outlet_codes: list[str]
    owner: str = Field(description="bot or person: who answers now")
    assignee: str | None
    escalation_id: int | None = Field(description="the open task for a person, if there is one")
    reason: str | None
    priority: str | None
    due_at: datetime | None
    waiting_since: datetime | None = Field(description="since when the customer waits for a person")
    unread: int = Field(description="messages that nobody of the team has read")
    last_id: int
    last_at: datetime
    last_role: str = Field(description="user, assistant or person")
    last_words: str
    closed_at: datetime | None


class ThreadList(BaseModel):
    threads: list[ThreadSummary]


class ThreadMessage(Answer):
    id: int
    at: datetime
    direction: str
    role: str
    kind: str
    content: str
    state: str
    intent: str | None
    delivery: str | None = Field(description="what the provider says became of it")


class ThreadPage(BaseModel):
    thread: ThreadSummary
    messages: list[ThreadMessage] = Field(description="the newest 60 (before `before`), the oldest of them first")


class ReadDone(BaseModel):
    thread_id: int
    unread: int


class Unread(BaseModel):
    messages: int
    threads: int


class Notification(Answer):
    id: int
    thread_id: int
    channel: str
    kind: str
    content: str
    at: datetime
    person: str | None
    owner: str


class Notifications(BaseModel):
    notifications: list[Notification]
    cursor: int = Field(description="give it as `after` next time")


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"


class ProductSearch(BaseModel):
    """Words that all stand in a product's SKU, name, category or other names; none at all lists everything."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: str = Field("", max_length=200, pattern=TEXT, examples=["10 inch box"])
    limit: int = Field(25, ge=1, le=25)
    offset: int = Field(0, ge=0, le=100_000)
    sort: Sort = Sort.RELEVANCE
    include_inactive: bool = False


class FoundProduct(Answer):
    sku: str
    name: str
    category: str
    aliases: list[str]
    base_unit: str
    unit_price: str = Field(description="per base unit, before tax")
    pack_units: dict[str, str] = Field(description="base units in one")
    active: bool


class ProductsFound(BaseModel):
    products: list[FoundProduct]
    total: int = Field(description="how many there are in all")
