"""One way to say how long most of them took."""

from __future__ import annotations

from collections.abc import Sequence


def nearest_rank(values: Sequence[float], share: int) -> float:
    """The value below which `share` percent of them lie, by nearest rank; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)] if ordered else 0.0
