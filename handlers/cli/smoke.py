"""`flask smoke`: the word "verified" is printed only by a command that placed orders."""

from __future__ import annotations

from dataclasses import asdict

import click

from handlers.cli.command import FAILED, command, json_option, print_json
from handlers.current import current_runtime
from jobs.upkeep.smoke import smoke


@command(None, "smoke", example="flask smoke --orders 10")
@click.option("--orders", default=10, show_default=True, type=click.IntRange(1, 1000), help="How many to place.")
@click.option("--timeout", default=30.0, show_default=True, help="Seconds to wait for the worker.")
@json_option
@click.pass_context
def command_smoke(context: click.Context, orders: int, timeout: float, as_json: bool) -> None:
    """Place synthetic orders through the real worker, read them back, remove them. Exit 1 unless all came through."""
    result = smoke(current_runtime(), orders, timeout)
    if as_json:
        print_json(asdict(result) | {"ok": result.ok})
    elif result.ok:
        click.echo(
            f"order path verified: {result.verified}/{orders} orders in {result.seconds:.1f} s, slowest {result.slowest_s:.2f} s"
        )
    else:
        for problem in result.problems:
            click.echo(problem)
        click.echo(f"order path NOT verified: {result.verified}/{orders} orders in {result.seconds:.1f} s")
    context.exit(0 if result.ok else FAILED)
