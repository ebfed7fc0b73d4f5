"""How often each reply reached its customer, by the ledgers of the providers' stand-ins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chaos.house import House

MOST = 4
"""Times that one reply may arrive, whatever happens (docs/decisions/0008-how-often-a-reply-may-be-sent.md)."""


@dataclass(slots=True)
class Copies:
    """One text to one address: how often it was written, given up without a confirmation, and how often it arrived."""

    channel: str
    address: str
    written: int = 0
    given_up: int = 0
    arrived: int = 0

    @property
    def extra(self) -> int:
        return max(0, self.arrived - self.written)


def copies_of(house: House) -> list[Copies]:
    """Every text of ours, as it was written and as the providers hold it."""
    found: dict[tuple[str, str, str], Copies] = {}
    rows = house.rows(
        "SELECT m.channel, k.address, m.content, m.payload->'buttons', m.reason FROM conversation_messages m"
        " JOIN conversations c ON c.id = m.conversation_id JOIN contacts k ON k.id = c.contact_id WHERE m.direction = 'outbound'"
    )
    for channel, address, content, buttons, reason in rows:
        text = _as_sent(channel, content, buttons or [])
        each = found.setdefault((channel, address, text), Copies(channel, address))
        each.written += 1
        each.given_up += reason == "unconfirmed"
    for channel, address, text in _arrived(house):
        found.setdefault((channel, address, text), Copies(channel, address)).arrived += 1
    return list(found.values())


def _as_sent(channel: str, content: str, buttons: Sequence[Sequence[str]]) -> str:
    """WhatsApp shows what can be pressed as lines below the text."""
    labels = [f"{number}. {label}" for number, (label, _) in enumerate(buttons, 1)] if channel == "whatsapp" else []
    return "\n".join([content, *labels])


def _arrived(house: House) -> Iterator[tuple[str, str, str]]:
    """Channel, address and text of what the providers took."""
    for entry in house.simulator.ledger.entries(operation="messages.create"):
        if entry.effect:
            yield "whatsapp", str(entry.sent["To"]).removeprefix("whatsapp:"), str(entry.sent.get("Body", ""))
    for entry in house.simulator.ledger.entries(operation="sendMessage"):
        if entry.effect:
            yield "telegram", str(entry.sent["chat_id"]), str(entry.sent["text"])


def copies_told(opened: House) -> list[tuple[str, str, str]]:
    """A row for each channel: replies, and how many came twice."""
    found = copies_of(opened)
    rows = []
    for channel in ("whatsapp", "telegram"):
        own = [each for each in found if each.channel == channel]
        written, extra, given_up = (
            sum(getattr(each, name) for each in own) for name in ("written", "extra", "given_up")
        )
        most = max((-(-each.arrived // max(1, each.written)) for each in own), default=0)
        rows.append(
            (
                f"replies by {channel}",
                str(written),
                f"{extra} copies, none more than {most} times, {given_up} given up unconfirmed",
            )
        )
    return rows
