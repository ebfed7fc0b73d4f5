"""Two spellings of one WhatsApp number: what is equal, country by country. Never a suffix, never a pattern.

The provider's own spelling stays the contact's address, because replies must go there; these are only other names of it.
"""

from __future__ import annotations

import re

# Brazil: a mobile number (its eight digits begin with 6 to 9) may come without the ninth digit.
# Mexico: mobile numbers had a 1 after the country code. Argentina: mobile numbers have a 9 there, not everywhere.
_WITH_AND_WITHOUT = (
    (re.compile(r"\+55(\d\d)9([6-9]\d{7})"), r"+55\1\2"),
    (re.compile(r"\+55(\d\d)([6-9]\d{7})"), r"+55\g<1>9\2"),
    (re.compile(r"\+521(\d{10})"), r"+52\1"),
    (re.compile(r"\+52(\d{10})"), r"+521\1"),
    (re.compile(r"\+549(\d{10})"), r"+54\1"),
    (re.compile(r"\+54([1-8]\d{9})"), r"+549\1"),
)


def spellings(address: str) -> tuple[str, ...]:
    """`address` and the other spelling of the same number, where its country has two; an id that is no number is itself."""
    for pattern, other in _WITH_AND_WITHOUT:
        if pattern.fullmatch(address):
            return (address, pattern.sub(other, address))
    return (address,)
