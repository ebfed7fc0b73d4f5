"""What the copy that learns without a trade has, and lacks. Learning itself takes minutes and is for `flask eval --leave-one-out`."""

from __future__ import annotations

from pathlib import Path

from bot.evaluation.leave_one_out import copy_without, learnt_from
from bot.settings import ROOT


def test_the_copy_is_the_program_with_every_other_trade(tmp_path: Path) -> None:
    trade, *others = learnt_from()
    copy = copy_without(trade, tmp_path / "copy")
    there = {path.name for path in (copy / "data" / "corpus").iterdir()}
    assert trade not in there
    assert set(others) <= there
    assert (copy / "bench" / "train_intents.py").exists()
    assert (copy / "bot" / "understanding" / "reader.py").exists()
    assert not (copy / ".git").exists()


def test_sets_that_are_held_out_teach_nothing() -> None:
    assert not set(learnt_from()) & {path.parent.name for path in (ROOT / "data" / "corpus").glob("*/test.jsonl")}
