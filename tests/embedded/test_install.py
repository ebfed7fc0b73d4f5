"""The installer without a network: a stand-in for .venv/bin/python notes what it is asked and fails where the test says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

INSTALLER = Path(__file__).resolve().parents[2] / "embedded" / "install.py"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "embedded").mkdir()
    shutil.copy(INSTALLER, tmp_path / "embedded" / "install.py")
    (tmp_path / "requirements.txt").write_text("flask==3.1.3 --hash=sha256:00\n", encoding="ascii")
    return tmp_path


def stand_in(checkout: Path, failing: str) -> Path:
    """A `.venv/bin/python` that fails for every command line with one of the words `failing` in it."""
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(
        f'#!/bin/sh\necho "$*" >> {checkout}/asked\ncase "$*" in {failing}) exit 1;; esac\n', encoding="ascii"
    )
    python.chmod(0o755)
    return checkout / "asked"


def install(checkout: Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-I", str(checkout / "embedded" / "install.py"), "requirements.txt"]
    return subprocess.run(argv, check=False, capture_output=True, text=True, timeout=30)


def test_uv_installs_the_lock_with_hashes_and_the_systems_certificates(checkout: Path) -> None:
    asked = stand_in(checkout, failing="nothing")
    done = install(checkout)
    assert done.returncode == 0
    assert "with uv" in done.stdout
    last = asked.read_text(encoding="ascii").splitlines()[-1]
    assert "uv pip install" in last
    assert "--system-certs" in last
    assert "--require-hashes" in last


@pytest.mark.parametrize("failing", ["*'install --quiet --retries 1 uv'*", "*'uv pip install'*"])
def test_pip_takes_over_and_says_so_when_uv_cannot_be_had_or_fails(checkout: Path, failing: str) -> None:
    asked = stand_in(checkout, failing=failing)
    done = install(checkout)
    assert done.returncode == 0
    assert "going on with pip" in done.stdout
    assert "pip --disable-pip-version-check install --quiet --require-hashes" in asked.read_text(encoding="ascii")


def test_second_run_installs_nothing_until_the_lock_changes(checkout: Path) -> None:
    asked = stand_in(checkout, failing="nothing")
    install(checkout)
    asked.unlink()
    install(checkout)
    assert not asked.exists()
    (checkout / "requirements.txt").write_text("flask==3.1.4 --hash=sha256:00\n", encoding="ascii")
    install(checkout)
    assert asked.exists()


def test_failure_is_a_sentence_and_leaves_no_stamp(checkout: Path) -> None:
    stand_in(checkout, failing="*requirements.txt*")
    done = install(checkout)
    assert done.returncode == 1
    assert "requirements.txt could not be installed" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (checkout / ".venv" / "requirements.txt.installed").exists()
