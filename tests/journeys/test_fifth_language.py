"""A language that is one folder, through the real doors: read, answered, confirmed, stopped and started in it."""

from __future__ import annotations

from pathlib import Path

from bot.identity.outlets_csv import read_outlets
from tests.conftest import Shop
from tests.people import STRANGER, Phone, World


def test_an_order_in_thai_is_placed_and_answered_in_thai(shop: Shop, phone: Phone) -> None:
    (reply,) = phone.say("สวัสดีครับ ขอ pizza box 10 นิ้ว 2 ลัง ส่งพรุ่งนี้ครับ")
    assert "รับคำสั่งซื้อ" in reply
    assert "2 ctn = 200 pcs" in reply
    assert shop.rows("SELECT l.sku, l.quantity::int FROM order_lines l") == [("PB10-K", 200)]
    assert shop.one("SELECT status FROM orders") == "placed"


def test_the_conversation_goes_on_in_thai_by_short_words(shop: Shop, world: World) -> None:
    phone = world.phone()
    phone.say("pizza box 10 นิ้ว 2 ลัง")
    assert "คำสั่งซื้อเดียวกัน" in phone.say("pizza box 10 นิ้ว 2 ลัง")[-1]
    assert "คงเดิม" in phone.say("ไม่ครับ")[-1]
    assert "ยกเลิกคำสั่งซื้อ" in phone.say("ยกเลิกออเดอร์")[-1]
    assert shop.one("SELECT status FROM orders") == "cancelled"


def test_thai_is_asked_for_in_other_languages_and_kept(world: World) -> None:
    phone = world.phone()
    assert "ภาษาไทย" in phone.say("reply in Thai please")[-1]
    assert "สวัสดีค่ะ" in phone.say("hello")[-1]
    assert "English" in phone.say("english please")[-1]


def test_announcements_end_and_resume_by_the_words_of_the_language(world: World) -> None:
    phone = world.phone()
    phone.say("สวัสดีครับ")
    assert "จะไม่ได้รับประกาศ" in phone.say("หยุดส่งข้อความครับ")[-1]
    assert "ยินดีต้อนรับกลับ" in phone.say("เริ่มใหม่ค่ะ")[-1]


def test_a_stranger_is_greeted_in_the_language_they_wrote(world: World) -> None:
    assert "ยังไม่ได้ลงทะเบียน" in world.phone(STRANGER).say("สวัสดีครับ ขอสั่งของหน่อย")[-1]


def test_an_outlet_may_be_imported_with_it(tmp_path: Path) -> None:
    file = tmp_path / "outlets.csv"
    file.write_text(
        "outlet_id,name,phone,customer,default_language\nBKK,Bangkok Kitchen,+6580001234,Bangkok,th\n", "utf-8"
    )
    assert [outlet.default_language for outlet in read_outlets(file)] == ["th"]
