"""Stretches of a message that order nothing: stamps of forwarded chats, quotes, crossed-out and unticked items, counts of stock."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.channels.telegram import read_update
from bot.settings import ROOT
from bot.understanding.intent import Context, Intent
from bot.understanding.reader import understand

INDEX = CatalogIndex.build(read_catalog(ROOT / "data" / "catalog.csv"))
NOW = datetime(2026, 11, 18, 2, 15, tzinfo=UTC)
BOXES = {"PB10-K": 500}
BOTH = {"PB10-K": 500, "LN-PZ": 100}


def read(text: str) -> Intent:
    return understand(text, INDEX, Context(), NOW)


def amounts(intent: Intent) -> dict[str, int]:
    return {line.sku: int(line.quantity) for line in intent.lines}


@pytest.mark.parametrize(
    "stamp",
    [
        "[17/11, 9:41 pm] Ah Huat: ",
        "[17/11, 21:41] +65 8000 0199: ",
        "[9:41 pm, 17/11/2026] Ah Huat: ",
        "[2026/11/17 21:41:07] 阿华: ",
        "[17/11/26, 9:41:07\u202fPM] ~ Siti Aminah: ",
        "17/11/2026, 9:41 pm - Ah Huat: ",
        "Ah Huat, [17.11.2026 21:41]\n",
        "Forwarded message:\n",
    ],
)
def test_the_stamp_of_a_copied_chat_line_is_neither_a_day_nor_an_amount(stamp: str) -> None:
    intent = read(f"{stamp}5 ctn 10in box\n{stamp}2 pkt liner")
    assert (amounts(intent), intent.delivery_date, intent.questions) == (BOTH, None, ())


@given(
    day=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    shape=st.sampled_from(
        ["[{d}/{m}, {h}:{n:02}] Lim: ", "[{h}:{n:02}, {d}/{m}/2026] Lim: ", "{d}/{m}/26, {h}:{n:02} - Lim: "]
    ),
)
def test_no_day_or_hour_of_a_stamp_is_taken(day: date, hour: int, minute: int, shape: str) -> None:
    intent = read(shape.format(d=day.day, m=day.month, h=hour, n=minute) + "5 ctn 10in box")
    assert (amounts(intent), intent.delivery_date, intent.questions) == (BOXES, None, ())


def test_a_day_that_is_said_behind_a_stamp_is_still_taken() -> None:
    assert read("[17/11, 9:41 pm] Ah Huat: 5 ctn 10in box for friday").delivery_date == date(2026, 11, 20)


@pytest.mark.parametrize(
    "head",
    [
        "From: Ah Huat <ahhuat@mail.com>\nSent: Tuesday, 17 November 2026 9:41 PM\nTo: orders@tria.sg\nSubject: Order\n\n",
        "---------- Forwarded message ---------\nFrom: Siti <siti@mail.com>\nDate: Tue, 17 Nov 2026 at 21:41\nSubject: Fwd: order\n\n",
        "Daripada: Siti <siti@mail.com>\nDihantar: 17 November 2026 21:41\nKepada: tria\n\n",
        "发件人: 阿华\n发送时间: 2026年11月17日 21:41\n收件人: tria\n\n",
    ],
)
def test_the_head_of_a_letter_is_neither_a_day_nor_an_amount(head: str) -> None:
    intent = read(f"{head}5 ctn 10in box")
    assert (amounts(intent), intent.delivery_date, intent.questions) == (BOXES, None, ())


def test_the_date_of_an_order_form_is_no_head_of_a_letter() -> None:
    intent = read("From: Hougang outlet\nDate: 25/11\nOrder: 5 ctn 10in box")
    assert (amounts(intent), intent.delivery_date) == (BOXES, date(2026, 11, 25))


@pytest.mark.parametrize(
    "quote",
    [
        "On Tue, 17 Nov 2026 at 9:41 PM, Ah Huat <ahhuat@mail.com> wrote:\n> 2 pkt liner\n\n",
        "> 2 pkt liner\n> 17/11\n",
        "Pada 17 Nov 2026, Siti <siti@mail.com> menulis:\n> 2 pkt liner\n",
    ],
)
def test_what_a_reply_quotes_is_not_ordered(quote: str) -> None:
    intent = read(f"{quote}5 ctn 10in box pls")
    assert (amounts(intent), intent.delivery_date) == (BOXES, None)


def test_a_message_of_quoted_lines_only_needs_a_yes() -> None:
    intent = read("> 5 ctn 10in box\n> 2 pkt liner")
    assert amounts(intent) == BOTH
    assert not intent.sure


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("~10 ctn 10in box~ 5 ctn 10in box", BOXES),
        ("10in box ~10 ctn~ 5 ctn", BOXES),
        ("5 ctn 10in box\n~2 pkt liner~", BOXES),
        ("5 ctn ~12in kraft box~ 10in box", BOXES),
        ("~~2 pkt liner~~\n5 ctn 10in box", BOXES),
        ("<s>2 pkt liner</s> 5 ctn 10in box", BOXES),
        ("2\u0336 \u0336p\u0336k\u0336t\u0336 \u0336l\u0336i\u0336n\u0336e\u0336r\u0336\n5 ctn 10in box", BOXES),
    ],
)
def test_what_is_crossed_out_is_not_ordered(text: str, wanted: dict[str, int]) -> None:
    assert amounts(read(text)) == wanted


@given(st.integers(2, 40), st.integers(2, 40), st.sampled_from(["{x}\n{y}", "{y}\n{x}", "{x} {y}"]))
def test_no_crossed_out_amount_is_ordered(struck: int, wanted: int, order: str) -> None:
    text = order.format(x=f"~{struck} pkt liner~", y=f"{wanted} ctn 10in box")
    assert amounts(read(text)) == {"PB10-K": wanted * 100}


@pytest.mark.parametrize("field", ["text", "caption"])
def test_what_telegram_shows_as_crossed_out_is_not_ordered(field: str) -> None:
    text = "🙏 10 ctn 10in box 5 ctn 10in box"
    entity = {"type": "strikethrough", "offset": 3, "length": 15}
    entities = {"text": "entities", "caption": "caption_entities"}[field]
    message = {"message_id": 1, "date": 1795803000, "from": {"id": 9}, "chat": {"id": 9, "type": "private"}}
    incoming = read_update({"update_id": 1, "message": {**message, field: text, entities: [entity]}}, "bot", NOW)
    assert amounts(read(incoming.text)) == BOXES


def test_a_wave_before_an_amount_crosses_nothing_out() -> None:
    assert amounts(read("~5 ctn 10in box")) == BOXES
    assert read("5~10 ctn 10in box").questions


@pytest.mark.parametrize(
    "text",
    [
        "[x] 10in box 5 ctn\n[ ] liner 2 pkt",
        "☐ liner 2 pkt\n☑ 10in box 5 ctn",
        "✅ 10in box 5 ctn\n⬜ liner 2 pkt",
        "liner 2 pkt ☐\n10in box 5 ctn ☑",
        "- [ ] liner 2 pkt\n- [X] 10in box 5 ctn",
        "[] liner 2 pkt\n[✓] 10in box 5 ctn",
        "( ) liner 2 pkt\n(x) 10in box 5 ctn",
        "[ ] liner 2 pkt [x] 10in box 5 ctn",
    ],
)
def test_only_ticked_items_are_ordered(text: str) -> None:
    assert amounts(read(text)) == BOXES


@pytest.mark.parametrize("box", ["☐", "[ ]", "⬜", "□"])
def test_a_list_in_which_nothing_is_ticked_needs_a_yes(box: str) -> None:
    intent = read(f"{box} 10in box 5 ctn\n{box} liner 2 pkt")
    assert amounts(intent) == BOTH
    assert not intent.sure


@pytest.mark.parametrize(
    "text",
    [
        "stock: 10in box 2 ctn, liner 1 pkt\norder: 10in box 5 ctn",
        "current stock 10in box 2 ctn liner 1 pkt. pls order 10in box 5 ctn",
        "Stock\n10in box 2 ctn\nliner 1 pkt\n\nTo order\n10in box 5 ctn",
        "have: 10in box 2 ctn\nneed: 10in box 5 ctn",
        "ORDER:\n10in box 5 ctn\nSTOCK BALANCE:\n10in box 2 ctn\nliner 1 pkt",
        "baki: 10in box 2 ctn. nak: 10in box 5 ctn",
        "库存: 10寸披萨盒 2箱\n订: 10寸披萨盒 5箱",
        "10in box bal 2 ctn need 5 ctn",
    ],
)
def test_a_count_of_stock_beside_an_order_is_not_ordered(text: str) -> None:
    assert amounts(read(text)) == BOXES


@pytest.mark.parametrize(
    "text",
    [
        "item / stock / order\n10in box / 20 / 500\nliner / 1 / 100",
        "item\tstock\torder\n10in box\t20\t500\nliner\t1\t100",
        "Item | Order | Stock\n10in box | 500 | 20\nliner | 100 | 1",
        "item stock order\n10in box 20 500\nliner 1 100",
    ],
)
def test_only_the_column_of_the_order_is_ordered(text: str) -> None:
    assert amounts(read(text)) == BOTH


def test_a_row_that_lacks_a_column_is_asked_about() -> None:
    intent = read("item / stock / order\n10in box / 20 / 500\nliner / 3")
    assert "LN-PZ" not in amounts(intent)
    assert not intent.sure


def test_a_list_headed_as_stock_alone_needs_a_yes() -> None:
    assert not read("stock: 10in box 2 ctn, liner 1 pkt").sure
