"""Which level of the pyramid a test is on, told by its folder, and the order of tests shuffled on demand.

`pytest -m business` runs one level, `--shuffle 7` shuffles files and the tests within them: a test that needs another before it fails.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

TESTS = Path(__file__).parent
LEVELS = {
    "infra": ("bench", "chaos", "deploy", "embedded", "models", "monitoring"),
    "integration": ("handlers", "jobs", "plain_channel", "security", "simulator"),
    "business": ("bot", "corpus"),
    "ux": ("journeys",),
}
"""The first folder below tests/. What reads the whole tree (test_docs.py and its like) is of the infrastructure."""
OF_FOLDER = {folder: level for level, folders in LEVELS.items() for folder in folders}
TOP = "infra"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--shuffle", type=int, metavar="SEED", help="another order of files and of their tests; each seed its own"
    )


def level_of(path: Path) -> str:
    """Raises KeyError for a folder that has no level yet."""
    first, *rest = path.relative_to(TESTS).parts
    return OF_FOLDER[first] if rest else TOP


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(level_of(item.path))
    if (seed := config.getoption("--shuffle")) is not None:
        items[:] = shuffled(items, seed)


class InFile(Protocol):
    @property
    def path(self) -> Path: ...


Each = TypeVar("Each", bound=InFile)


def shuffled(items: Sequence[Each], seed: int) -> list[Each]:
    """A file's tests stay together: what it sets up for all of them would otherwise be made for each."""
    chosen = random.Random(seed)
    files: dict[Path, list[Each]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    order = list(files)
    chosen.shuffle(order)
    for tests in files.values():
        chosen.shuffle(tests)
    return [item for path in order for item in files[path]]
