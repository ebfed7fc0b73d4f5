"""Encryption of a backup with age (https://age-encryption.org), by its library: `age -d` opens the file without us as well.

The key is an `AGE-SECRET-KEY-1...`, which seals and opens, or an `age1...`, which only seals: then the machine that is backed
up cannot read its own backups, and whoever restores brings the other half.
"""

from __future__ import annotations

from typing import IO

import pyrage

from bot.errors import BadInputError

SECRET, PUBLIC = "AGE-SECRET-KEY-1", "age1"


def new_key() -> tuple[str, str]:
    """A secret key, and the public one that belongs to it."""
    made = pyrage.x25519.Identity.generate()
    return str(made), str(made.to_public())


def seal(source: IO[bytes], target: IO[bytes], key: str) -> None:
    """Raises BadInputError for a key that is none."""
    pyrage.encrypt_io(source, target, [_recipient(key)])


def unseal(source: IO[bytes], target: IO[bytes], key: str) -> None:
    """Raises BadInputError when this key does not open it, or the file was changed since."""
    if not key.startswith(SECRET):
        raise BadInputError(
            "the backup is sealed: opening it takes the AGE-SECRET-KEY-1... (BACKUP_KEY, or --key-file)"
        )
    try:
        pyrage.decrypt_io(source, target, [pyrage.x25519.Identity.from_str(key)])
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise BadInputError(f"the backup cannot be opened with this key: {error}") from error


def _recipient(key: str) -> pyrage.x25519.Recipient:
    try:
        if key.startswith(PUBLIC):
            return pyrage.x25519.Recipient.from_str(key)
        return pyrage.x25519.Identity.from_str(key).to_public()
    except (pyrage.RecipientError, pyrage.IdentityError) as error:
        raise BadInputError("BACKUP_KEY is no key of age: `flask backup new-key` makes one") from error
