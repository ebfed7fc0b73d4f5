"""What kinds of failure there are. Apart from the table, so that a command that only names a kind loads none of them."""

from __future__ import annotations

from enum import StrEnum


class FailureKind(StrEnum):
    PROCESS = "process"
    DELIVER = "deliver"
    INVOICE = "invoice"
    WEBHOOK = "webhook"
    JOB = "job"
    """A job in the queue that no code of ours wrote: another version, another program."""
