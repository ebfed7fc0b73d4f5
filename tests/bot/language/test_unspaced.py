"""Thai: no spaces between words, vowels and tones as combining marks. Read from its folder alone, beside the other languages."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.catalog.index import CatalogIndex
from bot.catalog.product import Product
from bot.language.folding import fold
from bot.language.short_answers import says_no, says_over, says_yes
from bot.language.tokeniser import Cutter
from bot.understanding.intent import Context, Intent, IntentKind, QuestionReason
from bot.understanding.reader import understand

TUESDAY = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Asia/Singapore"))


def product(sku: str, name: str, unit: str, *aliases: str, **packs: int) -> Product:
    sizes = {pack: Decimal(size) for pack, size in packs.items()}
    return Product(sku, name, "goods", unit, Decimal(1), aliases=aliases, pack_units=sizes)


INDEX = CatalogIndex.build(
    [
        product("RICE", "Jasmine Rice", "kg", "ข้าวหอมมะลิ", sack=25),
        product("BOX10", "กล่องพิซซ่า 10 นิ้ว", "piece", carton=100),
        product("BOX12", "กล่องพิซซ่า 12 นิ้ว", "piece", carton=100),
        product("CUP", "แก้วกระดาษ", "piece", packet=50),
        product("SUGAR", "น้ำตาลทราย", "kg", bag=1),
        product("FISH", "น้ำปลา", "bottle"),
    ]
)


def read(text: str) -> Intent:
    return understand(text, INDEX, Context(), TUESDAY)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("ขอกล่องพิซซ่า10นิ้วสองลังครับ", [("BOX10", 200)]),
        ("กล่องพิซซ่า 10 นิ้ว ๒ ลัง กับ น้ำปลา ๖ ขวด", [("BOX10", 200), ("FISH", 6)]),
        ("เอาแก้วกระดาษยี่สิบเอ็ดแพ็คและน้ำตาลทรายห้ากิโลครึ่ง", [("CUP", 1050), ("SUGAR", Decimal("5.5"))]),
        ("ข้าวหอมมะลิหนึ่งร้อยห้ากิโล", [("RICE", 105)]),
        ("ข้าวหอมมะลิครึ่งกระสอบ", [("RICE", Decimal("12.5"))]),
        ("น้ำปลาหนึ่งโหล", [("FISH", 12)]),
    ],
)
def test_an_order_is_read(text: str, lines: list[tuple[str, Decimal]]) -> None:
    intent = read(text)
    assert [(line.sku, line.quantity) for line in intent.lines] == lines
    assert (intent.kind, intent.sure, intent.language) == (IntentKind.ORDER_CREATE, True, "th")


@pytest.mark.parametrize(
    ("words", "day"),
    [("พรุ่งนี้", date(2026, 11, 25)), ("วันศุกร์", date(2026, 11, 27)), ("มะรืนนี้", date(2026, 11, 26))],
)
def test_a_day_is_read(words: str, day: date) -> None:
    intent = read(f"ข้าวหอมมะลิ 2 กระสอบ ส่ง{words}ค่ะ")
    assert ([line.sku for line in intent.lines], intent.delivery_date) == (["RICE"], day)


def test_goods_that_may_be_two_are_asked_about_in_the_customers_own_characters() -> None:
    intent = read("กล่องพิซซ่า 2 ลัง")
    assert intent.lines == ()
    assert [(q.text, q.reason, q.candidates) for q in intent.questions] == [
        ("กล่องพิซซ่า", QuestionReason.AMBIGUOUS, ("BOX10", "BOX12"))
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("สวัสดีครับ", IntentKind.GREETING), ("ขอบคุณค่ะ", IntentKind.THANKS), ("ยกเลิกออเดอร์", IntentKind.ORDER_CANCEL),
        ("สั่งเหมือนเดิม", IntentKind.ORDER_REPEAT), ("ของถึงไหนแล้วครับ", IntentKind.ORDER_STATUS), ("ของเสียหายค่ะ", IntentKind.COMPLAINT),
        ("ขอคุยกับเจ้าหน้าที่", IntentKind.HUMAN), ("น้ำปลาราคาเท่าไหร่", IntentKind.INQUIRY_PRICE),
    ],
)  # fmt: skip
def test_a_message_without_an_order_is_told_by_its_words(text: str, kind: IntentKind) -> None:
    assert read(text).kind is kind


def test_marks_that_make_another_word_are_kept_and_ornaments_are_not() -> None:
    assert fold("ข้าว").text == "ข้าว"
    assert fold("ข้าว").text != fold("ขาว").text
    assert fold("b\u0301o\u0301x\u0301").text == "box"


def test_two_spellings_of_one_vowel_are_one_word() -> None:
    assert fold("น้ำ").text == fold("น\u0e49\u0e4d\u0e32").text


def test_a_known_word_ends_before_no_mark() -> None:
    cutter = Cutter.of(["กา", "การ", "กาแฟ"])
    assert cutter.cut("กาแฟกา") == ["กาแฟ", "กา"]
    assert Cutter.of(["หมา"]).cut("หมาย") == ["หมา", "ย"]
    assert Cutter.of(["กล"]).cut("กลิ่น") == ["กลิ่น"]


@pytest.mark.parametrize("text", ["ใช่ครับ", "ได้เลยค่ะ", "ตกลง", "โอเค ครับ", "好的谢谢"])
def test_a_yes_with_its_courtesy_joined_to_it_is_a_yes(text: str) -> None:
    assert says_yes(text)
    assert not says_no(text)


@pytest.mark.parametrize("text", ["ไม่เอาครับ", "ไม่ค่ะ", "ไม่ต้อง", "不用了谢谢"])
def test_a_no_with_its_courtesy_joined_to_it_is_a_no(text: str) -> None:
    assert says_no(text)
    assert not says_yes(text)


@pytest.mark.parametrize("text", ["ไม่ได้", "ได้ไหม", "是不是", "要不要", "可以吗", "对不对", "ใช่ไหม"])
def test_what_is_cut_into_a_yes_and_something_else_is_neither(text: str) -> None:
    assert not says_yes(text)


@pytest.mark.parametrize("text", ["น้ำปลา 6 ขวด\nแค่นี้ครับ", "แค่นี้", "2箱垫纸, 就这些了"])
def test_the_end_of_a_list_is_recognised_also_with_courtesy_joined_to_it(text: str) -> None:
    assert says_over(text)


@pytest.mark.parametrize("text", ["牛油没了", "น้ำปลาแค่นี้"])
def test_goods_and_such_words_in_one_run_end_no_list(text: str) -> None:
    assert not says_over(text)
