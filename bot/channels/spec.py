"""What there is to know about a channel, as one value. Code that would ask "is this Telegram?" asks the spec instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pkgutil import resolve_name

from limits import RateLimitItem

from bot.channels.base import Channel
from bot.errors import UnknownChannelError
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast we may send: `whole` over one of our senders, `each` over one address written to; None is no limit."""

    whole: RateLimitItem
    each: RateLimitItem | None = None


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """One channel. `name` is what its rows hold; `door` is the module of handlers with its `blueprint`.

    A pushed channel has a `client`, the class that sends, as "module:class": it is imported when a process first sends
    (the providers' libraries load slowly). Replies on the others are read by whoever asked, and count as sent when they
    are written.
    """

    name: str
    door: str = ""
    """Empty for a channel by which nothing comes in."""
    provider: str = ""
    """Who carries the messages, as `flask doctor` names them."""
    client: str = ""
    configured: Callable[[Settings], bool] = lambda settings: True
    simulated: Callable[[Settings], bool] = lambda settings: False
    settings_needed: str = ""
    """What to set, in the words of `flask doctor`."""
    max_length: int | None = None
    """Longest text of one message, in UTF-16 units; None is no limit."""
    rate: Rate | None = None
    threads: int = 1
    """Threads of a worker that send on it at the same time."""
    free_text_for: timedelta | None = None
    """How long after the customer's last message free text is allowed; later only an approved template. None is always."""
    own_address: Callable[[Settings], str] = lambda settings: ""
    """The number or bot of ours from which a conversation that we begin leaves; empty where none is set."""
    shares_contact: bool = False
    """Offers a button with which a person shares their own phone number."""

    @property
    def pushed(self) -> bool:
        return bool(self.client)

    def make_client(self, settings: Settings) -> Channel:
        """Raises UnknownChannelError for a channel that nothing is sent on."""
        if not self.pushed:
            raise UnknownChannelError(f"nothing is sent on {self.name}", code="channel")
        made: Channel = resolve_name(self.client)(settings)
        return made
