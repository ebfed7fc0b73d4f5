"""RQ's entry for open orders that are read again. Its path stays: jobs already queued during a deploy rely on it."""

from __future__ import annotations

from functools import partial

from bot.runtime import Runtime, get_runtime
from jobs import entry
from jobs.lanes import REREADING
from jobs.replay.open_orders import read_some


def reread_orders(_id: int) -> None:
    """In a lane of its own, so that no customer waits for it."""
    runtime = get_runtime()
    with entry.kept_from_rq("reread"):
        if runtime.lanes is None:
            read_some(runtime)
        else:
            runtime.lanes.take(REREADING, "due", partial(_read, runtime))


def _read(runtime: Runtime) -> None:
    read_some(runtime)
