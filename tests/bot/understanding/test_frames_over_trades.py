"""Hostile frames around the goods of seven trades: whatever is read, no wrong goods or amounts are taken for sure.

In `{q} {u} {g}` the amount and the goods are wanted; `{z}` is an amount that is told, struck out, replaced or left.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import pytest

from bot.catalog.catalog_csv import parse_catalog, read_catalog
from bot.catalog.index import CatalogIndex
from bot.settings import ROOT
from bot.understanding.intent import WRITES_ORDER, Context
from bot.understanding.reader import understand

NOW = datetime(2026, 11, 18, 2, 15, tzinfo=UTC)
HEADER = "sku,name,category,aliases,base_unit,pack_units,unit_price,active\n"
PAINT = """P1,White Gloss Paint 5L,paint,white gloss 5l,TIN,CTN=4,30,true
P2,Two-Part Epoxy 1kg,paint,two part epoxy,SET,,20,true
P3,Half Round Brush No. 4,brush,half round brush,PC,BX=12,4,true
P4,Red Oxide Primer 20L,paint,red oxide,DRUM,,90,true
"""
AUTO = """7001,Engine Oil 10W-40 4L,oil,10w-40,BTL,CTN=4,30,true
7002,Brake Fluid DOT 4 500ml,oil,dot 4,BTL,CTN=12,6,true
7003,Bulb H7 55W,bulb,h7 bulb,PC,PKT=10,5,true
7004,Bolt M8x30 Zinc,bolt,m8x30,PC,BX=100,0.2,true
"""
CAFE = """C1,Monday Blend Beans 1kg,coffee,monday blend,bag,carton=6,22,true
C2,Half & Half Creamer 1L,dairy,half and half,carton,case=12,5,true
C3,Seven Up 320ml,drinks,seven up|7up,can,case=24,0.8,true
C4,No Sugar Cola 320ml,drinks,no sugar cola,can,case=24,0.8,true
C5,Covers Paper,misc,covers,piece,packet=50,0.1,true
"""
CHINESE = """Z1,三层肉,meat,五花肉,kg,箱=10,9,true
Z2,百福香,joss,百福,包,箱=50,1,true
Z3,一品鲜酱油 500ml,sauce,一品鲜,瓶,箱=12,3,true
"""
MALAY = """M1,Kicap Manis 5kg,sos,kicap manis,BTL,KOTAK=4,12,true
M2,Gula Pasir 1kg,gula,gula pasir,PKT,KARTON=12,3,true
M3,Tepung Gandum 1kg,tepung,tepung gandum,paket,karton=10,2,true
"""
CLINIC = """X1,Alcohol 70% 500ml,clean,alcohol 70%|70% alcohol,BTL,CTN=12,3,true
X2,Syringe 5ml,syr,5ml syringe,PC,BX=100,0.2,true
X3,Gauze 4x4,gauze,gauze 4x4,PKT,CTN=50,1,true
"""
ROWS = {"paint": PAINT, "auto": AUTO, "cafe": CAFE, "chinese": CHINESE, "malay": MALAY, "clinic": CLINIC}
GOODS = [
    ("packaging", "10in box", "PB10-K", 3, "ctn", 300),
    ("packaging", "liner", "LN-PZ", 4, "pkt", 200),
    ("paint", "two part epoxy", "P2", 3, "sets", 3),
    ("paint", "half round brush", "P3", 2, "boxes", 24),
    ("paint", "red oxide", "P4", 4, "drums", 4),
    ("auto", "10w-40", "7001", 3, "ctn", 12),
    ("auto", "dot 4", "7002", 2, "ctn", 24),
    ("auto", "h7 bulb", "7003", 5, "pkt", 50),
    ("auto", "m8x30", "7004", 2, "boxes", 200),
    ("auto", "7001", "7001", 3, "ctn", 12),
    ("cafe", "monday blend", "C1", 2, "ctn", 12),
    ("cafe", "half and half", "C2", 3, "cases", 36),
    ("cafe", "seven up", "C3", 2, "cases", 48),
    ("cafe", "7up", "C3", 2, "cases", 48),
    ("cafe", "no sugar cola", "C4", 2, "cases", 48),
    ("cafe", "covers paper", "C5", 4, "pkt", 200),
    ("chinese", "百福", "Z2", 3, "包", 3),
    ("chinese", "一品鲜", "Z3", 2, "箱", 24),
    ("malay", "kicap manis", "M1", 3, "kotak", 12),
    ("malay", "gula pasir", "M2", 2, "karton", 24),
    ("clinic", "70% alcohol", "X1", 2, "ctn", 24),
    ("clinic", "5ml syringe", "X2", 3, "boxes", 300),
    ("clinic", "gauze 4x4", "X3", 2, "ctn", 100),
]
WANTED = [
    "{q} {u} {g}",
    "{g} {q} {u}",
    "{g} - {q} {u}",
    "{g} x {q} {u}",
    "{g}: {q}{u}",
    "I need {q} {u} of {g} by friday",
    "can I get {q} {u} {g}",
    "{q} {u} {g} deliver to unit 03-12",
    "{q} {u} {g}, PO 4512",
    "{g} {q} {u} for 50 pax",
    "{q} {u} {g} @ $5",
    "{q} {u} {g} tel 91234567",
    "[17/11, 9:41 pm] Ah Huat: {q} {u} {g}",
    "~{z} {u} {g}~ {q} {u} {g}",
    "☐ {g} {z} {u}\n☑ {g} {q} {u}",
    "stock: {g} {z} {u}\norder: {g} {q} {u}",
    "> {g} {z} {u}\n{g} {q} {u} pls",
    "{q} {u} {g} between 9 and 11",
    "{q} {u} {g} lorry GBH 1234 A",
    "1. {g} {q} {u}",
    "(1/2) {g} {q} {u}",
    "Order 2 of 3: {g} {q} {u}",
    "{q} {u} {g} on 25-11",
    "{q} {u} {g} not {z}",
    "{z} {u} {g}, sorry make it {q}",
    "last time {z} {u} {g} came short, this time send {q} {u}",
    "{g} left {z} {u}, send {q} {u}",
    "{q} {u} {g} level 5",
    "{q} {u} {g} table 12",
    "{q} {u} {g}\nRegards\nTan\n+65 8000 0199\nBlk 12 Pasir Ris St 11 #03-12 S510012",
    "{q} {u} {g} 0930",
    "{q} {u} {g} before 10",
    "{q} {u} {g} no {z}",
    "{q}+1 {u} {g}",
    "{q}-{z} {u} {g}",
    "{q} or {z} {u} {g}",
    "a few {u} {g}",
    "about {q} {u} {g}",
    "{q} {u} {g} and half",
    "{q} {u} {g} thanks 2 much",
    "we have {z} {u} {g}, need {q} {u}",
    "{q} {u} {g} every monday",
    "{g} {q} {u} (was {z})",
    "{g} ({z}) {q} {u}",
    "{q} {u} {g}; {z} {u}",
]
NOT_WANTED = [
    "do we still have {q} {u} {g} coming?",
    "did you send {q} {u} {g}?",
    "{q} {u} {g} were damaged",
    "how much for {q} {u} {g}",
    "if i order {q} {u} {g} got discount?",
    "cancel {q} {u} {g}",
    "no need {q} {u} {g}",
    "{q} {u} {g} last week",
    "invoice 2231 says {z} {u} {g} but we got {q}",
]


@cache
def index_of(trade: str) -> CatalogIndex:
    if trade == "packaging":
        return CatalogIndex.build(read_catalog(ROOT / "data" / "catalog.csv"))
    return CatalogIndex.build(parse_catalog(HEADER + ROWS[trade]))


def taken_for_sure(trade: str, text: str) -> dict[str, int]:
    """The lines that would be placed without a question."""
    intent = understand(text, index_of(trade), Context(), NOW)
    if intent.kind not in WRITES_ORDER or not intent.sure:
        return {}
    return {line.sku: int(line.quantity) for line in intent.lines}


def messages(frames: list[str], trade: str, goods: str, count: int, unit: str) -> Iterator[str]:
    yield from (frame.format(q=count, u=unit, g=goods, z=count + 4) for frame in frames)


@pytest.mark.parametrize(("trade", "goods", "sku", "count", "unit", "wanted"), GOODS)
def test_nothing_wrong_is_taken_for_sure_in_any_frame(
    trade: str, goods: str, sku: str, count: int, unit: str, wanted: int
) -> None:
    for text in messages(WANTED, trade, goods, count, unit):
        assert taken_for_sure(trade, text) in ({}, {sku: wanted}), text


@pytest.mark.parametrize(("trade", "goods", "sku", "count", "unit", "wanted"), GOODS)
def test_most_frames_around_an_order_are_taken_without_a_question(
    trade: str, goods: str, sku: str, count: int, unit: str, wanted: int
) -> None:
    taken = [taken_for_sure(trade, text) for text in messages(WANTED, trade, goods, count, unit)]
    assert taken.count({sku: wanted}) >= len(WANTED) // 2


@pytest.mark.parametrize(("trade", "goods", "sku", "count", "unit", "wanted"), GOODS)
def test_nothing_is_ordered_by_words_that_want_nothing(
    trade: str, goods: str, sku: str, count: int, unit: str, wanted: int
) -> None:
    for text in messages(NOT_WANTED, trade, goods, count, unit):
        assert taken_for_sure(trade, text) == {}, text
