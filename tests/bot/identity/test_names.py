"""Names in a text: whole names after folding, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.identity.names import OutletNames

NAMES = OutletNames.of(
    [(1, "A&W Jewel"), (2, "Canadian Pizza Pasir Ris"), (3, "Canadian Pizza"), (4, "三美 Café"), (5, ""), (6, " "), (7, "%"), (8, "_"), (9, "AB")]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Hi, this is A&W Jewel. I need 100 boxes", {1}),
        ("A & W  JEWEL", {1}),
        ("a and w jewel's order", {1}),
        ("Ａ＆Ｗ　Ｊｅｗｅｌ", {1}),
        ("A&W Jewels", set()),
        ("A&W", set()),
        ("canadian pizza pasir ris", {2}),
        ("canadian pizza, pasir", {3}),
        ("Canadian Pizza and A&W Jewel", {1, 3}),
        ("三美 cafe here", {4}),
        ("", set()),
        (" ", set()),
        ("%", set()),
        ("%%", set()),
        ("_", set()),
        ("AB", set()),
        ("canadian\npizza", {3}),
    ],
)
def test_only_whole_names_are_names(text: str, ids: set[int]) -> None:
    assert NAMES.named_in(text) == ids


@given(st.text(max_size=300))
def test_any_text_is_searched_without_an_error(text: str) -> None:
    assert NAMES.named_in(text) <= {1, 2, 3, 4}


@given(st.lists(st.sampled_from(["", " ", "%", "_", "%%", "\\", "..", "&", "-"]), max_size=5))
def test_names_without_letters_never_match_anything(names: list[str]) -> None:
    index = OutletNames.of(enumerate(names))
    for text in ["", " ", "%", "_", "anything at all & everything", *names]:
        assert index.named_in(text) == frozenset()
