"""The code itself: every module imports. An undefined name at import time is found here, not by the first customer."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator

from bot.runtime import Runtime
from bot.telemetry import error_words
from handlers.checks.check import Severity, Verdict

PACKAGES = ("bot", "models", "jobs", "handlers")
OLDEST_PYTHON = (3, 11)


def imports(_runtime: Runtime) -> Verdict:
    found, count = [], 0
    for name in module_names():
        count += 1
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 - all broken modules are to be named, not only the first
            found.append(f"{name}: {error_words(error)}")
    facts = {"modules": count}
    return Verdict(Severity.UNHEALTHY, "; ".join(found[:5]), facts) if found else Verdict(facts=facts)


def python(_runtime: Runtime) -> Verdict:
    version = ".".join(map(str, sys.version_info[:3]))
    severity = Severity.HEALTHY if sys.version_info >= OLDEST_PYTHON else Severity.UNHEALTHY
    return Verdict(severity, "" if not severity else f"{version} is too old", {"version": version})


def module_names() -> Iterator[str]:
    for package in PACKAGES:
        root = importlib.import_module(package)
        yield package
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            if not module.name.endswith("__main__"):
                yield module.name
