"""What a message only tells beside its order raises no doubt and is kept as a note; what may be a wish is never taken for a tale."""

from __future__ import annotations

import pytest

from tests.bot.understanding.trades import amounts, read

TOLD = [
    ("what happened to somebody", "packaging", "2 pkt liner please. nurse got allergy", "allergy"),
    ("how the lift is", "packaging", "2 pkt liner. The lift is under maintenance", "maintenance"),
    ("how to carry it", "packaging", "2 pkt liner. heavy ones pls use trolley", "trolley"),
    ("why, behind a so", "grocer", "10kg chicken breast please. my cousin is getting married", "cousin"),
    ("whereto", "packaging", "please send 2 pkt liner to our Lim Chu Kang farm", "farm"),
    ("before what", "packaging", "nak liner 2 paket, hantar esok sebelum kedai buka", "buka"),
    ("what it is for", "packaging", "wooden fork 5 pkt for the jumble sale behind the mosque", "jumble"),
    ("in Chinese", "packaging", "2包垫纸，我们医生很忙", "医生"),
    ("a size in another word", "packaging", "2包垫纸，隔壁店在装修有点吵", "装修"),
    ("a verb at the end", "packaging", "liner 2 packet, முதலாளி வெளியூர் போயிருக்கார்", "வெளியூர்"),
    ("a known word before an unknown verb", "packaging", "liner 2 paket, staf baru asyik patahkan", "patahkan"),
    ("how much so", "packaging", "2 pkt liner. the quokkas very cute", "quokkas"),
    (
        "what somebody is doing to something",
        "packaging",
        "2 pkt liner. quokkas chasing me for the statement",
        "quokkas",
    ),
    ("how a thing is that is no goods", "packaging", "2 pkt liner. just follow the yellow zibbet", "yellow"),
    ("a unit that counts nothing", "dental", "wipes 2 tub. uncle dont throw the box", "throw"),
    ("before an and that leads to the order", "packaging", "we are hosting our quokka and need 2 pkt liner", "quokka"),
    ("behind an and", "packaging", "2 pkt liner please, and tell Ravi the trolley is safe with us", "Ravi"),
    ("when somebody is there", "packaging", "2 pkt liner. My quokka will be there if I'm on leave", "quokka"),
    ("who needs to do what", "packaging", "2 pkt liner. so u all need to climb the zibbet", "zibbet"),
    ("something of their own that broke", "packaging", "2 pkt liner. my quokka spoil liao", "quokka"),
    ("what begins like a question and is none", "packaging", "2 pkt liner. Honestly you guys are the best", "best"),
    ("behind a unit with its stop", "packaging", "liner 2 pkt. lift under maintenance", "maintenance"),
]
NAMES = [
    ("who is greeted", "packaging", "Hi Joanne, 2 pkt liner please"),
    ("who signs, on a line of its own", "packaging", "2 pkt liner.\nThanks and regards,\nMelissa, 9123 4567"),
    ("who signs, with the shop", "packaging", "2 pkt liner. Thanks, Raj (Fin & Fur Bedok)"),
    ("letters of a list", "packaging", "(a) 2 pkt liner (b) 5 pkt wooden fork"),
    ("whose number it is", "packaging", "Tel 8000 2142 Ravi. 2 pkt liner"),
    ("who it is for, on a line of its own", "packaging", "To: Quokka team\n2 pkt liner"),
    ("a price a unit", "packaging", "2 pkt liner at $7.50 per packet"),
    ("a floor", "packaging", "2 pkt liner. 2nd floor"),
]
MAYBE_WANTED = [
    ("a bare name in a list", "packaging", "2 pkt liner, dental floss"),
    ("something added", "packaging", "2 pkt liner, dental floss also"),
    ("something needed", "packaging", "2 pkt liner. kitchen needs the zibbets"),
    ("something asked for", "packaging", "2 pkt liner. got zibbets?"),
    ("something that ran out", "packaging", "2 pkt liner. the zibbets running low"),
    ("a condition", "packaging", "2 pkt liner if the zibbets come in the blue tub"),
    ("a number", "packaging", "2 pkt liner, our zibbets now 4"),
    ("goods of the catalog", "packaging", "2 pkt liner, the zibbets went into the wooden fork"),
    ("a name with its article", "packaging", "2 pkt liner, the zibbets"),
    ("a name and a day", "packaging", "2 pkt liner. zibbets tomorrow"),
    ("whom a name is for", "packaging", "2 pkt liner, zibbets for the office"),
    ("a name once more", "packaging", "2 pkt liner, zibbets again"),
    ("a name that is praised", "packaging", "2 pkt liner, your best zibbets"),
    ("a name from somebody", "packaging", "2 pkt liner, zibbets from you"),
    ("a search", "packaging", "2 pkt liner. I'm looking for zibbets"),
    ("a search of another's", "packaging", "2 pkt liner. chef asking for zibbets"),
    ("a reminder", "packaging", "2 pkt liner. remember my zibbets"),
    ("a lack", "packaging", "2 pkt liner. our zibbets are low"),
    ("a demand", "packaging", "2 pkt liner. it must be zibbet"),
    ("another demand", "packaging", "2 pkt liner. make sure they are zibbety"),
    ("a kind", "packaging", "2 pkt liner. the zibbety kind"),
    ("a taste", "packaging", "2 pkt liner. customers prefer zibbet ones"),
    ("a colour", "packaging", "2 pkt liner. must be yellow"),
    ("a name in Malay", "packaging", "2 paket liner, kacang untuk kami"),
    ("a lack in Malay", "packaging", "2 paket liner. kacang dah habis"),
    ("a lack in Chinese", "packaging", "2包垫纸，红豆没有了"),
    ("how goods are", "grocer", "10kg chicken breast zibbet style"),
]


