"""The form of a decision as machines read it: what `flask release-gate --json` prints and what stays in var/evidence/decision.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from handlers.gate.judge import Decision

FILE = "decision.json"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GateResult(Strict):
    """`against` is why the gate is not passed; `began` and `ended` are UTC, empty when its command was not run."""

    gate: str
    category: str
    ok: bool
    against: str
    command: str
    began: str
    ended: str
    said: str


class Review(Strict):
    """`score` counts passed gates by category and in `total`, as "2 of 3"; `code` is the digest of what was judged."""

    tier: Literal["mvp", "production", "excellent"]
    decision: Literal["GO", "NO-GO"]
    code: str
    score: dict[str, str]
    gates: list[GateResult]


def keep(decision: Decision, folder: Path) -> Review:
    """Checks it against its own form and writes it where evidence lies."""
    review = Review.model_validate(decision.as_json())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(review.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return review


def schema() -> dict[str, Any]:
    return Review.model_json_schema()
