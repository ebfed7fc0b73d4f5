"""Tax rates by date: added by a command with its day, compared with TAX_RATE at every start."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.runtime import Runtime
from handlers.checks.check import Severity
from handlers.checks.trade import tax_rate
from jobs.upkeep.tax_rates import first_rate
from simulator.server import Running
from tests.conftest import Shop
from tests.handlers.cli.conftest import Terminal
from tests.people import ORDER, WhatsAppPhone


@pytest.fixture
def taxed(shop: Shop) -> Shop:
    with shop.runtime.engine.begin() as connection:
        first_rate(connection, Decimal("0.09"))
    return shop


def test_a_rate_is_added_with_its_day_and_under_a_name(flask: Terminal, taxed: Shop) -> None:
    assert flask("tax", "add", "0.105", "--from", "2099-01-01", "--by", "Mei").exit_code == 0
    assert flask.json("tax", "list", "--json") == [
        {"from": "2024-01-01", "rate": "0.09", "in_force": True},
        {"from": "2099-01-01", "rate": "0.105", "in_force": False},
    ]
    assert taxed.rows("SELECT actor, action FROM audit WHERE subject LIKE 'tax_rates:%'") == [("Mei", "tax rate added")]
    assert "9 %" in flask("tax", "list").output


@pytest.mark.parametrize(
    ("rate", "day"),
    [("9", "2099-01-01"), ("-0.01", "2099-01-01"), ("NaN", "2099-01-01"), ("0.09999", "2099-01-01"), ("nine", "2099-01-01"),
     ("0.1", "1/1/2099"), ("0.1", "2020-01-01"), ("0.1", "")],
)  # fmt: skip
def test_what_is_no_rate_or_no_day_is_bad_usage(flask: Terminal, taxed: Shop, rate: str, day: str) -> None:
    assert flask("tax", "add", "--from", day, "--", rate).exit_code == 2
    assert taxed.one("SELECT count(*) FROM tax_rates") == 1


def test_a_day_has_one_rate(flask: Terminal, taxed: Shop) -> None:
    assert flask("tax", "add", "0.1", "--from", "2099-01-01").exit_code == 0
    assert flask("tax", "add", "0.2", "--from", "2099-01-01").exit_code == 2


def test_orders_are_taxed_with_the_rate_that_holds(flask: Terminal, taxed: Shop, simulator: Running) -> None:
    today = taxed.runtime.clock().astimezone(taxed.runtime.settings.zone).date().isoformat()
    assert flask("tax", "add", "0.20", "--from", today).exit_code == 0
    (reply,) = WhatsAppPhone(simulator, taxed).say(ORDER)
    assert "33.60" in reply  # 28.00 and a fifth
    assert taxed.one("SELECT tax::text FROM orders") == "5.60"


def test_a_changed_setting_is_not_ignored_in_silence(taxed: Shop) -> None:
    def verdict(**changed: object) -> tuple[Severity, str]:
        found = tax_rate(Runtime(taxed.runtime.settings.model_copy(update=changed)))
        return found.severity, found.reason

    assert verdict() == (Severity.HEALTHY, "")
    assert verdict(tax_rate=Decimal("0.0900")) == (Severity.HEALTHY, "")
    assert verdict(tax_rate=Decimal("0.07")) == (Severity.DEGRADED, "TAX_RATE is 0.07, orders are taxed with 0.09")
