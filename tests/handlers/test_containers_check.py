"""Docker and Compose where there are any: too old, missing or silent is said; a host without them is well."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.runtime import Runtime
from handlers.checks.containers import new_enough

NEW, OLD = "Docker version 24.0.7, build afdd53b", "Docker version 19.03.15, build 99e3ed8"


def on_path(folder: Path, monkeypatch: pytest.MonkeyPatch, docker: str, compose: str) -> None:
    """A `docker` that says these versions; a command without words fails."""
    program = folder / "docker"
    program.write_text(
        f'#!/bin/sh\ncase "$1" in --version) said="{docker}";; compose) said="{compose}";; esac\n[ -n "$said" ] && echo "$said"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.defpath}")


@pytest.mark.parametrize(("docker", "compose", "said"), [
    (NEW, "2.21.0", ""),
    (NEW, "v2.0.1", ""),
    (OLD, "2.21.0", "docker --version is 19.3"),
    (NEW, "1.29.2", "docker compose is 1.29"),
    (NEW, "", "docker compose is not there"),
    ("", "", "docker --version is not there; docker compose is not there"),
])  # fmt: skip
def test_what_is_too_old_or_missing_is_named(
    docker: str, compose: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runtime: Runtime
) -> None:
    on_path(tmp_path, monkeypatch, docker, compose)
    assert new_enough(runtime) == said


def test_a_plain_host_needs_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runtime: Runtime) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert new_enough(runtime) == ""
