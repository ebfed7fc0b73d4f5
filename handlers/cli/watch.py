"""`flask watch`: looks at readiness again and again after a release, and says at the end whether it stayed well."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import click

from handlers.checks import READINESS, Severity, run_all
from handlers.cli.command import FAILED, command, json_option, local_time, print_json, print_table
from handlers.current import current_runtime
from handlers.watching import Watch, duration
from jobs.reads.stats import failures_open
from models.database import again_if_stale


class Duration(click.ParamType[timedelta]):
    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        try:
            return value if isinstance(value, timedelta) else duration(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@command(None, "watch", example="flask watch --for 24h\nflask watch --for 10m --every 10s --json > watch.json")
@click.option(
    "--for", "for_long", type=Duration(), default="24h", show_default=True, help="How long: 90s, 30m, 24h, 7d."
)
@click.option("--every", type=Duration(), default="30s", show_default=True, help="How often it looks.")
@click.option("--allow", default=0, show_default=True, help="So many looks may find that no order can be taken.")
@json_option
@click.pass_context
def command_watch(context: click.Context, for_long: timedelta, every: timedelta, allow: int, as_json: bool) -> None:
    """Watch whether orders can be taken. Exit 1 when they could not, or when work failed meanwhile; Ctrl-C ends it early."""
    runtime = current_runtime()
    began = runtime.clock()
    watch = Watch(began, _failures() or 0)
    until = time.monotonic() + for_long.total_seconds()
    try:
        while True:
            findings, failures = run_all(READINESS, runtime), _failures()
            found = watch.add(runtime.clock(), findings, watch.failures_now if failures is None else failures)
            if found is Severity.UNHEALTHY:
                _tell([f"{f.check.name}: {f.reason}" for f in findings if f.severity is Severity.UNHEALTHY])
            if time.monotonic() + every.total_seconds() > until:
                break
            time.sleep(every.total_seconds())
    except KeyboardInterrupt:
        click.echo("ended early", err=True)
    _show(watch.report(allow), as_json)
    context.exit(0 if watch.ok(allow) else FAILED)


def _failures() -> int | None:
    """None while PostgreSQL is away: readiness says so itself."""
    from sqlalchemy.exc import SQLAlchemyError

    runtime = current_runtime()

    def read() -> int:
        with runtime.engine.connect() as connection:
            return failures_open(connection)

    try:
        return again_if_stale(read)
    except SQLAlchemyError:
        return None


def _tell(words: list[str]) -> None:
    click.echo(
        f"{local_time(current_runtime().clock(), precise=True)} no order can be taken: {'; '.join(words)}", err=True
    )


def _show(report: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(report)
        return
    rows = [
        (t["check"], t["worst"], t["looks"], local_time(t["first"]), local_time(t["last"]), t["reason"])
        for t in report["troubles"]
    ]
    if rows:
        print_table("What was not well", ("check", "worst", "looks", "first", "last", "found"), rows)
    click.echo(
        f"{report['looks']} looks from {local_time(report['began'])} to {local_time(report['ended'])}: "
        f"{report['healthy']} healthy, {report['degraded']} degraded, {report['unhealthy']} without an order to be taken; "
        f"{report['new_failures']} new failures. {'It stayed well.' if report['ok'] else 'It did NOT stay well.'}"
    )
