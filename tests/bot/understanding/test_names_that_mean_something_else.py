"""Names of a catalog that hold numbers, days, a "no", courtesy or grades: the name is claimed before a word of it can mean that."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.catalog_csv import parse_catalog
from bot.catalog.index import CatalogIndex
from bot.understanding.intent import Basket, Context, Intent, IntentKind
from bot.understanding.reader import understand

NOW = datetime(2026, 11, 18, 2, 15, tzinfo=UTC)
ROWS = """
S01,Half Circle Lace,half circle lace
S02,Seven Hills Shiraz,seven hills
S03,100 Plus 325ml,100 plus
S04,Hundred Plus Zero 325ml,hundred plus zero
S05,No Entry Sign 300x300,no entry sign
S06,No. 5 Brush,no 5 brush
S07,Sunday Check Flannel,sunday check
S08,Same Day Glue,same day glue
S09,Thank You Cards,thank you cards
S10,Good Morning Towel,good morning towel
S11,Two Pocket Apron,two pocket apron
S12,Butter 84% Sheet,
S13,Butter,butter
S14,NPK 12-12-17,npk 12-12-17
S15,LECA Clay Ball 8-16mm,
S16,Fan Belt 6PK-1880,6pk-1880
S17,Die Cast Car 1:43,die cast 1:43
S18,60th Birthday Topper,60th topper
S19,明天更好红包,
S20,三层肉,
S21,Stop Watch,stop watch
S22,Engine Oil 10W-40 4L,10w-40
S23,Hex Bolt M8x30,m8x30
S24,Copy Paper A4 80gsm,
S25,Flat Washer 3/4",
S26,Extra Virgin Olive Oil,extra virgin
S27,Crab Stick,crab stick
"""
INDEX = CatalogIndex.build(
    parse_catalog(
        "sku,name,category,aliases,base_unit,pack_units,unit_price,active\n"
        + "".join(
            '{},"{}",goods,{},piece,box=10|carton=100,1,true\n'.format(sku, name.replace('"', '""'), alias)
            for sku, name, alias in (line.split(",") for line in ROWS.strip().splitlines())
        )
    )
)
NAMES = {line.split(",")[0]: line.split(",")[1] for line in ROWS.strip().splitlines()}


def read(text: str) -> Intent:
    return understand(text, INDEX, Context(), NOW)


def amounts(intent: Intent) -> dict[str, int]:
    return {line.sku: int(line.quantity) for line in intent.lines}


@given(
    st.sampled_from(sorted(NAMES)),
    st.integers(2, 90),
    st.sampled_from(["{q} ctn {n}", "{n} x {q} ctn", "{n} - {q} ctn", "{n}: {q} ctn"]),
)
def test_no_name_gives_its_words_away_to_amounts_days_or_negations(sku: str, count: int, shape: str) -> None:
    intent = read(shape.format(q=count, n=NAMES[sku]))
    assert amounts(intent) == {sku: count * 100}
    assert (intent.kind, intent.delivery_date) == (IntentKind.ORDER_CREATE, None)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1 ctn half circle lace", {"S01": 100}),
        ("half a dozen seven hills", {"S02": 6}),
        ("5 boxes half circle lace and 2 seven hills", {"S01": 50, "S02": 2}),
        ("2 ctn 100 plus", {"S03": 200}),
        ("hundred plus zero 3 boxes", {"S04": 30}),
        ("no entry sign 300x300 x 5", {"S05": 5}),
        ("no 5 brush 15 boxes", {"S06": 150}),
        ("50 two pocket apron, 30 stop watch", {"S11": 50, "S21": 30}),
        ("butter 100", {"S13": 100}),
        ("npk 12-12-17 4 ctn", {"S14": 400}),
        ("leca clay ball 8-16mm 9", {"S15": 9}),
        ("6pk-1880 x 4", {"S16": 4}),
        ("2 die cast 1:43", {"S17": 2}),
        ("60th topper 12", {"S18": 12}),
        ("3三层肉", {"S20": 3}),
        ("10w-40 2 ctn", {"S22": 200}),
        ("m8x30 500", {"S23": 500}),
        ('washer 3/4" 11', {"S25": 11}),
        ("extra virgin 3 boxes", {"S26": 30}),
    ],
)
def test_names_with_such_words_are_ordered_by_their_parts_too(text: str, wanted: dict[str, int]) -> None:
    assert amounts(read(text)) == wanted


@pytest.mark.parametrize(
    ("text", "wanted", "day"),
    [
        ("2 ctn sunday check on friday", {"S07": 200}, date(2026, 11, 20)),
        ("same day glue 3 boxes for tomorrow", {"S08": 30}, date(2026, 11, 19)),
        ("2 boxes stop watch on sunday", {"S21": 20}, date(2026, 11, 22)),
        ("明天更好红包两箱,明天送", {"S19": 200}, date(2026, 11, 19)),
    ],
)
def test_a_day_that_is_said_beside_such_a_name_is_still_a_day(text: str, wanted: dict[str, int], day: date) -> None:
    intent = read(text)
    assert (amounts(intent), intent.delivery_date) == (wanted, day)


@pytest.mark.parametrize("text", ["good morning, 2 boxes stop watch. thank you", "2 boxes stop watch, thank you"])
def test_courtesy_is_not_taken_for_goods(text: str) -> None:
    assert amounts(read(text)) == {"S21": 20}


@pytest.mark.parametrize(
    ("text", "note"),
    [("2 boxes fresh butter", "fresh"), ("butter 2 boxes", "")],
)
def test_a_word_that_no_product_has_does_not_hide_the_goods(text: str, note: str) -> None:
    intent = read(text)
    assert amounts(intent) == {"S13": 20}
    assert intent.sure is not bool(note)


@pytest.mark.parametrize("text", ["2 boxes oat butter", "2 boxes plastic lace", "chocolate apron 3"])
def test_a_word_that_says_of_other_goods_is_asked_about(text: str) -> None:
    intent = read(text)
    assert not intent.sure
    assert intent.questions or any(text.split()[-2] in doubt for doubt in intent.doubts)


@pytest.mark.parametrize(
    "text", ["can you bump the crab stick to 12", "increase crab stick to 12", "raise the crab stick to 12 pls"]
)
def test_a_phrase_that_begins_with_the_words_of_goods_leaves_the_rest_of_its_words(text: str) -> None:
    draft = Basket((("S27", Decimal(6)), ("S13", Decimal(3))))
    intent = understand(text, INDEX, Context(draft=draft, last_bot="Reply YES to confirm."), NOW)
    assert {line.sku: int(line.quantity) for line in intent.lines} == {"S27": 12, "S13": 3}


OILS = CatalogIndex.build(
    parse_catalog(
        "sku,name,category,aliases,base_unit,pack_units,unit_price,active\n"
        "A,Engine Oil 5W-30 1L,oil,5w30 1L,bottle,carton=12,1,true\n"
        "B,Engine Oil 5W-30 4L,oil,5w30 4L,bottle,carton=4,1,true\n"
        "C,Engine Oil 10W-40 4L,oil,10w40 4L|10W-40 4L,bottle,carton=4,1,true\n"
        "D,Engine Oil 10W-40 Bulk,oil,10w40 bulk|10W-40 bulk|10W-40,litre,drum=200,1,true\n"
    )
)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("5w30 4L 10 ctn, 5w30 1L x 3", {"B": 40, "A": 3}),
        ("10w40 one drum", {"D": 200}),
        ("2 ctn 10w40 4L", {"C": 8}),
    ],
)
def test_the_number_of_a_grade_is_no_amount(text: str, lines: dict[str, int]) -> None:
    intent = understand(text, OILS, Context(), NOW)
    assert {line.sku: int(line.quantity) for line in intent.lines} == lines
