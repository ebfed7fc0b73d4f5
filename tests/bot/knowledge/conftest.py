"""A Chroma server of the suite's own, empty for each test, and a small folder of documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.knowledge.chroma import Chroma
from bot.knowledge.embedders import Embedder, local
from bot.knowledge.library import Library
from bot.knowledge.measure import in_memory
from bot.settings import ROOT

DOCUMENTS = ROOT / "data" / "policies"


def file_of(folder: Path, name: str) -> Path:
    """ "policies/returns" as the file that it is."""
    return folder / f"{name}.md"


@pytest.fixture
def chroma(chroma_address: str) -> Iterator[Chroma]:
    client = Chroma(chroma_address)
    for name in client.names():
        client.drop(name)
    yield client
    client.close()


@pytest.fixture(scope="session")
def model() -> Embedder:
    return local()


@pytest.fixture(scope="session")
def library(model: Embedder) -> Library:
    """The demo supplier's documents."""
    return in_memory(DOCUMENTS, model)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two policies, an FAQ and rules, four passages in all."""
    for name, text in {
        "policies/returns": "# Returns\n\n## Time\nWithin 14 days.\n\n## Money\nAs a credit note.\n",
        "policies/delivery": "# Delivery\n\nDelivery is free above SGD 80.00.\n",
        "faqs/logo": "# Can you print our logo?\n\nYes, from 5,000 pieces.\n",
        "escalation_rules": "# Rules\n\n## Anger\n- when: angry\n- priority: urgent\n",
        "tone_guidelines": "# Tone\n\n## Neutral\n- when: neutral\nShort.\n",
    }.items():
        path = file_of(tmp_path, name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path
