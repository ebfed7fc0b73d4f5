"""The dashboards are what Grafana loads, and ask only for what is exported; `make alerts` puts every query to a real Prometheus."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from monitoring.dashboards import FOLDER, queries
from tests.monitoring.test_rules import OTHERS, exported, rules, series_of

MORE = r"ALERTS|redis_\w+|pg_stat_activity_max_tx_duration|container_\w+"
__all__ = ["exported"]


def boards() -> list[tuple[Path, dict[str, Any]]]:
    return [(path, json.loads(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.json"))]


def test_each_dashboard_has_a_name_of_its_own_and_panels_that_do_not_overlap() -> None:
    assert len({board["uid"] for _, board in boards()}) == len(boards()) == 3
    for path, board in boards():
        assert path.stem == board["uid"]
        places = [panel["gridPos"] for panel in board["panels"]]
        cells = [(x, y) for place in places for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])]  # fmt: skip
        assert len(cells) == len(set(cells)), path.name
        assert max(x for x, _ in cells) < 24
        assert all(panel["title"] and panel["targets"] for panel in board["panels"])


def test_every_series_of_a_query_is_exported(exported: set[str]) -> None:
    limits = {rule["record"] for rule in rules("thresholds.yml")}
    for query in queries():
        asked = series_of(query.expression) if not query.expression.startswith("threshold:") else set()
        known = {name for name in asked if name in exported or re.fullmatch(f"{OTHERS}|{MORE}", name)}
        assert asked == known, query
        assert set(re.findall(r"threshold:[\w:]+", query.expression)) <= limits, query


@pytest.mark.parametrize("name", ["tria-orders", "tria-service", "tria-machine"])
def test_a_limit_is_drawn_from_the_number_that_the_alert_uses(name: str) -> None:
    assert [query for query in queries() if query.dashboard == name and query.expression.startswith("threshold:")]
