"""The machine: room on the disk, memory, processor. Numbers are in percent, 0 to 100."""

from __future__ import annotations

import shutil

import psutil

from bot.runtime import Runtime
from bot.settings import ROOT
from handlers.checks.check import Severity, Verdict

GIGABYTE = 10**9
DISK_DEGRADED, DISK_UNHEALTHY = 90.0, 97.0
ROOM_DEGRADED, ROOM_UNHEALTHY = 5 * GIGABYTE, GIGABYTE
MEMORY_DEGRADED, MEMORY_UNHEALTHY = 90.0, 98.0


def disk(_runtime: Runtime) -> Verdict:
    usage = shutil.disk_usage(ROOT)
    return judge_disk(100.0 * usage.used / (usage.used + usage.free), usage.free)


def judge_disk(percent: float, free_bytes: int) -> Verdict:
    """PostgreSQL stops taking orders when its disk is full; say so before. A large disk has room at 97 %, too."""
    facts = {"disk_percent": round(percent, 1)}
    if percent >= DISK_UNHEALTHY and free_bytes < ROOM_UNHEALTHY:
        return Verdict(Severity.UNHEALTHY, f"{percent:.0f} % in use", facts)
    if percent >= DISK_DEGRADED and free_bytes < ROOM_DEGRADED:
        return Verdict(Severity.DEGRADED, f"{percent:.0f} % in use", facts)
    return Verdict(facts=facts)


def memory(_runtime: Runtime) -> Verdict:
    percent = psutil.virtual_memory().percent
    facts = {"memory_percent": percent}
    if percent < MEMORY_DEGRADED:
        return Verdict(facts=facts)
    severity = Severity.UNHEALTHY if percent >= MEMORY_UNHEALTHY else Severity.DEGRADED
    return Verdict(severity, f"{percent:.0f} % in use", facts)


def cpu(_runtime: Runtime) -> Verdict:
    """Since the last call, for the reader only: busy is no reason to take no orders, and waiting customers show elsewhere."""
    return Verdict(facts={"cpu_percent": psutil.cpu_percent(interval=None)})
