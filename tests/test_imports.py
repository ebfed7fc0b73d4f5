"""The rooms of the house: imports go one way and in no circle, every module can be imported, and the job paths stay."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from bot.settings import ROOT
from handlers.checks.code import module_names

# Who may import whom, besides itself. `handlers.simulator` is the door to the development package.
ALLOWED: dict[str, frozenset[str]] = {
    "models": frozenset(),
    "bot": frozenset({"models"}),
    "jobs": frozenset({"models", "bot"}),
    "handlers": frozenset({"models", "bot", "jobs"}),
    "simulator": frozenset({"bot.settings", "bot.errors"}),
    "embedded": frozenset({"bot.settings", "bot.errors", "bot.knowledge.server"}),
}
EXCEPTIONS = {("handlers/simulator.py", "simulator"), ("handlers/app.py", "simulator")}
# bot decides and knows; wiring is its one file that may touch the engine, and vocabulary comes from models' enums.
NOT_IN_BOT = ("flask", "rq", "gunicorn", "sqlalchemy.orm")
JOB_PATHS = ("jobs.process_conversation.process_conversation", "jobs.deliver.deliver", "jobs.canary.run_canary")


@cache
def imported(path: Path) -> tuple[str, ...]:
    """Every module that the file imports, also inside functions."""
    return tuple(imports_in(ast.parse(path.read_text("utf-8")), path))


def imports_in(tree: ast.AST, path: Path) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files_of(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def within(module: str, packages: frozenset[str] | tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("package", ALLOWED)
def test_imports_go_one_way(package: str) -> None:
    allowed = ALLOWED[package]
    wrong = []
    for path in files_of(package):
        place = str(path.relative_to(ROOT))
        for module in imported(path):
            room = module.split(".")[0]
            if room not in ALLOWED or room == package or (place, room) in EXCEPTIONS:
                continue
            parents = any(name.startswith(f"{module}.") for name in allowed)  # `from bot import settings`
            if not within(module, allowed) and not (parents and room != module):
                wrong.append(f"{place} imports {module}")
    assert wrong == []


Graph = Mapping[str, set[str]]


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_between_files() -> dict[str, set[str]]:
    """Which of our modules each of our modules imports; a package stands for its own `__init__.py`."""
    files = {module_of(path): path for package in ALLOWED for path in files_of(package)}
    graph = {}
    for module, path in files.items():
        found = {name for name in imported(path) if name in files}
        parents = {
            name.rpartition(".")[0] for name in found
        }  # `from bot import settings` needs the file, not the package
        graph[module] = found - parents - {module}
    return graph


def room_of(module: str) -> str:
    """The folder of a module; a file directly below a package stands for itself, as jobs/worker.py does."""
    package, *inside = module.split(".")
    return f"{package}/{inside[0]}" if inside else package


def imports_between_rooms(files: Graph) -> dict[str, set[str]]:
    graph: dict[str, set[str]] = {}
    for module, targets in files.items():
        room = room_of(module)
        graph.setdefault(room, set()).update(room_of(target) for target in targets if room_of(target) != room)
    return graph


def circle_in(graph: Graph) -> list[str]:
    """One circle, as the stations of a round trip; empty when there is none."""
    done: set[str] = set()

    def walk(here: str, way: list[str]) -> list[str]:
        if here in way:
            return [*way[way.index(here) :], here]
        if here in done:
            return []
        done.add(here)
        return next(filter(None, (walk(target, [*way, here]) for target in sorted(graph.get(here, ())))), [])

    return next(filter(None, (walk(start, []) for start in sorted(graph))), [])


def test_no_files_import_each_other_in_a_circle() -> None:
    circle = circle_in(imports_between_files())
    assert not circle, "a circle of files: " + " -> ".join(circle)


def test_no_rooms_import_each_other_in_a_circle() -> None:
    circle = circle_in(imports_between_rooms(imports_between_files()))
    assert not circle, "a circle of rooms: " + " -> ".join(circle)


def test_a_circle_is_found_and_named() -> None:
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"d", "b"}, "d": set()}) == ["b", "c", "b"]


def test_bot_knows_no_request_no_queue_and_no_session() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in files_of("bot")
        for module in imported(path)
        if within(module, NOT_IN_BOT)
    ]
    assert wrong == []


def test_no_test_patches_anything() -> None:
    banned = ("unittest.mock", "mock", "pytest_mock", "fakeredis")
    wrong = [str(path) for path in files_of("tests") for module in imported(path) if within(module, banned)]
    assert wrong == []


@pytest.mark.parametrize("name", list(module_names()))
def test_every_module_imports(name: str) -> None:
    importlib.import_module(name)


@pytest.mark.parametrize("path", JOB_PATHS)
def test_paths_of_jobs_that_may_be_queued_still_exist(path: str) -> None:
    module, function = path.rsplit(".", 1)
    assert callable(getattr(importlib.import_module(module), function))


def test_importing_the_app_connects_to_nothing_and_reads_no_model_of_knowledge() -> None:
    program = "import sys, handlers; print([m for m in ('chromadb', 'onnxruntime', 'simulator', 'embedded') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
