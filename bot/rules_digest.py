"""Which rules a process reads by: a digest of this package's code and language data, as they were when the process began.

It must not be taken later: files may be exchanged for those of the next release below a process that still runs the old ones.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from bot.settings import ROOT

READ_BY = (".py", ".toml", ".json")


@lru_cache(maxsize=1)
def rules_digest() -> str:
    """16 letters; two processes that show the same read alike."""
    return digest_of(ROOT / "bot")


def digest_of(folder: Path) -> str:
    """Of the names and contents of all files that are code or data."""
    found = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.suffix in READ_BY):
        found.update(str(path.relative_to(folder)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]
