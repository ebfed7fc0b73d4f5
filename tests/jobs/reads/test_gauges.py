"""The scrape: counters of all processes of the machine, gauges out of PostgreSQL, an answer also without it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from bot.runtime import Runtime
from bot.settings import ROOT
from bot.telemetry.metrics import GAUGES
from jobs.reads.gauges import exposition

PROGRAM = """
import sys
from bot.runtime import Runtime
from bot.settings import load_settings
from bot.telemetry import configure_logging, metrics
from jobs.reads.gauges import exposition
settings = load_settings(_env_file=None)
configure_logging(settings, stream="stderr")
metrics.orders_placed_total.labels("whatsapp").inc()
sys.stdout.write(exposition(Runtime(settings)).decode())
"""


def test_every_gauge_is_exposed_once_and_parses(runtime: Runtime) -> None:
    names = [family.name for family in text_string_to_metric_families(exposition(runtime).decode())]
    assert len(names) == len(set(names))
    assert set(GAUGES) <= set(names)


def test_processes_of_a_machine_share_one_scrape_also_without_a_database(tmp_path: Path) -> None:
    environment = {
        **os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    }  # fmt: skip
    for expected in (1.0, 2.0):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=environment,
            cwd=ROOT,
            check=True,
            timeout=60,
            capture_output=True,
            text=True,
        )
        families = {family.name: family for family in text_string_to_metric_families(done.stdout)}
        found = {tuple(s.labels.values()): s.value for s in families["tria_orders_placed"].samples}
        assert found[("whatsapp",)] == expected
        assert families["tria_database_up"].samples[0].value == 0
