"""Two processes read alike when code and language data are the same, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.rules_digest import digest_of, rules_digest


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "bot"
    (folder / "language").mkdir(parents=True)
    (folder / "reader.py").write_text("CARTON = 100\n")
    (folder / "language" / "words.toml").write_text('yes = ["ok"]\n')
    return folder


def test_what_python_leaves_beside_the_code_is_no_rule(package: Path) -> None:
    before = digest_of(package)
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "reader.cpython-311.pyc").write_bytes(b"compiled")
    assert digest_of(package) == before


@pytest.mark.parametrize("changed", ["reader.py", "language/words.toml", "language/replies.json"])
def test_a_file_of_code_or_words_that_differs_is_another_release(package: Path, changed: str) -> None:
    before = digest_of(package)
    (package / changed).write_text("{}\n")
    assert digest_of(package) != before


def test_a_file_that_was_moved_is_another_release(package: Path) -> None:
    before = digest_of(package)
    (package / "reader.py").rename(package / "language" / "reader.py")
    assert digest_of(package) != before


def test_what_a_process_began_with_stays() -> None:
    assert rules_digest() is rules_digest()