@pytest.mark.parametrize(("trade", "text", "word"), [row[1:] for row in TOLD], ids=[row[0] for row in TOLD])
def test_what_is_only_told_is_a_note_and_no_doubt(trade: str, text: str, word: str) -> None:
    intent = read(trade, text)
    assert intent.lines
    assert intent.sure
    assert word in intent.notes


@pytest.mark.parametrize(("trade", "text"), [row[1:] for row in NAMES], ids=[row[0] for row in NAMES])
def test_names_and_marks_of_a_letter_are_neither_doubt_nor_note(trade: str, text: str) -> None:
    intent = read(trade, text)
    assert intent.lines
    assert intent.sure
    assert intent.notes == ""


@pytest.mark.parametrize(("trade", "text"), [row[1:] for row in MAYBE_WANTED], ids=[row[0] for row in MAYBE_WANTED])
def test_what_may_be_wanted_needs_a_yes_or_is_asked(trade: str, text: str) -> None:
    assert not read(trade, text).sure


@pytest.mark.parametrize(
    "text",
    [
        "Hari tu barang sampai lambat. Kali ni tolong awal sikit. liner 3 paket",
        "Could I get 3 packets of liner? The tank at our lobby is also leaking so someone should call me back.",
    ],
)
def test_goods_in_a_sentence_of_their_own_are_shown_whatever_else_is_said(text: str) -> None:
    intent = read("packaging", text)
    assert len(intent.lines) == 1
    assert intent.kind == "order.create"
    assert not intent.sure


@pytest.mark.parametrize(
    "text", ["Please quote for 5 cartons of liner", "quote us 5 ctn liner, tender closes 30 April"]
)
def test_a_quotation_is_no_order(text: str) -> None:
    assert read("packaging", text).kind == "inquiry.price"


@pytest.mark.parametrize(
    ("trade", "text", "lines"),
    [
        ("aquarium", "2 bottle methylene blue, fish got ich again sian", {"CD-MB": 2}),
        ("dental", "alginate fast 2 bag, expiring soon also can as long cheaper", {"AL-FS": 2}),
        ("packaging", "we 14 mechanics now so 2 pkt liner", {"LN-PZ": 100}),
        ("packaging", "wah raining heavy, driver drive safe ok. 3 pkt liner only", {"LN-PZ": 150}),
        ("packaging", "2 pkt liner. SKB5521K coming in at 2pm", {"LN-PZ": 100}),
        ("packaging", "Lim Chu Kang Lane 6, Lot 23. 2 pkt liner", {"LN-PZ": 100}),
    ],
)
def test_what_is_only_spoken_of_is_not_asked_about(trade: str, text: str, lines: dict[str, int]) -> None:
    intent = read(trade, text)
    assert amounts(intent) == lines
    assert intent.questions == ()


@pytest.mark.parametrize(
    ("trade", "text", "lines"),
    [
        (
            "dental",
            "Stock count today: wipes 4, spray 6, ejectors 2 ctn. Please top up spray by 6 bottles only.",
            {"SD-SP": 6},
        ),
        ("aquarium", "stock take 17/11: bloodworm 3, flakes 5\npls send brine shrimp 20 pkt", {"FD-BS": 20}),
        ("packaging", "not needed today: wooden fork 2 ctn\norder: 2 pkt liner", {"LN-PZ": 100}),
    ],
)
def test_a_stock_heading_with_its_day_orders_nothing(trade: str, text: str, lines: dict[str, int]) -> None:
    assert amounts(read(trade, text)) == lines
