"""An exception in words that carry no values: its class and code, and the files, lines and functions it went through.

The text of an exception often quotes what it choked on (a customer's sentence, a row), so it is shown only where we or
the interpreter wrote it about our own code.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.errors import TriaError
from bot.settings import ROOT
from bot.telemetry.masking import Mask

ABOUT_OUR_CODE = (TriaError, NameError, AttributeError, ImportError)
MAX_CODE = 32
MAX_FRAMES = 30
MAX_CHAIN = 5


def error_words(error: BaseException, mask: Mask | None = None) -> str:
    """`OperationalError 57P01` or `TemporaryError: Twilio answered 503`: what a failure row and a log line may say."""
    code = _code(error)
    words = f"{type(error).__name__} {code}" if code else type(error).__name__
    if not isinstance(error, ABOUT_OUR_CODE) or not str(error):
        return words
    return f"{words}: {(mask or Mask()).text(str(error))}"


def _code(error: BaseException) -> str:
    """PostgreSQL's SQLSTATE, or the short code that we and the providers' libraries give; SQLAlchemy's own means nothing."""
    if isinstance(error, SQLAlchemyError):
        return getattr(getattr(error, "orig", None), "pgcode", None) or ""
    code = getattr(error, "code", "")
    return str(code) if isinstance(code, str | int) and len(str(code)) <= MAX_CODE else ""


def note_ids(error: BaseException, ids: Mapping[str, int | str]) -> None:
    """The error carries what was bound around its place to wherever it is reported; the innermost word stands."""
    with suppress(AttributeError):
        error.tria_ids = {**ids, **ids_of(error)}  # type: ignore[attr-defined]


def ids_of(error: BaseException | None) -> dict[str, int | str]:
    return dict(getattr(error, "tria_ids", {}))


def traceback_words(error: BaseException) -> str:
    """`ValueError at jobs/turn/apply.py:42 price_of < jobs/turn/apply.py:20 apply`, newest frame first, causes after it."""
    return " caused by ".join(_one(link) for link in _chain(error))


def _one(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    places = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
    return type(error).__name__ + (f" at {' < '.join(places)}" if places else "")


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    for _ in range(MAX_CHAIN):
        if link is None:
            return
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _short(filename: str) -> str:
    """Relative to the project, or from the library's own folder on: no path of this machine."""
    path = Path(filename)
    if "site-packages" in path.parts:
        return "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
