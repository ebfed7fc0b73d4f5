"""What may one day read a voice message, a photo or a PDF. None is configured: such messages are looked at by a person.

Nothing is fetched for them: the address in a webhook is kept as it came and never requested, so that it can be neither a trap nor a bomb. A reader
that fetches must go to the providers' own hosts only, follow no redirect and judge the bytes, not the type that was said.
"""

from __future__ import annotations

from typing import Protocol

from bot.situation import Said


class MediaReader(Protocol):
    """Turns one message into the words it holds, or None when it cannot. Called with no transaction open; slow is allowed."""

    def read(self, said: Said) -> str | None: ...
