"""Numbers in words of each language: every number reads back as itself, and what counts nothing exact is no number."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import scan
from bot.language.folding import fold
from bot.language.lexicon import lexicon
from bot.language.tokeniser import Cutter, Token, Tokeniser

TOKENISER = Tokeniser(Cutter.of(lexicon().unspaced), sizes=())
ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = [".", ".", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SATUAN = ["kosong", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "lapan", "sembilan"]
DIGITS = "零一二三四五六七八九"


def tokens(text: str) -> list[Token]:
    return TOKENISER.read(fold(text).text)


def value(text: str) -> Decimal | None:
    """What the text says when all of it is one number."""
    read = tokens(text)
    return read[0].value if len(read) == 1 and read[0].kind == scan.NUMBER else None


def english(number: int, joint: str) -> str:
    if number < 20:
        return ONES[number]
    if number < 100:
        return " ".join([TENS[number // 10], *([ONES[number % 10]] if number % 10 else [])])
    scale, word = (1000, "thousand") if number >= 1000 else (100, "hundred")
    head, rest = divmod(number, scale)
    return english(head, joint) + f" {word}" + (f"{joint if rest < 100 else ' '}{english(rest, joint)}" if rest else "")


def malay(number: int) -> str:
    if number < 10:
        return SATUAN[number]
    if number < 20:
        return {10: "sepuluh", 11: "sebelas"}.get(number) or f"{SATUAN[number - 10]} belas"
    scale, word = next((s, w) for s, w in ((1000, "ribu"), (100, "ratus"), (10, "puluh")) if number >= s)
    head, rest = divmod(number, scale)
    said = f"se{word}" if head == 1 else f"{malay(head)} {word}"
    return f"{said} {malay(rest)}" if rest else said


def chinese(number: int) -> str:
    said, zero = "", False
    for scale, sign in ((10_000, "万"), (1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, scale)
        if digit:
            said += ("零" if zero and said else "") + DIGITS[digit] + sign
            zero = False
        else:
            zero = bool(said)
    return said.removeprefix("一") if said.startswith("一十") else said


@given(st.integers(1, 99_999), st.sampled_from([" ", " and "]))
def test_every_number_in_english_words_reads_as_itself(number: int, joint: str) -> None:
    assert value(english(number, joint)) == number


@given(st.integers(1, 99_999))
def test_every_number_in_malay_words_reads_as_itself(number: int) -> None:
    assert value(malay(number)) == number


@given(st.integers(1, 99_999))
def test_every_number_in_chinese_signs_reads_as_itself(number: int) -> None:
    assert value(chinese(number)) == number


@given(st.integers(11, 99).filter(lambda number: number % 10))
def test_hundreds_are_counted_beyond_ten(number: int) -> None:
    assert value(f"{english(number, ' ')} hundred") == number * 100
    assert value(f"{number} hundred") == number * 100


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("a hundred and twenty", "120"),
        ("a thousand", "1000"),
        ("2 thousand 5 hundred", "2500"),
        ("2 thousand 500", "2500"),
        ("2k5", "2500"),
        ("1.5k", "1500"),
        ("一万二", "12000"),
        ("1万2", "12000"),
        ("两千五", "2500"),
        ("两千零五", "2005"),
        ("三百五", "350"),
        ("壹佰", "100"),
        ("dua setengah", "2.5"),
        ("one and a half thousand", "1500"),
        ("three point two five", "3.25"),
    ],
)
def test_short_ways_of_writing_a_number(text: str, number: str) -> None:
    assert value(text) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3 dozen and a half", "3.5"),
        ("2 cartons and a half of forks", "2.5"),
        ("a carton and a half", "1.5"),
        ("two and a half dozen", "2.5"),
        ("half a dozen", "0.5"),
        ("2½ ctn", "2.5"),
        ("1 and a half ctn", "1.5"),
        ("2 1/2 ctn", "2.5"),
    ],
)
def test_a_half_belongs_to_the_number_before_it(text: str, number: str) -> None:
    assert (tokens(text)[0].kind, tokens(text)[0].value) == (scan.NUMBER, Decimal(number))


def test_a_half_before_another_unit_is_an_amount_of_its_own() -> None:
    assert [token.value for token in tokens("3 pkt and half carton foil") if token.value] == [3, Decimal("0.5")]


@pytest.mark.parametrize(
    "text",
    [
        "a few hundred",
        "several thousand",
        "twenty something",
        "200+",
        "20 odd",
        "20ish",
        "20 or so",
        "两百多",
        "十几",
        "几百",
        "两三",
        "beberapa ratus",
        "dua puluh lebih",
        "dua tiga",
        "two three",
        "hundreds of liners",
    ],
)
@pytest.mark.parametrize("behind", ["", " ctn"])
def test_what_counts_nothing_exact_is_no_number(text: str, behind: str) -> None:
    assert not any(token.value for token in tokens(text + behind))


@pytest.mark.parametrize("lead", ["over", "more than", "at least", "at most", "至少", "lebih dari"])
def test_a_bound_is_no_exact_number(lead: str) -> None:
    assert not any(token.value for token in tokens(f"{lead} 20 ctn"))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("two hundred and 3 ctn", [200, 3]),
        ("5 plus 1", [5, 1]),
        ("one two", []),
        ("5 10", [5, 10]),
        ("200 + 100", [200, 100]),
        ("ten five", [10, 5]),
        ("send over 750", [750]),
    ],
)
def test_numbers_that_do_not_belong_together_stay_apart(text: str, numbers: Sequence[int]) -> None:
    assert [token.value for token in tokens(text) if token.value] == numbers
