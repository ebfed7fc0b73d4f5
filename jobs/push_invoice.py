"""RQ's entry for invoices. Its path stays: jobs already queued during a deploy rely on it. The work is jobs/invoices/."""

from __future__ import annotations

from functools import partial

from bot.runtime import Runtime, get_runtime
from jobs import entry
from jobs.invoices.push import push
from jobs.lanes import INVOICES


def push_invoice(_id: int) -> None:
    """Somebody looks at every invoice that is due: this worker's own lane, so that the loop waits for no accounting system."""
    runtime = get_runtime()
    with entry.kept_from_rq("invoice"):
        take_up(runtime)


def take_up(runtime: Runtime) -> None:
    if runtime.lanes is None:
        push(runtime)
    else:
        runtime.lanes.take(INVOICES, "due", partial(_push, runtime))


def _push(runtime: Runtime) -> None:
    push(runtime)
