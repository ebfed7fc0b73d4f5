"""Who gives a command: every change by hand is audited under this name."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import Any, TypeVar

import click

from bot.runtime import Runtime

Function = TypeVar("Function", bound=Callable[..., Any])


def actor_option(function: Function) -> Function:
    return click.option(
        "--by", "actor", default=getpass.getuser, show_default="your login name", help="Who does it, for the audit."
    )(function)


def send_now(runtime: Runtime, message_ids: tuple[int, ...]) -> None:
    """Rings for what was just written; the sweeper does when nobody hears it."""
    from jobs.queues import Bell, ring_all  # loads Redis' library, which commands that only look do without

    ring_all(runtime, Bell.DELIVER, list(message_ids))
