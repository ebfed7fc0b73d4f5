"""Named places where a chaos run may kill, raise or pause this process. Without FAIL in the environment a place costs one test.

    FAIL=apply.after_release:1:kill                 the first pass through that place ends the process with SIGKILL
    FAIL=deliver.before_send:3:sleep,sweep.rung:1:raise

Read once, at import. Refused in production (`refuse_in_production`, called at every start).
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.errors import StartupRefused, TriaError

VARIABLE = "FAIL"
SLEEP_S = 45.0
"""Longer than any lease, so that the sleeper comes back to find its work given to another."""


class FailpointError(TriaError):
    """Raised where a chaos run asked for it; no code of ours expects it, as with any bug."""


def _kill(_name: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()  # SIGKILL is delivered to the process; this thread must not run on meanwhile


def _raise(name: str) -> None:
    raise FailpointError(f"asked for at {name}")


def _sleep(_name: str) -> None:
    time.sleep(float(os.environ.get("FAIL_SLEEP_S", SLEEP_S)))


ACTIONS: dict[str, Callable[[str], None]] = {"kill": _kill, "raise": _raise, "sleep": _sleep}


@dataclass
class _Armed:
    left: int
    action: Callable[[str], None]


def read(text: str) -> dict[str, _Armed]:
    """`name:nth:action`, several separated by commas. Raises StartupRefused for anything else."""
    armed: dict[str, _Armed] = {}
    for part in filter(None, text.split(",")):
        name, _, rest = part.partition(":")
        nth, _, action = rest.partition(":")
        if not (name and nth.isdecimal() and action in ACTIONS):
            raise StartupRefused(f"{VARIABLE}: {part!r} is not NAME:NTH:{'|'.join(ACTIONS)}")
        armed[name] = _Armed(int(nth), ACTIONS[action])
    return armed


def _armed_at_start() -> dict[str, _Armed]:
    """Read at import, before any process can catch what is wrong: it ends with the sentence, not with a traceback."""
    try:
        return read(os.environ.get(VARIABLE, ""))
    except StartupRefused as refused:
        sys.exit(str(refused))


_armed = _armed_at_start()


def arm(text: str) -> None:
    """Replaces what is armed in this process; for a process forked after the import."""
    _armed.clear()
    _armed.update(read(text))


def hit(name: str) -> None:
    """This place was reached. The nth time, what FAIL asks for happens; once."""
    if not _armed or name not in _armed:
        return
    place = _armed[name]
    place.left -= 1
    if place.left == 0:
        place.action(name)


@contextmanager
def resting() -> Iterator[None]:
    """Nothing happens at any place meanwhile, and no pass counts: a chaos run aims at work, not at what prepares for it."""
    kept = dict(_armed)
    _armed.clear()
    try:
        yield
    finally:
        _armed.update(kept)


def refuse_in_production(is_production: bool) -> None:
    """Raises StartupRefused when failpoints are armed where customers order."""
    if is_production and _armed:
        raise StartupRefused(f"{VARIABLE}: must not be set in production")
