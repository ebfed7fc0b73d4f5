"""The frames and the hostile catalogs, and what is made of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.catalog.catalog_csv import read_catalog
from bot.errors import BadInputError
from bot.evaluation.frame_swap import frame_examples
from bot.evaluation.frames import Frame, read_frames
from bot.evaluation.swaps import TRADES
from bot.evaluation.trade_catalog import TradeCatalog
from tests.bot.evaluation.shop import NEW, goods

REGISTERS = {"consumer", "customer", "form", "forwarded", "voice"}


@pytest.fixture
def valves(tmp_path: Path) -> TradeCatalog:
    return goods(tmp_path, "valves", NEW)


def test_there_are_at_least_150_frames_a_register_in_four_languages() -> None:
    frames = read_frames()
    count = Counter(frame.register for frame in frames)
    assert set(count) == REGISTERS
    assert min(count.values()) >= 150
    for register in REGISTERS:
        assert {f.language[:2] for f in frames if f.register == register} == {"en", "ms", "zh", "ta"}


def test_there_are_at_least_forty_hostile_catalogs_and_the_importer_takes_them() -> None:
    paths = sorted(TRADES.glob("*/catalog.csv"))
    assert len(paths) >= 40
    for path in paths:
        assert 20 <= len(read_catalog(path)) <= 60, path.parent.name


def test_a_line_that_is_no_frame_is_named(tmp_path: Path) -> None:
    (tmp_path / "form.txt").write_text("# fine\nen | {lines}\nen | no slot\n", "utf-8")
    with pytest.raises(BadInputError, match=r"form\.txt row 3"):
        read_frames(tmp_path)


def test_the_label_follows_from_the_lines_drawn(valves: TradeCatalog) -> None:
    frame = Frame("form-1", "form", "en", frozenset(), "Item: {goods1}\nQty: {amount1}")
    for seed in "abcdefgh":
        ((_, row),) = frame_examples([frame], [valves], seed, 1, Counter())
        (wanted,) = row["gold"]["lines"]
        factor = valves.factor(wanted["sku"], wanted["unit_said"])
        assert factor is not None
        assert wanted["quantity_base_units"] == wanted["quantity_said"] * factor
        assert row["text"].startswith("Item: ")
        assert f"Qty: {wanted['quantity_said']}" in row["text"]


def test_goods_that_are_not_wanted_give_no_line(valves: TradeCatalog) -> None:
    frame = Frame("form-2", "form", "en", frozenset({"other"}), "Stock: {other}\nOrder: {1}")
    ((_, row),) = frame_examples([frame], [valves], "a", 1, Counter())
    (wanted,) = row["gold"]["lines"]
    _, _, order = row["text"].partition("Order: ")
    assert any(name.lower() in order.lower() for name in valves.names(wanted["sku"]))
    assert row["gold"]["or_ask"]


def test_a_day_in_the_frame_is_the_day_of_the_label(valves: TradeCatalog) -> None:
    frame = Frame("customer-1", "customer", "ms", frozenset({"day"}), "hantar {lines} {day}")
    days = {
        "esok": "2026-11-19",
        "lusa": "2026-11-20",
        "Jumaat": "2026-11-20",
        "Sabtu": "2026-11-21",
        "Isnin": "2026-11-23",
    }
    for seed in "abcdefgh":
        ((_, row),) = frame_examples([frame], [valves], seed, 1, Counter())
        assert row["gold"]["delivery_date"] == days[row["text"].split()[-1]]


def test_the_same_seed_gives_the_same_texts(valves: TradeCatalog) -> None:
    frames = read_frames()[::40]
    once = [row["text"] for _, row in frame_examples(frames, [valves], "a", None, Counter())]
    assert once == [row["text"] for _, row in frame_examples(frames, [valves], "a", None, Counter())]
    assert once != [row["text"] for _, row in frame_examples(frames, [valves], "b", None, Counter())]
