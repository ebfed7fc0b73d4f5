"""A house at work, watched: the dashboards' queries are answered, every alert goes its ways, and what breaks is told."""

from __future__ import annotations

from pathlib import Path

from chaos.customers import Customers
from chaos.house import house
from monitoring.dashboards import try_dashboards
from monitoring.delivery import try_faults, try_routes
from monitoring.outcome import Outcome
from monitoring.programs import Programs
from monitoring.receivers import receivers
from monitoring.station import station

FIRST_RATES_S = 60.0
"""In so long every target was scraped more than twice: rates have values."""


def try_live(programs: Programs, outcome: Outcome, folder: Path, outlets: int, keep: Path | None) -> None:
    with (
        outcome.console.status("starting a house, Prometheus and Alertmanager"),
        house(outlets=outlets, keep=keep, counted=True) as opened,
    ):
        opened.open()
        customers = Customers(opened, seed=1)
        for phone in opened.phones(outlets):
            customers.order(phone)
        customers.wait()
        opened.drained(60)
        with receivers() as told, station(programs, opened, told, folder) as watching:
            watching.wait_until("count_over_time(tria_database_up[2m]) >= 3", FIRST_RATES_S)
            try_dashboards(watching, outcome)
            try_routes(watching, told, outcome)
            try_faults(watching, opened, customers, told, outcome)
        customers.close()
