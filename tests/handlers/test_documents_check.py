"""Readiness tells in words what is the matter with the documents, and is never more than degraded by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.knowledge.build import build
from bot.knowledge.chroma import Chroma
from bot.knowledge.embedders import HashingEmbedder
from bot.runtime import Runtime
from bot.settings import Environment, Settings
from handlers.checks import DOCTOR, READINESS, Severity, run_all
from handlers.checks.check import Finding
from tests.vectors import remembered

FOLDERS = ("policies", "faqs")


@pytest.fixture
def chroma(chroma_address: str) -> Iterator[Chroma]:
    client = Chroma(chroma_address)
    for name in client.names():
        client.drop(name)
    yield client
    client.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for place in FOLDERS:
        (tmp_path / place).mkdir()
        (tmp_path / place / f"{place}.md").write_text("# Returns\n\nWithin 14 days.\n", "utf-8")
    for rules in ("escalation_rules", "tone_guidelines"):
        (tmp_path / f"{rules}.md").write_text("# Rules\n\n## Anger\n- when: angry\n", "utf-8")
    return tmp_path


def found(settings: Settings, **changed: object) -> Finding:
    checks = [check for check in READINESS if check.name == "documents"]
    return run_all(checks, Runtime(settings.model_copy(update=changed)))[0]


def test_all_collections_filled_is_healthy_and_counted(
    chroma: Chroma, folder: Path, settings: Settings, chroma_address: str
) -> None:
    build(chroma, remembered(), folder)
    finding = found(settings, chroma_host=chroma_address)
    assert finding.severity is Severity.HEALTHY
    assert finding.facts["documents"] == {"policies": 1, "faqs": 1, "escalation_rules": 1, "tone_guidelines": 1}


@pytest.mark.parametrize("name", ["escalation_rules", "tone_guidelines"])
def test_an_empty_collection_degrades_with_its_name(
    name: str, chroma: Chroma, folder: Path, settings: Settings, chroma_address: str
) -> None:
    (folder / f"{name}.md").unlink()
    build(chroma, remembered(), folder)
    finding = found(settings, chroma_host=chroma_address)
    assert finding.severity is Severity.DEGRADED
    assert finding.reason == f"{name} is empty: the bot goes by its own rules there"


def test_nothing_built_records_gone_and_another_embedder_are_told_apart(
    chroma: Chroma, folder: Path, settings: Settings, chroma_address: str
) -> None:
    assert found(settings, chroma_host=chroma_address).reason == "nothing is built"
    built = build(chroma, HashingEmbedder(), folder)
    assert "built with hash-384" in found(settings, chroma_host=chroma_address).reason
    chroma.delete("faqs", built.manifest.shelves["faqs"].ids)
    assert found(settings, chroma_host=chroma_address).reason == "records are missing in faqs"


def test_a_server_that_is_away_degrades_and_says_so(settings: Settings) -> None:
    finding = found(settings, chroma_host="127.0.0.1:9")
    assert finding.severity is Severity.DEGRADED
    assert finding.reason.startswith("Chroma at 127.0.0.1:9 cannot be reached")


def test_without_a_server_only_production_is_degraded(settings: Settings) -> None:
    assert found(settings).severity is Severity.HEALTHY
    assert found(settings, environment=Environment.PRODUCTION).severity is Severity.DEGRADED


def test_a_folder_that_a_restart_empties_is_told_in_production(settings: Settings) -> None:
    checks = [check for check in DOCTOR if check.name == "documents_folder"]
    production = settings.model_copy(
        update={"environment": Environment.PRODUCTION, "chroma_persist_dir": Path("/tmp/x")}
    )
    assert run_all(checks, Runtime(settings))[0].severity is Severity.HEALTHY
    assert "below /tmp" in run_all(checks, Runtime(production))[0].reason
