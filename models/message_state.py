"""What can become of a message. Apart from the table, so that a command that only names a state loads none of them."""

from __future__ import annotations

from enum import StrEnum


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class MessageState(StrEnum):
    """Inbound: received, then one final state. Outbound: pending, sending, then sent, unknown or dead; held waits for a person."""

    RECEIVED = "received"
    ANSWERED = "answered"
    MERGED = "merged"
    HANDED_OVER = "handed_over"
    PARKED = "parked"
    IGNORED = "ignored"
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    DEAD = "dead"
    HELD = "held"


INBOUND_FINAL = (
    MessageState.ANSWERED,
    MessageState.MERGED,
    MessageState.HANDED_OVER,
    MessageState.PARKED,
    MessageState.IGNORED,
)
