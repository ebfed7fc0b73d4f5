"""How large the processes are, and how much they grew: what leaks shows over a long run."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from chaos.house import House

MAX_GROWTH_MB = 20
"""Of any process over a soak."""


@dataclass(frozen=True, slots=True)
class Size:
    """The largest process of a kind: MB of resident memory, open descriptors."""

    mb: float = 0.0
    descriptors: int = 0


def sizes(opened: House) -> dict[str, Size]:
    """By kind of process, forked children included."""
    found: dict[str, Size] = {}
    for process in opened.processes:
        for each in _family(process.pid) if process.alive else ():
            with contextlib.suppress(psutil.NoSuchProcess):
                mb, descriptors = each.memory_info().rss / 2**20, each.num_fds()
                size = found.get(process.name, Size())
                found[process.name] = Size(max(size.mb, mb), max(size.descriptors, descriptors))
    return found


def largest_mb(opened: House) -> float:
    """Of all of them."""
    return max(size.mb for size in sizes(opened).values())


def _family(pid: int) -> list[psutil.Process]:
    try:
        return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def growth(
    fresh: Mapping[str, Size], before: Mapping[str, Size], after: Mapping[str, Size]
) -> list[tuple[str, str, str]]:
    """A row for each kind of process: when it had started, once it had worked for a while, at the end."""
    return [
        (
            f"largest {kind}",
            f"{after[kind].mb - size.mb:+.0f} MB",
            f"{fresh[kind].mb:.0f} MB at the start, from {size.mb:.0f} under load to {after[kind].mb:.0f};"
            f" {size.descriptors} to {after[kind].descriptors} descriptors",
        )
        for kind, size in sorted(before.items())
        if kind in after and kind in fresh
    ]


def grown(before: Mapping[str, Size], after: Mapping[str, Size]) -> list[str]:
    """The kinds of processes that grew more than they may."""
    return [
        f"the largest {kind} grew from {size.mb:.0f} to {after[kind].mb:.0f} MB"
        for kind, size in sorted(before.items())
        if kind in after and after[kind].mb > size.mb + MAX_GROWTH_MB
    ]
