"""Secrets at rest: sealed with a key that SECRET_KEY leads to, by the library `cryptography`."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import PermanentError


class Seal:
    """The first key seals, any of them opens: a new SECRET_KEY is taken over while the old one is still given.

    What is sealed for one purpose is opened for no other.
    """

    def __init__(self, secret_keys: Sequence[str], purpose: bytes) -> None:
        keys = [_derived(key, purpose) for key in secret_keys if key]
        self._keys = keys
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def close(self, plain: str) -> str:
        return self._fernet.encrypt(plain.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """Raises PermanentError for what another SECRET_KEY sealed."""
        try:
            return self._fernet.decrypt(sealed.encode("ascii")).decode()
        except InvalidToken as error:
            raise PermanentError("it was stored under another SECRET_KEY", code="secret_key") from error

    def fingerprint(self, plain: str) -> str:
        """Tells two secrets apart and gives neither away."""
        return _print_of(self._keys[0], plain)

    def is_of(self, fingerprint: str | None, plain: str) -> bool:
        """Whether this is its fingerprint, under whichever key it was made."""
        return fingerprint is not None and any(
            hmac.compare_digest(fingerprint, _print_of(key, plain)) for key in self._keys
        )


def _print_of(key: bytes, plain: str) -> str:
    return hmac.new(key, plain.encode(), hashlib.sha256).hexdigest()[:32]


def _derived(secret_key: str, purpose: bytes) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret_key.encode())
    return base64.urlsafe_b64encode(derived)
