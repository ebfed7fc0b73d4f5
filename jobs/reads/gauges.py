"""What PostgreSQL knows, as Prometheus gauges, read at the moment of the scrape: no process has to keep count.

Names and texts are bot/telemetry/metrics.py's. When the database is away the scrape still answers, with tria_database_up 0.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.metrics_folder import VARIABLE, make
from bot.runtime import Runtime
from bot.telemetry import get_logger
from bot.telemetry.ended_processes import add_up, alone_in
from bot.telemetry.metrics import GAUGES
from jobs.reads import invoicing, processes, stats
from models.database import again_if_stale, pool_numbers

log = get_logger(__name__)

BACKUP_AGE = "tria_backup_age_seconds"
ACCOUNTING = {
    "blocked": "tria_xero_blocked",
    "token_age_s": "tria_xero_token_age_seconds",
    "differences": "tria_xero_differences",
    "day_left": "tria_xero_calls_left_today",
}


def exposition(runtime: Runtime) -> bytes:
    """Everything /metrics says: the counters of this process (of all, with PROMETHEUS_MULTIPROC_DIR) and the gauges."""
    gauges = CollectorRegistry()
    gauges.register(LedgerGauges(runtime))
    return _counters() + generate_latest(gauges)


def _counters() -> bytes:
    if not (named := os.environ.get(VARIABLE)):
        return generate_latest(REGISTRY)
    make()
    found = CollectorRegistry()
    MultiProcessCollector(found)  # type: ignore[no-untyped-call]
    try:
        with alone_in(Path(named)):
            add_up(Path(named))
            return generate_latest(found)
    except OSError as error:  # the scrape is worth having all the same
        log.warning("what ended processes counted could not be added up", exc_info=error)
        return generate_latest(found)


class LedgerGauges(Collector):
    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def collect(self) -> Iterator[Metric]:
        try:
            found = again_if_stale(self._read)
        except SQLAlchemyError as error:
            log.warning("gauges could not be read", exc_info=error)
            found = []
        yield _single("tria_database_up", float(bool(found)))
        yield from found
        yield _labelled("tria_pool_connections", "state", pool_numbers(self._runtime.engine))
        yield from processes.families()

    def _read(self) -> list[GaugeMetricFamily]:
        with self._runtime.engine.connect() as connection:
            return list(_of_database(connection))


def _of_database(connection: Connection) -> Iterator[GaugeMetricFamily]:
    beats = stats.heartbeats(connection)
    backup = beats.pop("backup", None)
    yield GaugeMetricFamily(BACKUP_AGE, GAUGES[BACKUP_AGE], value=backup.age_s if backup else None)
    yield _labelled("tria_heartbeat_age_seconds", "kind", {kind: beat.age_s for kind, beat in beats.items()})
    yield _single("tria_canary_ok", float(bool(beats["canary"].detail.get("ok"))) if "canary" in beats else 0.0)
    yield _single("tria_last_message_time_seconds", stats.last_message_at(connection))
    yield _single("tria_certificate_left_seconds", stats.certificate_left_s(connection))
    yield _single("tria_oldest_unanswered_seconds", stats.oldest_unanswered_s(connection))
    yield _single("tria_oldest_unsent_seconds", stats.oldest_unsent_s(connection))
    yield _labelled("tria_inbound_messages", "state", stats.inbound_by_state(connection))
    yield _labelled("tria_outbound_messages", "state", stats.outbound_by_state(connection))
    yield _labelled("tria_orders", "status", stats.orders_by_status(connection))
    yield _single("tria_failures_open", stats.failures_open(connection))
    yield _single("tria_escalations_open", stats.escalations_open(connection))
    yield _single("tria_escalations_overdue", stats.escalations_overdue(connection))
    yield _labelled("tria_invoices_by_state", "state", invoicing.invoices_by_state(connection))
    yield _single("tria_invoices_overdue_seconds", invoicing.overdue_s(connection))
    known = invoicing.connection_figures(connection)
    for name, gauge in ACCOUNTING.items():
        yield _single(gauge, known.get(name))
    yield _single("tria_database_dead_rows", stats.dead_rows(connection))


def _single(name: str, value: float | None) -> GaugeMetricFamily:
    """One that is not known has its name all the same, and no value."""
    return GaugeMetricFamily(name, GAUGES[name], value=value)


def _labelled(name: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, GAUGES[name], labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
