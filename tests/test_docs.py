"""The documents tell the truth: what they tell a reader to type exists and works, and their links lead somewhere."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from flask import Flask

from bot.settings import ROOT
from tests.conftest import Shop

PLAYED = ROOT / "docs" / "runbook.md"
"""Its commands are typed by `make runbook`, on a house that is broken first."""
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NEEDS_A_WORKER = ("smoke", "doctor")
"""Run for real in their own tests, beside a worker."""
SHORTENED = {"eval": ["--corpus", str(ROOT / "data" / "corpus" / "hardware")]}
"""What runs in the suite with less to do: the thousands of messages and the gates are for `make eval`, which `.ci/run` runs as well."""


def shell_lines(path: Path) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [line.split("  #")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


def commands(tool: str) -> list[list[str]]:
    pages = (path for path in DOCUMENTS if path != PLAYED)
    lines = [line for path in pages for line in shell_lines(path) if line.startswith(f"{tool} ")]
    return [shlex.split(line)[1:] for line in dict.fromkeys(lines)]


@pytest.mark.parametrize("words", commands("flask"), ids=" ".join)
def test_a_command_in_the_documents_runs(words: list[str], app: Flask, shop: Shop) -> None:
    helped = words[0] in NEEDS_A_WORKER or any(word.isupper() for word in words)
    ran = app.test_cli_runner().invoke(args=[*words, "--help"] if helped else [*words, *SHORTENED.get(words[0], ())])
    assert ran.exit_code == 0, ran.output


def test_the_first_commands_of_the_readme_work_as_written_in_a_fresh_shell() -> None:
    lines = shell_lines(ROOT / "README.md")
    begin = lines.index(". .venv/bin/activate")
    command = next(line for line in lines[begin:] if line.startswith("flask "))
    typed = f"{lines[begin]} && {command} --help"
    done = subprocess.run(["sh", "-c", typed], cwd=ROOT, env={"PATH": os.defpath}, capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Usage: flask" in done.stdout


@pytest.mark.parametrize("words", commands("make"), ids=" ".join)
def test_a_make_target_in_the_documents_exists(words: list[str]) -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert words[0] in targets


@pytest.mark.parametrize("target", ["run", "install", "test", "clean"])
def test_asking_make_what_it_would_do_does_nothing(target: str) -> None:
    """`make -n` runs every line that holds make's own variable, whatever else the line does."""
    lines = (ROOT / "Makefile").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("\t") and "$(MAKE)" in line] == []
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
    missing = [target for target in targets if "://" not in target and not (path.parent / target).exists()]
    assert missing == []
