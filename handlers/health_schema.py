"""What the health addresses answer, as types, for the API's document."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


class Alive(BaseModel):
    """The process runs."""

    status: str
    timestamp: str
    uptime_seconds: float


class Failing(BaseModel):
    """One thing without which no order can be taken."""

    check: str
    reason: str
    fix: str


class Readiness(BaseModel):
    """200 when an order can be taken; 503, in the same form, when it cannot."""

    status: str
    overall_healthy: bool
    failing: list[Failing]
    services: dict[str, Any]
    metrics: dict[str, Any]
    timestamp: str


class Diagnostics(BaseModel):
    """How things stand in detail; secrets are masked."""

    status: str
    checks: dict[str, Any]
    versions: dict[str, str]
    migration: dict[str, Any]
    ledger: dict[str, Any]
    queues: dict[str, Any]
    settings: dict[str, str]
    uptime_seconds: float
    timestamp: str


class Version(BaseModel):
    """What runs."""

    commit: str
    schema_revision: str | None
