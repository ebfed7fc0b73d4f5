"""`flask tax list|add`: the tax rates by the day from which they hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

import click

from bot.errors import BadInputError
from handlers.cli.actor import actor_option
from handlers.cli.command import command, json_option, print_json, print_table
from handlers.current import current_runtime
from jobs.reads.tax import rate_in_force
from jobs.upkeep.tax_rates import add_rate, all_rates

group = click.Group("tax", help="The tax rates, by the day from which they hold.")


@command(group, "list", example="flask tax list")
@json_option
def list_rates(as_json: bool) -> None:
    """Every rate; the one in force today is marked."""
    runtime = current_runtime()
    with runtime.engine.connect() as connection:
        rates = all_rates(connection)
        today = rate_in_force(connection, _today())
    current = max((first for first, _ in rates if first <= _today()), default=None)
    if as_json:
        print_json([{"from": first, "rate": _plain(rate), "in_force": first == current} for first, rate in rates])
        return
    rows = [
        (first, _plain(rate), f"{_plain(rate * 100)} %", "today" if first == current else "") for first, rate in rates
    ]
    print_table(
        f"tax rates ({_plain(today)} today)" if today is not None else "tax rates", ("from", "rate", "", ""), rows
    )


@command(group, "add", example="flask tax add 0.10 --from 2027-01-01 --by Mei")
@click.argument("rate")
@click.option("--from", "day", metavar="DAY", required=True, help="The first day on which orders are taxed with it.")
@actor_option
def add(rate: str, day: str, actor: str) -> None:
    """Tax orders with another rate from a day on. Orders placed before keep theirs."""
    with current_runtime().engine.begin() as connection:
        add_rate(connection, _share(rate), _day(day), actor=actor, today=_today())
    click.echo(f"orders are taxed with {rate} from {day} on")


def _today() -> date:
    runtime = current_runtime()
    return runtime.clock().astimezone(runtime.settings.zone).date()


def _share(written: str) -> Decimal:
    try:
        return Decimal(written)
    except InvalidOperation as error:
        raise BadInputError(f"{written[:40]!r} is no rate: 0.09 is 9 %") from error


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise BadInputError(f"{written[:40]!r} is no day like 2027-01-01") from error


def _plain(rate: Decimal) -> str:
    return f"{rate.normalize():f}"
