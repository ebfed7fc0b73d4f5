"""The machine: room on the disk, memory, processor. Numbers are in percent, 0 to 100."""

from __future__ import annotations

import shutil

import psutil

from bot.runtime import Runtime
from bot.settings import ROOT
from handlers.checks.check import Severity, Verdict

DISK_DEGRADED, DISK_UNHEALTHY = 90.0, 97.0
MEMORY_DEGRADED, MEMORY_UNHEALTHY = 90.0, 98.0
CPU_DEGRADED = 97.0


def disk(_runtime: Runtime) -> Verdict:
    usage = shutil.disk_usage(ROOT)
    return judge_disk(100.0 * usage.used / (usage.used + usage.free))


def memory(_runtime: Runtime) -> Verdict:
    return _judge("memory", psutil.virtual_memory().percent, MEMORY_DEGRADED, MEMORY_UNHEALTHY)


def cpu(_runtime: Runtime) -> Verdict:
    """Since the last call; busy is no reason to take no orders."""
    return _judge("cpu", psutil.cpu_percent(interval=None), CPU_DEGRADED, 101.0)


def judge_disk(percent: float) -> Verdict:
    """PostgreSQL stops taking orders when its disk is full; say so before."""
    return _judge("disk", percent, DISK_DEGRADED, DISK_UNHEALTHY)


def _judge(what: str, percent: float, degraded: float, unhealthy: float) -> Verdict:
    facts = {f"{what}_percent": round(percent, 1)}
    if percent < degraded:
        return Verdict(facts=facts)
    severity = Severity.UNHEALTHY if percent >= unhealthy else Severity.DEGRADED
    return Verdict(severity, f"{percent:.0f} % in use", facts)
