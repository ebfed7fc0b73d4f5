"""Ways of writing tried on goods by weight, case and tray: what was misread once in one trade must be read in every trade."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.understanding.intent import Basket, Context, IntentKind, Question, QuestionReason
from tests.bot.understanding.trades import amounts, read


def draft(*lines: tuple[str, int]) -> Context:
    return Context(draft=Basket(tuple((sku, Decimal(n)) for sku, n in lines)), last_bot="Shall I place it?")


def test_the_content_of_a_pack_said_before_it_is_no_amount() -> None:
    assert amounts(read("clinic", "2 50-pc packs of urine cups")) == {"UC": 100}
    assert amounts(read("clinic", "2 packs of 50 pcs urine cups")) == {"UC": 100}
    assert amounts(read("grocer", "3 trays of 30 large eggs and 1 tray of 30 small eggs")) == {"EG-65": 90, "EG-55": 30}
    assert read("clinic", "2 40-pc packs of urine cups").lines == ()
    assert read("grocer", "3 trays of 12 large eggs").lines == ()


def test_a_number_a_size_and_a_unit_before_the_goods_are_one_amount() -> None:
    said = "two 500ml bottles of mineral water, 3 2kg packs of crinkle fries"
    assert amounts(read("grocer", "two 5kg bags of jasmine rice and 1 25kg sack of plain flour")) == {
        "RC-J5": 2,
        "FL-PL": 25,
    }
    assert amounts(read("grocer", "6 2L bottles full cream milk")) == {"MK-FC": 6}
    assert amounts(read("grocer", "two 500ml bottles of mineral water")) == {"DR-W5": 2}
    assert read("grocer", "two 500ml bottles of mineral water").questions == ()
    assert read("grocer", said).questions != (), "crinkle fries come in 2.5kg only"


@pytest.mark.parametrize("end", ["that is all for today", "that's it for today", "itu je hari ni", "今天就这些"])
def test_all_for_today_asks_for_no_day(end: str) -> None:
    intent = read("grocer", f"2 cases green tea and 3kg carrots, {end}")
    assert (amounts(intent), intent.delivery_date) == ({"DR-GT": 48, "VG-CR": 3}, None)


def test_a_unit_narrows_all_that_the_words_may_mean_not_only_the_nearest() -> None:
    assert read("grocer", "oil 3 cartons").lines == ()
    assert len(read("grocer", "cheese 5 packets").questions) == 1


def test_goods_of_the_draft_are_meant_however_long_their_name() -> None:
    one = draft(("FLC", 10), ("BTU-25", 20))
    assert amounts(read("bakery", "butter make it 30", one)) == {"FLC": 10, "BTU-25": 30}
    assert amounts(read("bakery", "牛油不要了,面粉照旧", one)) == {"FLC": 10}
    assert read("bakery", "butter make it 30", draft(("BTS-25", 10), ("BTU-25", 20))).questions != ()


CORRECTED = [
    ("more of the goods named last", "grocer", "2 bags yellow onion plus another 3kg", {"VG-OY": 43}),
    ("the same again in another unit", "grocer", "coriander 1 crate, and 5 more bunches of the same", {"VG-CO": 35}),
    ("another amount in place of the first", "grocer", "half kilo of ginger... just send 800 grams", {"VG-GG": 0.8}),
    ("less is enough", "bakery", "icing sugar 5 bags, aiyo 2 bags enough lah", {"SGI": 20}),
    ("less is enough, in Malay", "bakery", "mentega masin 5 ketul, eh 3 ketul cukup", {"BTS-25": 3}),
    ("less is enough, in Mandarin", "grocer", "老姜五公斤,两公斤就够了", {"VG-GG": 2}),
    ("the size said behind", "grocer", "6 cream cheese, 2kg size", {"CH-CR": 6}),
    (
        "the other size of the same",
        "grocer",
        "10 packets of 500g spaghetti and two of the 3kg ones",
        {"SP-05": 10, "SP-3": 2},
    ),
    ("one not wanted, another wanted", "grocer", "timun tak nak, kubis 2 beg", {"VG-CB": 30}),
    ("one not wanted, in Tamil", "grocer", "இஞ்சி வேண்டாம், பூண்டு 2 கிலோ", {"VG-GP": 2}),
]


@pytest.mark.parametrize(("trade", "text", "lines"), [row[1:] for row in CORRECTED], ids=[row[0] for row in CORRECTED])
def test_later_words_are_put_to_the_goods_before(trade: str, text: str, lines: dict[str, float]) -> None:
    intent = read(trade, text)
    assert {line.sku: float(line.quantity) for line in intent.lines} == lines
    assert intent.questions == ()


def test_goods_kept_beside_goods_taken_out_stay() -> None:
    assert amounts(read("clinic", "face shield dun want, gown ok", draft(("FS", 10), ("GW", 20)))) == {"GW": 20}


BUTTER = Context(
    draft=Basket((("FLC", Decimal(10)),)),
    pending=(Question("butter", QuestionReason.AMBIGUOUS, ("BTS-25", "BTU-25", "BTU-5"), Decimal(6), "block"),),
    last_bot="Which butter? 1) Salted 250g 2) Unsalted 250g 3) Unsalted 5kg",
)
SECOND = ["2", "#2", "2)", "(2)", "no 2", "no. 2 pls", "option 2", "number 2", "nombor 2", "第2个", "2号", "2nd one pls",
          "second one", "the second", "B", "yang kedua", "第二个", "இரண்டாவது"]  # fmt: skip


@pytest.mark.parametrize("text", SECOND)
def test_one_of_a_numbered_list_is_picked(text: str) -> None:
    intent = read("bakery", text, BUTTER)
    assert (amounts(intent), intent.questions) == ({"FLC": 10, "BTU-25": 6}, ())


PICKED = [
    ("1 and 3", {"BTS-25": 6, "BTU-5": 6}),
    ("first and third", {"BTS-25": 6, "BTU-5": 6}),
    ("number 3 but only 2 blocks", {"BTU-5": 2}),
    ("no. 3 but only 2 blocks", {"BTU-5": 2}),
    ("nombor 3, 2 ketul", {"BTU-5": 2}),
    ("1) 2 blocks 2) 3 blocks", {"BTS-25": 2, "BTU-25": 3}),
    ("the 5kg one, just 2 of it", {"BTU-5": 2}),
    ("the big ones", {"BTU-5": 6}),
    ("大的", {"BTU-5": 6}),
    ("yang besar, 3 ketul", {"BTU-5": 3}),
    ("none of them thanks", {}),
]


@pytest.mark.parametrize(("text", "lines"), PICKED)
def test_what_was_picked_takes_the_amount_asked_about_unless_it_brings_its_own(
    text: str, lines: dict[str, int]
) -> None:
    intent = read("bakery", text, BUTTER)
    assert (amounts(intent), intent.questions) == ({"FLC": 10, **lines}, ())


@pytest.mark.parametrize(
    ("text", "left"), [("the small ones", ("BTS-25", "BTU-25")), ("not the salted", ("BTU-25", "BTU-5"))]
)
def test_what_leaves_several_is_asked_again_of_those(text: str, left: tuple[str, ...]) -> None:
    intent = read("bakery", text, BUTTER)
    assert amounts(intent) == {"FLC": 10}
    assert [question.candidates for question in intent.questions] == [left]


def test_each_size_answers_the_question_that_it_fits() -> None:
    rice = Question("jasmine rice", QuestionReason.AMBIGUOUS, ("RC-J25", "RC-J5"), Decimal(2))
    milk = Question("milk", QuestionReason.AMBIGUOUS, ("MK-FC", "MK-LF"), Decimal(6), "bottle")
    intent = read("grocer", "5kg and full cream", Context(pending=(rice, milk), last_bot="Which rice? Which milk?"))
    assert (amounts(intent), intent.questions) == ({"RC-J5": 2, "MK-FC": 6}, ())


TOLD = [
    ("yesterday short 3kg ginger, pls send 5kg ginger", {"VG-GG": 5}),
    ("last time got 2 sacks of potato rotten, this time send 3 sacks", {"VG-PT": 60}),
    ("the 2 tubs of margarine came late last week. This week we need 4 tubs of margarine", {"MG-25": 4}),
    ("上次少了两包鱼柳,这次送五包鱼柳", {"DF-1": 5}),
    ("minggu lepas kurang 2 kilo halia, kali ni hantar 5 kilo halia", {"VG-GG": 5}),
    ("thanks for the 2kg garlic! please send another 3kg", {"VG-GP": 3}),
]


@pytest.mark.parametrize(("text", "lines"), TOLD)
def test_what_is_only_told_of_is_not_added_to_what_is_wanted(text: str, lines: dict[str, int]) -> None:
    intent = read("grocer", text)
    assert (amounts(intent), intent.questions) == (lines, ())


@pytest.mark.parametrize(
    "text",
    [
        "thanks for the extra 3kg cabbage",
        "terima kasih untuk 2 kilo kubis tu",
        "谢谢你们多送的两公斤包菜",
        "thank you for the 2 trays of eggs",
    ],
)
def test_what_is_thanked_for_is_not_ordered(text: str) -> None:
    intent = read("grocer", text)
    assert (intent.kind, intent.lines) == (IntentKind.THANKS, ())


def test_a_word_of_complaint_inside_a_name_tells_of_nothing() -> None:
    assert amounts(read("clinic", "broken seal last week, need 2 tubs wipes and 3 packets cotton balls")) == {
        "WP": 2,
        "CB": 3,
    }


VERBS = [
    ("anna 3 bag icing sugar anuppa mudiyuma", {"SGI": 30}),
    ("2 packet cocoa powder anuppi vainga", {"COC": 2}),
    ("4 block salted butter tharuveengala", {"BTS-25": 4}),
    ("4 பாக்கெட் கோகோ பவுடர் தர முடியுமா", {"COC": 4}),
    ("ஐசிங் சர்க்கரை 2 பை அனுப்ப முடியுமா?", {"SGI": 20}),
    ("anna nalaiku 4 packet baking powder konduvaanga", {"BKP": 4}),
    ("minta tolong masukkan 2 beg gula aising dalam order", {"SGI": 20}),
    ("tepung kek tu 2 beg je", {"FLC": 20}),
    ("麻烦明天一早送两袋糖粉到店里来", {"SGI": 20}),
    ("帮我们补四包可可粉", {"COC": 4}),
]


@pytest.mark.parametrize(("text", "lines"), VERBS)
def test_verbs_of_asking_are_no_part_of_a_name(text: str, lines: dict[str, int]) -> None:
    intent = read("bakery", text)
    assert (amounts(intent), intent.questions) == (lines, ())


FLOUR = draft(("FLC", 20), ("CRW", 24))
ABOUT_THE_DRAFT = [
    ("yes, 20kg cake flour, correct", IntentKind.ORDER_CONFIRM, {}),
    ("对,二十公斤低筋面粉,没错", IntentKind.ORDER_CONFIRM, {}),
    ("betul, tepung kek 20 kilo", IntentKind.ORDER_CONFIRM, {}),
    ("yes, 30kg cake flour", IntentKind.ORDER_AMEND, {"FLC": 30, "CRW": 24}),
    ("不要鲜奶油了", IntentKind.ORDER_AMEND, {"FLC": 20}),
    ("tak nak krim putar", IntentKind.ORDER_AMEND, {"FLC": 20}),
    ("whipping cream dun want liao", IntentKind.ORDER_AMEND, {"FLC": 20}),
    ("விப்பிங் கிரீம் வேண்டாம்", IntentKind.ORDER_AMEND, {"FLC": 20}),
    ("can I have 3 cartons rather than 2?", IntentKind.ORDER_AMEND, {"FLC": 20, "CRW": 36}),
]


@pytest.mark.parametrize(("text", "kind", "lines"), ABOUT_THE_DRAFT)
def test_what_is_said_of_the_draft(text: str, kind: IntentKind, lines: dict[str, int]) -> None:
    intent = read("bakery", text, FLOUR)
    assert (intent.kind, amounts(intent), intent.questions) == (kind, lines, ())


@pytest.mark.parametrize(
    "text", ["got yeast in stock? 5 packets", "yis ada stok? 5 paket", "酵母有货吗?五包", "ஈஸ்ட் இருக்கா? 5 பாக்கெட்"]
)
def test_a_plain_amount_behind_a_question_of_stock_is_an_order(text: str) -> None:
    intent = read("bakery", text)
    assert (amounts(intent), intent.questions) == ({"YST": 5}, ())


@pytest.mark.parametrize("text", ["do you have yeast? 5 packets how much?", "5 packets yeast got stock?"])
def test_a_question_that_goes_on_orders_nothing(text: str) -> None:
    assert read("bakery", text).lines == ()


PACKS = [
    ("carrots ctn 2, potato sack 1", {"VG-CR": 20, "VG-PT": 20}),
    ("UHT milk cartons: 3", {"MK-UH": 36}),
    ("dory packs x 10", {"DF-1": 10}),
    ("plain flour 25kg x 2", {"FL-PL": 50}),
    ("3 x 5kg ginger", {"VG-GG": 15}),
    ("3 sacks of potatoes (20kg)", {"VG-PT": 60}),
    ("cucumber 10kg x 2 crates", {"VG-CU": 20}),
    ("garlic 2 bags x 5kg", {"VG-GP": 10}),
    ("garlic 5kg bag x 2", {"VG-GP": 10}),
    ("2 sacks 25kg bread flour", {"FL-BR": 50}),
    ("mineral water: 500ml 3 cases, 1.5L 2 cases", {"DR-W5": 72, "DR-W15": 24}),
    ("give me the 2kg block of prawn 41/50, 4 of them", {"PW-41": 4}),
]


@pytest.mark.parametrize(("text", "lines"), PACKS)
def test_an_amount_said_in_pieces_is_one_amount(text: str, lines: dict[str, int]) -> None:
    intent = read("grocer", text)
    assert (amounts(intent), bool(intent.questions)) == (lines, not lines)


def test_a_size_before_a_unit_and_its_number_is_a_size() -> None:
    intent = read("bakery", "butter unsalted 250g 2 ctn, 5kg block 3")
    assert (amounts(intent), intent.questions) == ({"BTU-25": 80, "BTU-5": 3}, ())


@pytest.mark.parametrize("text", ["3 sacks of potatoes (15kg)", "cucumber 8kg x 2 crates"])
def test_packs_of_another_content_are_asked_about(text: str) -> None:
    assert read("grocer", text).lines == ()


def test_to_drop_an_amount_is_to_bring_it_where_there_is_no_order() -> None:
    assert amounts(read("bakery", "could you drop 2 bags icing sugar and 3 packets yeast tmr")) == {"SGI": 20, "YST": 3}
    assert amounts(read("bakery", "drop the yeast", draft(("SGI", 20), ("YST", 3)))) == {"SGI": 20}
