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
_HALF = f"[{LETTERS}]{{2}}[{DIGITS}]{{2}}"
_CODE = re.compile(rf"\s*(?:CODE|JOIN|KOD|邀请码|代码)?[\s:：]*({_HALF})[\s\-–]?({_HALF})[\s.!]*", re.IGNORECASE)


def new_code() -> str:
    """Such as `KT47-MX92`: two letters and two digits, twice, which no order looks like."""
    half = ["".join(secrets.choice(kind) for kind in (LETTERS, LETTERS, DIGITS, DIGITS)) for _ in range(2)]
    return "-".join(half)


def code_in(text: str) -> str | None:
    """The code that the whole message is, in its one spelling; None when the message is anything else."""
    found = _CODE.fullmatch(text) if len(text) <= 40 else None
    return f"{found[1]}-{found[2]}".upper() if found else None


def hashed(code: str, secret: str) -> str:
    return hmac.new(secret.encode(), f"invitation:{code}".encode(), hashlib.sha256).hexdigest()
