"""`flask knowledge` on a bare clone: no PostgreSQL, no Redis, no server running."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from bot.settings import ROOT
from handlers.cli.knowledge import DOCUMENTS


class Clone:
    """Commands in a process of their own, whose databases are unreachable."""

    def __init__(self, folder: Path) -> None:
        self.env = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")} | {
            "ENVIRONMENT": "test",
            "DATABASE_URL": "postgresql://nobody:x@127.0.0.1:9/none",
            "REDIS_URL": "redis://127.0.0.1:9/0",
            "CHROMA_PERSIST_DIR": str(folder / "chroma"),
        }

    def __call__(self, *words: str, code: int = 0) -> str:
        argv = [sys.executable, "-m", "flask", "knowledge", *words]
        done = subprocess.run(argv, capture_output=True, text=True, cwd=ROOT, env=self.env, timeout=100, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stderr

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"))


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    made = Clone(tmp_path_factory.mktemp("clone"))
    assert "run `flask knowledge build`" in made("ask", "hello", code=1)
    assert made.json("build")["changed"] is True
    return made


def test_a_second_start_finds_what_was_built(clone: Clone) -> None:
    built = clone.json("build")
    assert built["changed"] is False
    assert {name: each["documents"] for name, each in built["collections"].items()} == {
        "policies": 11, "faqs": 16, "escalation_rules": 1, "tone_guidelines": 1
    }  # fmt: skip


def test_a_question_is_answered_with_its_source(clone: Clone) -> None:
    given = clone.json("ask", "What is your refund policy?")
    assert given["answered"] is True
    assert given["sources"][0] == {
        "collection": "policies", "document": "returns_and_refunds", "section": "How refunds are paid"
    }  # fmt: skip
    assert set(given) == {"answered", "offered", "answer", "language", "sources", "confidence"}


def test_many_questions_are_answered_in_their_order(clone: Clone, tmp_path: Path) -> None:
    asked = [("1", "can I pay by visa"), ("2", "可以退货吗"), ("3", "who is your CEO"), ("4", "")]
    source, target = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
    source.write_text("".join(json.dumps({"id": id_, "text": text}) + "\n" for id_, text in asked), "utf-8")
    clone("ask", "--in", str(source), "--out", str(target))
    rows = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["1", "2", "3", "4"]
    assert [row["answered"] for row in rows] == [True, True, False, False]
    assert rows[1]["language"] == "zh"
    assert rows[2]["answer"].startswith("I will ask the team")


@pytest.mark.parametrize("words", [("ask",), ("ask", "x", "--in", "y"), ("build", "--from", "/nowhere")])
def test_what_was_typed_wrong_exits_2(app: Flask, words: tuple[str, ...]) -> None:
    assert app.test_cli_runner().invoke(args=["knowledge", *words]).exit_code == 2


def test_a_folder_that_is_gone_is_made_again(tmp_path: Path) -> None:
    few = tmp_path / "documents" / "policies"
    few.mkdir(parents=True)
    shutil.copy(DOCUMENTS / "policies" / "returns_and_refunds.md", few)
    clone, build = Clone(tmp_path), ("build", "--from", str(few.parent))
    assert clone.json(*build)["changed"] is True
    shutil.rmtree(clone.env["CHROMA_PERSIST_DIR"])
    assert clone.json(*build)["changed"] is True


def test_a_folder_that_cannot_be_written_is_one_sentence(clone: Clone, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    other = Clone(tmp_path)
    other.env["CHROMA_PERSIST_DIR"] = str(tmp_path / "file" / "chroma")
    assert "CHROMA_PERSIST_DIR" in other("build", code=1)
