"""A simulator that a module shares; each test finds it as new."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.server import Running, start


@pytest.fixture(scope="module")
def shared() -> Iterator[Running]:
    with start() as running:
        yield running


@pytest.fixture
def running(shared: Running) -> Iterator[Running]:
    shared.reset()
    yield shared
    shared.reset()
