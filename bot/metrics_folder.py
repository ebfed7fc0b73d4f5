"""The folder in which the processes of one machine count together, so that any web process answers a scrape for all of them.

prometheus_client looks for it once, when it is imported: whoever serves calls `share` before everything else.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
DEFAULT = Path(__file__).resolve().parent.parent / "var" / "metrics"


def share() -> None:
    """Names and makes the folder; nothing when it is too late for that, as in a process forked from one that counts already."""
    if "prometheus_client" in sys.modules:
        return
    os.environ.setdefault(VARIABLE, str(DEFAULT))
    make()


def make() -> None:
    """The folder that is named, when one is: without it no metric could be declared."""
    if named := os.environ.get(VARIABLE):
        Path(named).mkdir(parents=True, exist_ok=True)
