"""What is installed is pinned with hashes and has none of the published weaknesses that this repository knows of."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from packaging.version import Version

from bot.settings import ROOT

LOCKS = ("requirements.txt", "requirements-dev.txt")
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE | re.IGNORECASE)
SNAPSHOT: dict[str, Any] = tomllib.loads((ROOT / "data" / "advisories.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Advisory:
    package: str
    id: str
    below: str

    def hits(self, pins: dict[str, str]) -> bool:
        return self.package in pins and Version(pins[self.package]) < Version(self.below)


ADVISORIES = [Advisory(**each) for each in SNAPSHOT["advisory"]]


def pins_of(lock: str) -> dict[str, str]:
    found = PINNED.findall((ROOT / lock).read_text("utf-8"))
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


@pytest.mark.parametrize("lock", LOCKS)
def test_nothing_that_is_installed_has_a_known_weakness(lock: str) -> None:
    pins = pins_of(lock)
    assert [
        f"{each.package} {pins[each.package]}: {each.id}, mended in {each.below}"
        for each in ADVISORIES
        if each.hits(pins)
    ] == []


def test_the_snapshot_speaks_of_what_is_installed() -> None:
    pins = pins_of("requirements.txt")
    assert sum(each.package in pins for each in ADVISORIES) >= 15
    assert {each.id for each in ADVISORIES if not re.fullmatch(r"CVE-\d{4}-\d{4,}", each.id)} == set()
    assert SNAPSHOT["taken"] >= date(2026, 11, 1)


def test_a_version_with_a_weakness_would_be_found() -> None:
    old = Advisory("werkzeug", "CVE-2024-34069", "3.0.3")
    assert [old.hits({"werkzeug": version}) for version in ("2.3.8", "3.0.2", "3.0.3", "3.10.0")] == [
        True,
        True,
        False,
        False,
    ]
    assert not old.hits({"flask": "1.0"})


@pytest.mark.parametrize("lock", LOCKS)
def test_every_library_is_pinned_with_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    blocks = re.split(r"\n(?=\S)", text)
    pinned = [block for block in blocks if PINNED.match(block)]
    assert len(pinned) >= 60
    assert [block.split()[0] for block in pinned if "--hash=sha256:" not in block] == []
