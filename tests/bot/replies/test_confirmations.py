"""Golden texts of every branch that says what is (or would be) ordered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.settings import ConfirmOrders
from tests.bot.conversation.test_limits import RULES
from tests.journeys.counter import Counter

LINES = """- Outlet: A&W Jewel
• 2 ctn = 200 pcs Pizza Box 10 inch Brown Kraft × SGD 0.28 = SGD 56.00"""
SUMS = """Subtotal SGD 56.00
GST 9 % SGD 5.04
Total SGD 61.04"""
TOTAL = "Total with GST SGD 61.04"
YES_NO = "1. Yes\n2. No"
BOXES = "2 ctn 10in box"


def jewel(**changes: Any) -> Counter:
    return Counter.of("AW-JWL", **changes)


def test_placed() -> None:
    assert jewel().say(BOXES) == [
        f"✅ Order SO-100001 is placed.\n{LINES}\n{SUMS}\n- Delivery: Wed 25 Nov\nYou can change or cancel it until Tue 24 Nov 17:00."
    ]


def test_changed() -> None:
    counter = jewel()
    counter.say("1 ctn 10in box")
    assert counter.say("change the 10in box to 2 ctn") == [
        f"✅ Order SO-100001 is changed. It is now:\n{LINES} (1 ctn → 2 ctn)\n{SUMS}\n- Delivery: Wed 25 Nov\n"
        "You can change or cancel it until Tue 24 Nov 17:00."
    ]


def test_a_draft_that_waits_for_its_yes() -> None:
    assert jewel(confirm_orders=ConfirmOrders.ALWAYS).say(BOXES) == [
        f"Please check your order:\n{LINES}\n{TOTAL}\n- Delivery: Wed 25 Nov\nShall I place it? Reply YES or NO.\n{YES_NO}"
    ]


def test_a_day_that_cannot_be_served() -> None:
    assert jewel().say("2 ctn 10in box today") == [
        "Tue 24 Nov is past its cut-off. The next delivery is Wed 25 Nov:\n"
        f"{LINES}\n{TOTAL}\nShall I place it for that day? You can also write another day.\n{YES_NO}"
    ]


def test_the_same_again() -> None:
    counter = jewel()
    counter.say(BOXES)
    assert counter.say(BOXES) == [
        f"You sent this same order a short while ago. Is this the same one, or more?\n{LINES}\n{TOTAL}\n- Delivery: Wed 25 Nov\n"
        f"Reply YES if you want it once more, NO if it is the same.\n{YES_NO}"
    ]


def test_held_for_approval() -> None:
    assert jewel(rules=replace(RULES, max_quantity_per_item=1)).say(BOXES) == [
        f"Your order SO-100001 is above our limit, so a colleague has to approve it first. I have passed it on.\n{LINES}\n{TOTAL}"
    ]


def test_status() -> None:
    counter = jewel()
    counter.say(BOXES)
    assert counter.say("where is my order?") == [
        f"Order SO-100001 is placed.\n{LINES}\n{TOTAL}\n- Delivery: Wed 25 Nov"
    ]


def test_cancelled() -> None:
    counter = jewel()
    counter.say(BOXES)
    assert counter.say("cancel my order") == ["Order SO-100001 is cancelled."]


def test_a_change_marks_what_is_new_different_and_gone_and_the_day_that_moved() -> None:
    counter = jewel()
    counter.say("1 ctn 10in box, 2 pkt liner and 2 ctn foil")
    added = counter.say("add 3 pkt wooden fork")[0].splitlines()
    assert [line for line in added if "➕" in line] == [line for line in added if "Fork" in line]
    taken_out = counter.say("remove the foil")[0]
    assert "\n➖ 2 ctn Aluminium Foil Roll 30cm x 75m\n" in taken_out
    assert "→" not in taken_out
    assert "- Delivery: Fri 27 Nov (Wed 25 Nov → Fri 27 Nov)" in counter.say("deliver on friday instead")[0]


def test_notes_stand_under_the_delivery_once_however_often_they_are_said() -> None:
    counter = jewel()
    assert "- Delivery: Wed 25 Nov\n📝 leave at back door\n" in counter.say("2 ctn 10in box, leave at back door")[0]
    assert counter.say("add 2 pkt liner, leave at back door")[0].count("leave at back door") == 1
    assert "📝 leave at back door" in counter.say("where is my order?")[0]


def test_no_amount_breaks_from_its_currency() -> None:
    counter = jewel()
    for words in (BOXES, "how much is the liner", "where is my order?"):
        said = counter.say(words)[0]
        assert "SGD\u00a0" in said
        assert "SGD " not in said
