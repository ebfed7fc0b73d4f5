"""Phone numbers to E.164, for comparing by equality. A provider's own spelling is kept elsewhere; this is never shown back.

What is not plainly one phone number is refused: letters (vanity numbers), extensions, and `00` prefixes, which
phonenumbers reads as another country's number. Possible numbers are enough: unassigned ones are used in demos and tests.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import phonenumbers

CHANNEL_PREFIX = "whatsapp:"
PHONE_FIELDS = ("whatsapp", "phone", "contact_number")
MAX_LENGTH = 32
_OF_A_SPREADSHEET = re.compile(r"\.0+$")
"""6580003102.0: a number that a spreadsheet took for an amount; its digits are another phone."""
_WRITTEN = re.compile(r"\+?[\d\s().\-/]+")


def to_e164(written: object, region: str = "SG") -> str:
    """`9123 4567` as `+6591234567`; empty for everything that is not plainly one phone number. Never raises.

    `region` is the country of numbers written without one. A mapping is asked for its phone field.
    """
    if isinstance(written, Mapping):
        written = _field_of(written)
    text = _plain(written) if isinstance(written, str) else ""
    if not _WRITTEN.fullmatch(text) or text.startswith("00") or _OF_A_SPREADSHEET.search(text):
        return ""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if number.extension or not phonenumbers.is_possible_number(number):
        return ""
    if number.italian_leading_zero and not phonenumbers.is_valid_number(number):
        return ""  # "065 8000 3107": with the zero it would be somebody else's number, or nobody's
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _plain(written: str) -> str:
    """ASCII digits whatever the script, without the channel's prefix and outer spaces."""
    if len(written) > MAX_LENGTH:
        return ""
    text = unicodedata.normalize("NFKC", written).strip().removeprefix(CHANNEL_PREFIX).strip()
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def _field_of(contact: Mapping[object, object]) -> object:
    for name in PHONE_FIELDS:
        if contact.get(name):
            return contact[name]
    return next(iter(contact.values()), "")
