"""Every word of a message has a role; what has none is quoted and nothing is placed without a YES."""

from __future__ import annotations

import pytest

from tests.bot.understanding.trades import read

LEFT = [
    ("for two outlets", "packaging", "2 ctn foil each for both outlets", "both outlets"),
    ("for another outlet", "packaging", "2 ctn foil to our other branch", "other branch"),
    ("for another outlet, in Malay", "packaging", "2 ctn foil hantar ke cawangan lain", "cawangan lain"),
    ("for each outlet, in Mandarin", "packaging", "每家店2箱湿纸巾", "每家店"),
    ("made for somebody", "packaging", "10in box with guests name 2 ctn", "with guests name"),
    ("about so many", "packaging", "around 2 ctn foil", "foil"),
    ("two numbers with a dash", "packaging", "10in box 5 ctn 10-12", "10-12"),
    ("a thing that only the customer knows", "packaging", "5 ctn 10in box and the zibbets", "zibbets"),
    ("a wish beside the goods", "grocer", "10kg chicken breast, halal stamped", "halal stamped"),
    ("an amount that belongs to nothing", "packaging", "2 rolls cling film. 17", "17"),
]
EXPLAINED = [
    ("a phone and a name", "packaging", "2 pkt liner, contact Siti 8123 4567"),
    ("an address", "packaging", "2 pkt liner to 31 Bedok North Street 4 #03-12 S460031"),
    ("a unit of a building", "packaging", "5 ctn 10in box deliver to unit 03-12"),
    ("numbers of a list", "packaging", "1. wooden fork 5 pkt\n2. wooden spoon 5 pkt"),
    ("a title", "packaging", "Burger Barn Novena:\nwooden fork 5 pkt"),
    ("who writes", "packaging", "Hi, Burger Barn here. Wooden fork 5 pkt please. Regards, Siti"),
    ("heads", "grocer", "for 40 pax, 10kg chicken breast"),
    ("what it is for", "grocer", "10kg chicken breast for the Sunday brunch"),
    ("an amount that is taken back", "packaging", "200 wet wipes not 300"),
    ("what is still there", "pub", "only 2 kegs left, please bring 5 lager kegs"),
    ("a code", "packaging", "cost centre 7741: wooden fork 5 pkt"),
]


@pytest.mark.parametrize(("trade", "text", "word"), [row[1:] for row in LEFT], ids=[row[0] for row in LEFT])
def test_what_nothing_explains_is_quoted_and_needs_a_yes(trade: str, text: str, word: str) -> None:
    intent = read(trade, text)
    assert intent.lines or intent.questions
    assert not intent.sure
    assert intent.questions or any(word in doubt for doubt in intent.doubts)


@pytest.mark.parametrize(("trade", "text"), [row[1:] for row in EXPLAINED], ids=[row[0] for row in EXPLAINED])
def test_what_means_nothing_for_the_order_asks_nothing(trade: str, text: str) -> None:
    intent = read(trade, text)
    assert intent.lines
    assert intent.doubts == ()
    assert intent.sure
