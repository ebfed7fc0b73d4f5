"""Grafana's dashboards: every query of every panel is put to a real Prometheus and must have an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

from monitoring.outcome import Outcome
from monitoring.rules import HERE
from monitoring.station import Station

FOLDER = HERE / "grafana" / "dashboards"
ELSEWHERE = "container_"
"""What only cAdvisor exports; Prometheus must understand the query all the same."""


@dataclass(frozen=True, slots=True)
class Query:
    dashboard: str
    panel: str
    expression: str


def queries() -> Iterator[Query]:
    for path in sorted(FOLDER.glob("*.json")):
        yield from _of(path)


def _of(path: Path) -> Iterator[Query]:
    content = json.loads(path.read_text("utf-8"))
    for panel in content["panels"]:
        for target in panel["targets"]:
            yield Query(path.stem, panel["title"], target["expr"])


def try_dashboards(station: Station, outcome: Outcome) -> None:
    """One line a dashboard, and one for each query that has no answer."""
    outcome.section("dashboards: every query has an answer")
    for path in sorted(FOLDER.glob("*.json")):
        asked = list(_of(path))
        silent = [(query, words) for query in asked if (words := _silence(station, query))]
        outcome.add(path.stem, not silent, f"{len(asked) - len(silent)} of {len(asked)} queries")
        for query, words in silent:
            outcome.add(f"{path.stem}: {query.panel}", ok=False, figures=f"{words}: {query.expression}")


def _silence(station: Station, query: Query) -> str:
    """Why there is no answer; nothing when there is one."""
    try:
        found = station.ask(query.expression)
    except requests.HTTPError as error:
        return str(error)
    return "" if found or ELSEWHERE in query.expression else "no series"
