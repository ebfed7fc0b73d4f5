"""Phones: one spelling for comparing, and a refusal of everything that is not plainly one number."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.identity.phones import to_e164

ACCEPTED = {
    "+6591234567": "+6591234567",
    "whatsapp:+6591234567": "+6591234567",
    " whatsapp: +65 9123 4567 ": "+6591234567",
    "6591234567": "+6591234567",
    "91234567": "+6591234567",
    "9123-4567": "+6591234567",
    "(65) 9123 4567": "+6591234567",
    "+٦٥ ٩١٢٣ ٤٥٦٧": "+6591234567",
    "＋６５９１２３４５６７": "+6591234567",
    "+65 8000 0101": "+6580000101",  # possible, never assigned: the demo's outlets
    "+554784178525": "+554784178525",  # Brazil without the ninth digit: possible, not valid
}
REFUSED = [
    "0065 9123 4567",  # would be read as a number of another country
    "+65-9123-HELP", "+6591234567 ext 3", "+6591234567;ext=3", "+6591234567x3", "+5215512345678", "9123+4567", "++6591234567",
    "", " ", "%", "%%", "_", "12", "999", "+", "None", "CP-PR", "+65 9123 4567, +65 9123 4568", "²", "1" * 40,
]  # fmt: skip


@pytest.mark.parametrize("written", ACCEPTED)
def test_number_is_accepted_however_it_is_written(written: str) -> None:
    assert to_e164(written) == ACCEPTED[written]


@pytest.mark.parametrize("written", REFUSED)
def test_what_is_not_plainly_one_number_is_refused(written: str) -> None:
    assert to_e164(written) == ""


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ({"whatsapp": "+6591234567"}, "+6591234567"),
        ({"name": "x", "phone": "9123 4567"}, "+6591234567"),
        ({"contact_number": "6591234567"}, "+6591234567"),
        ({"other": "91234567"}, "+6591234567"),
        ({"whatsapp": None, "phone": "91234567"}, "+6591234567"),
        ({}, ""),
        (None, ""),
        (6591234567, ""),
        ([], ""),
    ],
)
def test_field_of_a_contact_or_nothing(contact: object, expected: str) -> None:
    assert to_e164(contact) == expected


@given(st.one_of(st.text(), st.none(), st.integers(), st.dictionaries(st.text(), st.text())))
def test_result_is_empty_or_e164_and_never_an_exception(written: object) -> None:
    assert re.fullmatch(r"(\+[1-9]\d{4,14})?", to_e164(written))


@given(st.from_regex(r"\+65[89][0-9]{7}", fullmatch=True))
def test_normalising_twice_changes_nothing(phone: str) -> None:
    assert to_e164(to_e164(phone)) == to_e164(phone) == phone
