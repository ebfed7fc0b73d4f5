"""The commit this code is, out of the checkout itself: no git program is needed where the product runs."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from bot.settings import ROOT

UNKNOWN = "unknown"
# Set by platforms that build without the .git folder (Heroku, Render, Railway; a Dockerfile's ARG).
VARIABLES = ("SOURCE_VERSION", "GIT_COMMIT", "RENDER_GIT_COMMIT", "RAILWAY_GIT_COMMIT_SHA")


@lru_cache(maxsize=1)
def commit() -> str:
    named = next((os.environ[name] for name in VARIABLES if os.environ.get(name)), "")
    return (named or _of_checkout(ROOT / ".git"))[:12]


def _of_checkout(git: Path) -> str:
    try:
        head = (git / "HEAD").read_text("ascii").strip()
        if not head.startswith("ref: "):
            return head
        reference = head.removeprefix("ref: ")
        loose = git / reference
        return loose.read_text("ascii").strip() if loose.exists() else _packed(git, reference)
    except (OSError, UnicodeDecodeError):
        return UNKNOWN  # no checkout, or a linked one: the answer serves whoever wonders, nothing depends on it


def _packed(git: Path, reference: str) -> str:
    for line in (git / "packed-refs").read_text("ascii").splitlines():
        if line.endswith(f" {reference}"):
            return line.split(" ", 1)[0]
    return UNKNOWN
