"""A language is one folder: every language has what an order needs, and nothing else in the code knows which there are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.language.folding import fold
from bot.language.languages import DEFAULT, FOLDER, answered, languages, listed, section, sections
from bot.settings import ROOT
from handlers.checks.code import PACKAGES

EVERY_ONE_HAS = (
    "number", "unit", "measure", "attribute", "and", "or", "each", "negate", "correct", "op", "cancel_all", "confirm", "repeat",
    "greeting", "thanks", "human", "opt_out", "status", "price", "policy", "product_question", "complaint", "want", "filler", "day",
    "yesterday", "weekday", "week", "choice", "question", "duration", "head_count",
)  # fmt: skip
LISTS = (
    "yes", "no", "beside_an_answer", "end_of_list", "angry", "name_of_the_language", "beside_a_language", "polite",
    "stop_announcements", "start_announcements",
)  # fmt: skip
OTHERS = [language.code for language in languages() if language.code != DEFAULT]


def test_the_shipped_languages_are_there() -> None:
    assert {language.code for language in languages()} >= {"en", "sg", "ms", "zh", "ta", "th"}
    assert set(answered()) >= {"en", "ms", "zh", "ta", "th"}


@pytest.mark.parametrize("code", answered())
def test_a_language_has_every_section_that_an_order_needs(code: str) -> None:
    assert [name for name in EVERY_ONE_HAS if not sections(code).get(name)] == []
    assert [name for name in LISTS if not listed(name, code)] == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/words.toml")) + sorted(FOLDER.glob("*/changes.toml")))
def test_words_stand_one_phrase_a_line(path: Path) -> None:
    """So that a change shows which phrase came or went."""
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert [line for line in lines if re.search(r'",\s*"', line)] == []


@pytest.mark.parametrize("code", answered())
def test_a_language_can_say_every_day_of_the_week_and_the_digits(code: str) -> None:
    assert set(sections(code)["weekday"]) == set("0123456")
    assert set("12345678") <= set(sections(code)["number"])


@pytest.mark.parametrize("code", OTHERS)
def test_a_section_means_what_it_means_elsewhere(code: str) -> None:
    """A meaning misspelt in one language would be a role that nothing asks for."""
    alone = {
        (name, meaning)
        for name in ("unit", "measure", "weekday", "day", "week", "op", "negate", "each", "both", "all", "or", "and")
        for meaning in sections(code).get(name, {})
        if not set(meaning.split("|")) & {each for known in section(name) for each in known.split("|")} - {meaning}
        and not any(meaning in sections(other.code).get(name, {}) for other in languages() if other.code != code)
    }
    assert alone <= {("unit", "crate|basket"), ("day", "3")}


@pytest.mark.parametrize("code", [language.code for language in languages()])
def test_a_phrase_stands_once_in_a_list_and_folds_to_something(code: str) -> None:
    for name, meanings in sections(code).items():
        for meaning, phrases in meanings.items():
            assert len(set(phrases)) == len(phrases), (name, meaning)
            assert all(fold(phrase).text.strip() for phrase in phrases), (name, meaning)


def test_a_list_that_no_language_has_is_an_error_and_not_no_words() -> None:
    with pytest.raises(KeyError):
        listed("yse")


def test_no_module_lists_languages_by_hand() -> None:
    """`ms` is also milliseconds; the other codes mean nothing else. The evaluation makes texts of the languages it has goods in."""
    codes = {language.code for language in languages()} - {DEFAULT, "ms"}
    named = re.compile(rf"""["']({"|".join(sorted(codes))})["']""")
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "evaluation" not in path.parts]
    assert [str(path) for path in files if named.search(path.read_text("utf-8"))] == []


ABOUT = 'name = "Vietnamese"\nown_name = "tiếng Việt"\norder = 70\nspaces = true\n'
WORDS = """
[number]
"2" = ["hai"]
"5" = ["năm"]
[unit]
carton = ["thùng"]
"bag|sack" = ["bao"]
[want]
want = ["cho tôi", "đặt"]
[filler]
chat = ["ngày", "nhé", "giao"]
[day]
"1" = ["ngày mai"]
[and]
and = ["và"]
[lists]
tells_the_language = ["thùng", "nhé"]
"""
READS = """
import json, sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo
from bot.language import languages
languages.FOLDER = Path(sys.argv[1])
from bot.catalog.index import CatalogIndex
from bot.catalog.product import Product
from bot.understanding.intent import Context
from bot.understanding.reader import understand
goods = Product("RICE", "Gạo thơm", "rice", "kg", Decimal(2), pack_units={"carton": Decimal(10), "sack": Decimal(25)})
now = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Asia/Singapore"))
read = understand(sys.argv[2], CatalogIndex.build([goods]), Context(), now)
print(json.dumps([read.kind, [[l.sku, str(l.quantity)] for l in read.lines], str(read.delivery_date), read.language]))
"""


def test_a_language_that_is_only_a_folder_is_read(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "languages")
    folder = tmp_path / "languages" / "vi"
    folder.mkdir()
    (folder / "about.toml").write_text(ABOUT, "utf-8")
    (folder / "words.toml").write_text(WORDS, "utf-8")
    program = [
        sys.executable,
        "-c",
        READS,
        str(tmp_path / "languages"),
        "Cho tôi hai thùng gạo thơm, giao ngày mai nhé",
    ]
    done = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, check=True, timeout=60)
    assert json.loads(done.stdout) == ["order.create", [["RICE", "20"]], "2026-11-25", "vi"]
