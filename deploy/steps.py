"""Steps done in order; when one fails it is named, and what was done is undone from its end. Each is timed and written down."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from deploy.host import StepFailed


def _nothing() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Step:
    """`do` says in one line what it did; `undo` takes it back and is asked for also when `do` failed half-way."""

    name: str
    do: Callable[[], str]
    undo: Callable[[], str] = _nothing


@dataclass(frozen=True, slots=True)
class Done:
    step: str
    ok: bool
    seconds: float
    said: str


@dataclass(slots=True)
class Report:
    """What came of it, for people and for whoever keeps evidence."""

    what: str
    began: str
    done: list[Done] = field(default_factory=list)
    undone: list[Done] = field(default_factory=list)

    @property
    def failed(self) -> str:
        """The name of the step that failed; empty when none did."""
        return next((each.step for each in self.done if not each.ok), "")

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ok": not self.failed, "failed": self.failed}


def run(steps: Sequence[Step], report: Report, tell: Callable[[str], None]) -> Report:
    """All of them, or those up to the first that fails and then their undoing, the last first."""
    for number, step in enumerate(steps, 1):
        tell(f"{number}/{len(steps)} {step.name} ...")
        report.done.append(_tried(step.name, step.do))
        last = report.done[-1]
        tell(f"    {'ok' if last.ok else 'FAILED'} in {last.seconds:.1f} s: {last.said}")
        if not last.ok:
            _undo(steps[:number], report, tell)
            break
    return report


def _undo(steps: Sequence[Step], report: Report, tell: Callable[[str], None]) -> None:
    for step in reversed(steps):
        if step.undo is _nothing:
            continue
        report.undone.append(_tried(step.name, step.undo))
        last = report.undone[-1]
        tell(f"    {'taken back' if last.ok else 'COULD NOT BE TAKEN BACK'}: {step.name}: {last.said}")


def _tried(name: str, work: Callable[[], str]) -> Done:
    """Whatever fails while a release is half in place has to lead to its undoing, so nothing gets past here."""
    began = time.monotonic()
    try:
        ok, said = True, work()
    except StepFailed as failed:
        ok, said = False, str(failed)
    except (OSError, subprocess.SubprocessError, ValueError, LookupError) as error:
        ok, said = False, f"{type(error).__name__}: {error}"
    return Done(name, ok, round(time.monotonic() - began, 2), said)
