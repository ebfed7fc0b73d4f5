"""From evidence to a decision: each gate with its reason, a score that is counted, GO only when every gate of the tier is passed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from handlers.gate.evidence import Evidence, all_tests_passed, kept
from handlers.gate.gates import Gate, Tier

GO, NO_GO = "GO", "NO-GO"


@dataclass(frozen=True, slots=True)
class Judged:
    """`against` is why the gate is not passed; empty when it is."""

    gate: str
    category: str
    command: str
    against: str
    began: str = ""
    ended: str = ""
    said: str = ""

    @property
    def ok(self) -> bool:
        return not self.against


@dataclass(frozen=True, slots=True)
class Decision:
    tier: Tier
    code: str
    judged: tuple[Judged, ...]

    @property
    def word(self) -> str:
        return GO if self.judged and all(each.ok for each in self.judged) else NO_GO

    @property
    def score(self) -> dict[str, str]:
        """`{category: "2 of 3"}` and `total`; counted here and nowhere typed."""
        categories = dict.fromkeys(each.category for each in self.judged)
        parts = {name: [each for each in self.judged if each.category == name] for name in categories}
        return {name: _of(part) for name, part in parts.items()} | {"total": _of(self.judged)}

    def as_json(self) -> dict[str, Any]:
        gates = [
            {
                "gate": each.gate, "category": each.category, "ok": each.ok, "against": each.against, "command": each.command,
                "began": each.began, "ended": each.ended, "said": each.said,
            }
            for each in self.judged
        ]  # fmt: skip
        return {"tier": self.tier.word, "decision": self.word, "code": self.code, "score": self.score, "gates": gates}


def _of(judged: Sequence[Judged]) -> str:
    return f"{sum(each.ok for each in judged)} of {len(judged)}"


def stale(evidence: Evidence | None, gate: Gate, code: str, now: datetime) -> str:
    """Why this evidence does not count; empty when it does."""
    if evidence is None:
        return "there is no evidence"
    if evidence.code != code:
        return f"what {evidence.command} showed was of other code"
    if now - evidence.ended_at > gate.counts_for:
        return f"what {evidence.command} showed is from {evidence.ended}"
    return ""


def decide(
    tier: Tier, gates: Sequence[Gate], folder: Path, code: str, now: datetime, gather: Callable[[Gate], Evidence] | None
) -> Decision:
    """Reads what is fresh and gathers the rest, gate by gate in their order; with no `gather`, what is missing is against it.

    What is asked of the running house is gathered anew, so that orders are placed after the tests passed and never before.
    """
    judged = []
    for gate in gates:
        evidence = kept(gate.name, folder)
        against = stale(evidence, gate, code, now)
        if gather is not None and (against or gate.live):
            evidence = gather(gate)
            against = stale(evidence, gate, code, now)
        judged.append(_judge(gate, evidence, against, folder))
    return Decision(tier, code, tuple(judged))


def _judge(gate: Gate, evidence: Evidence | None, against: str, folder: Path) -> Judged:
    command = " ".join(gate.command)
    if evidence is None or against:
        return Judged(gate.name, gate.category, command, against)
    if not evidence.ok:
        against = f"ended with {evidence.exit_code}"
    elif gate.runs_tests:
        against = all_tests_passed(folder / f"{gate.name}.log")
    return Judged(gate.name, gate.category, evidence.command, against, evidence.began, evidence.ended, evidence.said)


def as_markdown(decision: Decision) -> str:
    """The review that people read: nothing in it but what the commands showed."""
    rows = [
        f"| {each.gate} | {'passed' if each.ok else f'**{each.against}**'} | `{each.command}` | {each.ended or '-'} | {each.said.replace('|', '/')} |"
        for each in decision.judged
    ]
    score = "\n".join(f"- {name}: {part}" for name, part in decision.score.items())
    head = "| gate | result | command | ended | its last words |\n|---|---|---|---|---|\n"
    return (
        f"# Release review: {decision.word} for {decision.tier.word}\n\nCode {decision.code}. Written by `flask release-gate`.\n\n"
        f"{score}\n\n{head}" + "\n".join(rows) + "\n"
    )
