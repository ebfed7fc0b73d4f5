"""One-time codes of an authenticator app (RFC 6238) by `pyotp`, and recovery codes for the day when the phone is lost."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp

ISSUER = "Tria"
STEP_S = 30
DRIFT_STEPS = 1
"""A phone's clock may be so many steps off, either way."""
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that look alike."""


def new_key() -> str:
    """160 bits in base32, as apps take it by hand or as a picture."""
    return pyotp.random_base32()


def address_of(key: str, name: str) -> str:
    """`otpauth://...`, which the picture holds."""
    return pyotp.TOTP(key).provisioning_uri(name=name, issuer_name=ISSUER)


def step_of(key: str, code: str, now: datetime, after: int | None) -> int | None:
    """The step whose code this is; None for a wrong one, and for one of a step up to `after`, which was used already."""
    given = plain(code)
    if len(given) != 6 or not given.isascii() or not given.isdecimal():
        return None
    totp, current = pyotp.TOTP(key), int(now.timestamp()) // STEP_S
    steps = range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1)
    found = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), given)]
    return next((step for step in found if after is None or step > after), None)


def new_recovery_codes() -> tuple[str, ...]:
    """Ten of 60 bits and more each, in two halves that can be read out."""
    return tuple("-".join(_letters(6) for _ in range(2)) for _ in range(RECOVERY_CODES))


def _letters(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))


def plain(code: str) -> str:
    """As codes are compared: without spaces and dashes, in small letters."""
    return code.strip().lower().replace(" ", "").replace("-", "")
