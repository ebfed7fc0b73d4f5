"""What is handed to the reader: the customer's words without the name of their own outlet, which may sound like goods."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.situation import Outlet


def without_own_names(text: str, outlets: Iterable[Outlet]) -> str:
    """ "This is Canadian Pizza Bedok, 2 ctn liner": the name says who speaks, which the sender's address settles."""
    names = sorted((outlet.name for outlet in outlets), key=len, reverse=True)
    if not names:
        return text
    either = "|".join(r"\s+".join(re.escape(part) for part in name.split()) for name in names)
    return re.sub(rf"(?<!\w)(?:{either})(?!\w)", " ", text, flags=re.IGNORECASE)
