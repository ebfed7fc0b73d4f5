"""Whether this machine's web processes are about to stop: said to balancers before the door closes, so that none of them sends
another request to it. One byte that gunicorn's parent shares with the processes it forks."""

from __future__ import annotations

import mmap
import threading
from collections.abc import Callable

_said: bytearray | mmap.mmap = bytearray(1)


def share() -> None:
    """Called once in the parent, before it forks."""
    global _said
    _said = mmap.mmap(-1, 1)


def say(then: Callable[[], None], after_s: float) -> None:
    """From now on readiness is refused; `then` is called when balancers have had the time to ask."""
    _said[0] = 1
    timer = threading.Timer(after_s, then)
    timer.daemon = True  # whoever is told to stop at once does
    timer.start()


def is_leaving() -> bool:
    return _said[0] == 1


def stay() -> None:
    """For tests, where the process lives on."""
    _said[0] = 0
