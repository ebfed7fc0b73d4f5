"""What must never be read by the wrong eyes, and how it is blotted out: phones, ids of people, cards, tokens, passwords.

`scrub` is for copies of a customer's words (the language model's, the record's): it takes out what identifies a person
and leaves quantities alone. `Mask` is for logs and error reports: it also takes out secrets and any long number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, SecretStr

from bot.settings.addresses import password_of

REDACTED = "[redacted]"
MIN_SECRET_LENGTH = 6
MAX_DEPTH = 6
LONG_INTEGER = 10**9
NUMBERS = (bool, int, float)

_SG_DIGITS = r"[3689]\d{3}[\s-]?\d{4}"
_PHONE = re.compile(
    r"(?<![\w+])\+65[\s().-]{0,2}(?:\d[\s.-]?){7}\d(?!\d)"
    r"|(?<![\w+])\+\d(?:[\s().-]{0,2}\d){6,14}(?!\d)"
    r"|(?<![\w.+-])(?:(?:00)?65[\s-]?)?" + _SG_DIGITS + r"(?![\w])"
    r"|(?<![\w.+-])00\d{8,14}(?!\w)"
    r"|(?<![\w.+-])\d{10,12}(?!\w)"
)
_CARD = re.compile(r"(?<![\w+])(?:\d{4}[ -]?){3}\d{1,7}(?!\w)|(?<!\w)3\d{3}[ -]\d{6}[ -]\d{5}(?!\w)")
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_NRIC = re.compile(r"(?<!\w)[STFGM]\d{7}[A-Z](?!\w)", re.IGNORECASE)

_DATE_OR_ADDRESS = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"
)
_LONG_NUMBER = re.compile(r"(?<![\w.])\d{8,}(?![\w.]|-[0-9a-f]{4}-)")
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"://[^\s\"'<>]*@"), f"://{REDACTED}@"),
    (re.compile(r"bot\d+:[\w-]+"), f"bot{REDACTED}"),
    (re.compile(r"(?<!\w)\d{6,12}:[\w-]{20,}"), REDACTED),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {REDACTED}"),
    (re.compile(r"\bsk-[\w-]{8,}"), REDACTED),
    (
        re.compile(
            r"(?i)((?:password|passwd|pwd|secret|token|api[_-]?key|signature)[\"']?\s*[=:]\s*[\"']?)(?!\[redacted\])[^\s\"'&,;})]+"
        ),
        rf"\1{REDACTED}",
    ),
)
# Everything above needs one of these; most fields of a log line have none and are done with.
_SUSPICIOUS = re.compile(r"[\d@=:]|bearer|basic|sk-", re.IGNORECASE)
_SECRET_KEY = re.compile(r"(?i)password|passwd|secret|token|authorization|api_?key|signature|cookie|dsn")
_PERSONAL_KEYS = frozenset({"text", "body", "content", "reply", "display_name", "raw", "caption", "profile_name"})


def mask_phone(phone: str) -> str:
    """`+6591234567` becomes `+65****4567`: enough to recognise, too little to call."""
    digits = "".join(c for c in phone if c.isdigit())
    country = "+65" if digits.startswith("65") and len(digits) == 10 else ("+" if phone.strip().startswith("+") else "")
    return f"{country}****{digits[-4:]}"


def scrub(text: str) -> str:
    """The text without phones, e-mail addresses, NRIC-shaped and card-shaped strings; for the language model's copy."""
    text = _EMAIL.sub("[email]", text)
    text = _NRIC.sub("[nric]", text)
    text = _CARD.sub("[card]", text)
    return _PHONE.sub(lambda match: mask_phone(match[0]), text)


def secret_values(settings: BaseModel) -> frozenset[str]:
    """Every secret the settings hold, and the passwords inside their addresses; what no log line may contain."""
    found: set[str] = set()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        plain = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        if isinstance(value, SecretStr) and "://" not in plain:
            found.add(plain)
        if "://" in plain:
            found.add(password_of(plain))
    return frozenset(value for value in found if len(value) >= MIN_SECRET_LENGTH)


class Mask:
    """Blots out secrets and persons, in text and inside any nesting of values. Never raises, never grows a log line."""

    def __init__(self, secrets: Iterable[str] = (), *, max_depth: int = MAX_DEPTH) -> None:
        self._max_depth = max_depth
        spelled = {form for value in secrets for form in (value, quote(value, safe=""))}
        longest_first = sorted(spelled, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        self._key = lru_cache(maxsize=1024)(self._judged)  # the same few names stand in every line

    def text(self, text: str) -> str:
        """Secrets first, then persons; dates and addresses of machines stay readable."""
        if self._known is not None:
            text = self._known.sub(REDACTED, text)
        if not _SUSPICIOUS.search(text):
            return text
        for pattern, replacement in _SECRETS:
            text = pattern.sub(replacement, text)
        return _between(_DATE_OR_ADDRESS, text, _persons)

    def value(self, value: Any, depth: int = 0) -> Any:
        """The same shape with every text in it masked; what is neither text nor number is shown by its text."""
        if isinstance(value, str):
            return self.text(value) if depth <= self._max_depth else "..."
        if value is None or isinstance(value, bool | float):
            return value
        if isinstance(value, int):
            return value if abs(value) < LONG_INTEGER else mask_phone(str(value))
        if depth > self._max_depth:
            return "..."
        if isinstance(value, Mapping):
            return self.mapping(value, depth + 1)
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(item, depth + 1) for item in value]
        return self.text(_shown(value))

    def mapping(self, fields: Mapping[Any, Any], depth: int = 0) -> dict[str, Any]:
        return dict(self._field(str(key), value, depth) for key, value in fields.items())

    def _field(self, key: str, value: Any, depth: int) -> tuple[str, Any]:
        shown, hidden = self._key(key)
        if value is None or isinstance(value, NUMBERS):
            return shown, self.value(value)  # a count of tokens is no token
        return shown, REDACTED if hidden else self.value(value, depth)

    def _judged(self, key: str) -> tuple[str, bool]:
        """The key as it may be shown, and whether what stands under it may not."""
        return self.text(key), bool(_SECRET_KEY.search(key)) or key in _PERSONAL_KEYS


def _persons(text: str) -> str:
    return _LONG_NUMBER.sub(lambda match: f"****{match[0][-4:]}", scrub(text))


def _between(keep: re.Pattern[str], text: str, change: Callable[[str], str]) -> str:
    """Apply `change` to what lies between the matches of `keep`."""
    parts, end = [], 0
    for match in keep.finditer(text):
        parts += [change(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, change(text[end:])])


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, BaseException):
        return type(value).__name__
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - a broken __str__ must cost one field, not the log line
        return f"<{type(value).__name__} that cannot be shown: {type(error).__name__}>"
