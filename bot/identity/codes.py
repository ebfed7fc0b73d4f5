"""Invitation codes: made, recognised in a message, and hashed for keeping."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

LETTERS = "ACDEFHJKMNPRTUVWXY"
DIGITS = "2345679"
"""Neither side holds what can be mistaken for the other when it is read aloud or typed."""
MAX_WRONG = 5
"""Wrong codes in a row before a contact is locked out: 250 million codes at 120 tries a day."""
LOCKED_MINUTES = 60
MAX_LENGTH = 80
"""What is longer says more than a code."""
_HALF = f"[{LETTERS}]{{2}}[{DIGITS}]{{2}}"
_DASH = r"[\-\u2010-\u2015\u2212]"
_CODE = re.compile(rf"\s*(?:CODE|JOIN|KOD|邀请码|代码)?[\s:：]*({_HALF})(?:\s|{_DASH})?({_HALF})[\s.!]*", re.IGNORECASE)
_WITHIN = re.compile(rf"(?<!\w)({_HALF}){_DASH}({_HALF})(?!\w)", re.IGNORECASE)
_START = re.compile(r"\s*/start(?:@\w+)?\s+", re.IGNORECASE)
"""What Telegram puts before the code of a link such as https://t.me/OurBot?start=KT47-MX92."""
WORDS_AROUND = 6
"""So many words may introduce a code ("hi, my code is"); with a digit among them the message is about goods."""


def new_code() -> str:
    """Such as `KT47-MX92`: two letters and two digits, twice, which no order looks like."""
    half = ["".join(secrets.choice(kind) for kind in (LETTERS, LETTERS, DIGITS, DIGITS)) for _ in range(2)]
    return "-".join(half)


def code_in(text: str) -> str | None:
    """The code that the whole message is, or that a few words introduce, in its one spelling; None for anything else."""
    said = _START.sub("", text, count=1)
    found = (_CODE.fullmatch(said) or _introduced(said)) if len(said) <= MAX_LENGTH else None
    return f"{found[1]}-{found[2]}".upper() if found else None


def _introduced(said: str) -> re.Match[str] | None:
    """The one code with its dash that stands in a short text without any other number."""
    found = _WITHIN.search(said)
    around = _WITHIN.sub(" ", said, count=1)
    if found is None or any(character.isdecimal() for character in around) or len(around.split()) > WORDS_AROUND:
        return None
    return found


def hashed(code: str, secret: str) -> str:
    return hmac.new(secret.encode(), f"invitation:{code}".encode(), hashlib.sha256).hexdigest()
