"""What is disturbed inside one process of a chaos run, before it starts: its clock, its names. Asked for by environment.

CHAOS_CLOCK_S=2         every two seconds the process's clock jumps: right, an hour ahead, right, an hour behind
CHAOS_NO_NAMES=/path    while that file exists, no host name resolves
"""

from __future__ import annotations

import datetime
import importlib
import os
import socket
import time
from pathlib import Path
from typing import Any

HOUR_S = 3600.0
JUMPS = (0.0, HOUR_S, 0.0, -HOUR_S)


def apply() -> None:
    if every_s := os.environ.get("CHAOS_CLOCK_S"):
        _jumping_clock(float(every_s))
    if blocker := os.environ.get("CHAOS_NO_NAMES"):
        _names_missing_while(Path(blocker))


def _jumping_clock(every_s: float) -> None:
    """The wall clock as our code and RQ read it; the monotonic one and PostgreSQL's go on."""
    import rq.utils

    import bot.runtime

    real_time, began = time.time, time.monotonic()

    def offset_s() -> float:
        return JUMPS[int((time.monotonic() - began) / every_s) % len(JUMPS)]

    class Jumping(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return datetime.datetime.now(tz) + datetime.timedelta(seconds=offset_s())

    time.time = lambda: real_time() + offset_s()
    vars(bot.runtime)["datetime"] = Jumping
    rq.utils.now = lambda: Jumping.now(datetime.UTC)
    for module in ("rq.job", "rq.worker.base", "rq.worker.worker_classes", "rq.registry", "rq.queue"):
        names = vars(importlib.import_module(module))
        if "now" in names:
            names["now"] = rq.utils.now


def _names_missing_while(blocker: Path) -> None:
    """As a resolver that answers "try again later"; addresses written as numbers still work."""
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if blocker.exists() and not name.replace(".", "").isdecimal():
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return real(host, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo
