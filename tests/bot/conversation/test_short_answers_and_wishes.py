"""A bare yes or no, and the wish for a language: exact forms, and what must not be taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.reply_language import wished_language
from bot.language.short_answers import says_no, says_yes


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("reply in Malay please", "ms"),
        ("English pls", "en"),
        ("can you speak chinese?", "zh"),
        ("用中文", "zh"),
        ("请用华语回复", "zh"),
        ("cakap melayu boleh?", "ms"),
        ("tolong balas dalam bahasa inggeris", "en"),
        ("பதில் தமிழில் சொல்லுங்கள்", "ta"),
        ("Tamil", "ta"),
        ("请说英文，谢谢", "en"),
    ],
)
def test_a_wish_for_a_language_is_understood(text: str, language: str) -> None:
    assert wished_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2 ctn chinese soup spoon",
        "chinese spoon 2 pkt",
        "malay or english?",
        "5 english muffins",
        "do you have chinese menu paper",
        "language",
        "中文菜单纸两包",
        "tamil nadu meals box 3 ctn",
    ],
)
def test_goods_and_riddles_are_no_wish_for_a_language(text: str) -> None:
    assert wished_language(text) is None


@pytest.mark.parametrize(
    "text", ["yes", "Yes!", "ok lah", "can", "ya", "boleh", "好的", "可以。", "要", "ஆம்", "👍", "ok thanks"]
)
def test_a_bare_yes(text: str) -> None:
    assert says_yes(text)
    assert not says_no(text)


@pytest.mark.parametrize("text", ["no", "No.", "nope", "tak nak", "tidak", "不要", "不用了 谢谢", "வேண்டாம்", "no thanks"])
def test_a_bare_no(text: str) -> None:
    assert says_no(text)
    assert not says_yes(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yes and 2 ctn liner",
        "no liner",
        "ok add 2 more",
        "can I have 3 ctn",
        "要2包",
        "不要垫纸",
        "yes no yes",
        "cancel",
    ],
)
def test_what_says_more_is_read_as_a_message(text: str) -> None:
    assert not says_yes(text)
    assert not says_no(text)


@given(st.text(max_size=80))
def test_no_text_breaks_them(text: str) -> None:
    assert not (says_yes(text) and says_no(text))
    wished_language(text)
