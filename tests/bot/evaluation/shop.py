"""Two small catalogs and messages about the first, for the tests of the swaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.evaluation.trade_catalog import TradeCatalog, read_trade_catalog

HEAD = "sku,name,category,aliases,base_unit,pack_units,unit_price,active\n"
OLD = HEAD + (
    "BX10,Pizza Box 10 inch,box,10in box,piece,carton=100,0.28,true\n"
    "BX12,Pizza Box 12 inch,box,12in box,piece,carton=50,0.36,true\n"
    "LN1,Greaseproof Liner,liner,liner|liners,piece,packet=50|carton=1000,0.03,true\n"
    "BT5,Butter Block,dairy,butter,kg,block=5,9.00,true\n"
)
NEW = HEAD + (
    "90001,Half Moon Key 5mm,key,half moon key,EA,PKT=20|CTN=400,0.60,true\n"
    "90002,Stop Valve 15mm,valve,stop valve,EA,BX=10|CTN=120,7.40,true\n"
    '90003,One Way Valve 1/2",valve,one way valve,EA,BX=20|CTN=240,6.10,true\n'
    "90004,Solder Loose,solder,solder,kg,CTN=10,31.00,true\n"
)
NOW = "2026-11-18T10:15:00+08:00"


def goods(folder: Path, trade: str, text: str) -> TradeCatalog:
    place = folder / trade
    place.mkdir()
    (place / "catalog.csv").write_text(text, "utf-8")
    return read_trade_catalog(place / "catalog.csv")


def line(sku: str, base: float, said: float | None, unit: str | None) -> dict[str, Any]:
    return {"sku": sku, "quantity_base_units": base, "quantity_said": said, "unit_said": unit}


def message(text: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A message in the corpus format; `more` replaces parts of the label, `context` the conversation."""
    context = more.pop("context", None)
    gold = {"intent": "order.create", "lines": list(lines), "delivery_date": None, "clarify": [], **more}
    return {
        "id": "m1", "text": text, "now": NOW, "lang": "en", "sender": "+6580000101",
        "context": context, "gold": gold, "tags": ["plain"],
    }  # fmt: skip
