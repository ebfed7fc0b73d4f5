"""`flask xero ...`: connect to the accounting system, check it, load customers and products, compare its books with ours."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from bot.accounting.xero_setup import Facts
from bot.errors import BadInputError, PermanentError, TriaError
from handlers.cli.actor import actor_option
from handlers.cli.command import FAILED, command, json_option, print_json, print_table
from handlers.current import current_runtime

group = click.Group("xero", help="Invoices in Xero: connect, check, load, reconcile, resend.")


@command(
    group,
    "connect",
    example="flask xero connect\nflask xero connect --paste\nflask xero connect --refresh-token-stdin < token.txt",
)
@click.option("--refresh-token-stdin", is_flag=True, help="Read a refresh token from the input instead of logging in.")
@click.option(
    "--paste", is_flag=True, help="Paste the address the browser ended at, where no browser reaches this machine."
)
@click.option(
    "--port", default=8765, show_default=True, type=click.IntRange(1, 65535), help="Where the browser comes back to."
)
@click.option(
    "--redirect-uri", default="", help="As registered with the app; http://localhost:PORT/callback unless told."
)
@click.option("--tenant", default="", help="The organisation's id, where the login reaches several.")
@click.option("--timeout", default=300.0, show_default=True, help="Seconds to wait for the login.")
@actor_option
@json_option
def connect(
    refresh_token_stdin: bool, paste: bool, port: int, redirect_uri: str, tenant: str, timeout: float, actor: str, as_json: bool,
) -> None:  # fmt: skip
    """Log in at Xero and keep what it gives, sealed. No token is ever shown; what waits for the login goes on by itself."""
    from handlers.cli.xero_login import code_by_callback, code_by_paste
    from jobs.invoices.accounting import token_store

    runtime = current_runtime()
    if not runtime.settings.xero_configured:
        raise PermanentError(
            "not configured: set the XERO_ credentials first, XERO_REFRESH_TOKEN=connect where there is none yet"
        )
    identity, store = token_store(runtime)
    redirect = redirect_uri or f"http://localhost:{port}/callback"
    if refresh_token_stdin:
        token = sys.stdin.readline().strip()
        if not token:
            raise BadInputError("there was no refresh token on the input")
        tokens = identity.refresh(token)
    else:
        login = code_by_paste if paste else code_by_callback
        tokens = identity.exchange(login(identity, redirect, port, timeout), redirect)
    chosen = _tenant(identity.tenants(tokens.access), tenant or runtime.settings.xero_tenant_id)
    store.connect(tokens, chosen.id, actor)
    if as_json:
        print_json({"connected": True, "organisation": chosen.name, "tenant_id": chosen.id})
    else:
        click.echo(f"connected to {chosen.name or 'the organisation'}; `flask xero check` looks whether it fits")


def _tenant(found: list[Any], wanted: str) -> Any:
    """The one that is meant. Raises PermanentError naming those there are."""
    from jobs.invoices.tokens import TO_BE_CONNECTED

    if wanted and wanted != TO_BE_CONNECTED:
        found, reached = [each for each in found if each.id == wanted], found
        if not found:
            there = ", ".join(f"{each.name} {each.id}" for each in reached) or "none"
            raise PermanentError(f"the login does not reach the organisation of XERO_TENANT_ID; it reaches: {there}")
    if len(found) != 1:
        there = "; ".join(f"--tenant {each.id} ({each.name})" for each in found) or "none"
        raise PermanentError(f"the login reaches {len(found)} organisations, choose one: {there}")
    return found[0]


@command(group, "check", example="flask xero check --json")
@json_option
@click.pass_context
def check(context: click.Context, as_json: bool) -> None:
    """Ask Xero for organisation, tax rate, account and what is left of the limits. Exit 1 when invoices cannot be made."""
    found = _checked()
    if as_json:
        print_json(found)
    else:
        rows = [(name.replace("_", " "), _cell(value)) for name, value in found.items() if name != "problems"]
        print_table("Xero", ("what", "found"), rows)
        for problem in found["problems"]:
            click.echo(problem)
    context.exit(0 if found["ok"] else FAILED)


def _checked() -> dict[str, Any]:
    from jobs.invoices import check_xero_setup, connection
    from jobs.invoices.accounting import accounting_of

    runtime = current_runtime()
    found: Facts | None = None
    problems: list[str] = []
    try:
        found = check_xero_setup.look(runtime, accounting_of(runtime))
        check_xero_setup.note(runtime, found)
        problems = [*found.problems, *found.unverified]
    except TriaError as error:
        problems = [str(error)]
    limits = connection.read(runtime).limits or {}
    return {
        "organisation": found.organisation if found else None,
        "currency": found.currency if found else None,
        "country": found.country if found else None,
        "tax_type_ok": bool(found and found.tax_type_ok),
        "account_ok": bool(found and found.account_ok),
        "limits": {name: limits.get(name) for name in ("minute", "day")},
        "ok": not problems,
        "problems": problems,
    }


@command(group, "load", example="flask xero load --dry-run")
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
@json_option
def load(dry_run: bool, as_json: bool) -> None:
    """Make contacts of customers and items of products. A second run changes nothing; a renamed customer is renamed."""
    from jobs.invoices.accounting import accounting_of
    from jobs.invoices.load import carry_out, plan

    runtime = current_runtime()
    accounting = accounting_of(runtime)
    accounting.xero.organisation()
    planned = plan(runtime, accounting)
    if not dry_run:
        carry_out(runtime, accounting, planned)
    if as_json:
        print_json(planned.counts())
        return
    rows = [(what, *counts.values()) for what, counts in planned.counts().items()]
    print_table(
        "load" + (" (dry run: nothing was written)" if dry_run else ""), ("what", "create", "update", "skip"), rows
    )


@command(group, "reconcile", example="flask xero reconcile --day 2026-11-27")
@click.option("--day", "day_text", metavar="DAY", help="Only orders placed on this local day; without it all of them.")
@json_option
@click.pass_context
def reconcile_command(context: click.Context, day_text: str | None, as_json: bool) -> None:
    """Orders against invoices: what is missing, extra or differs by a cent, each with its repair. Exit 1 when anything does."""
    from jobs.invoices.accounting import accounting_of
    from jobs.invoices.reconcile import note, reconcile

    runtime = current_runtime()
    day = _day(day_text)
    today = runtime.clock().astimezone(runtime.settings.zone).date()
    found = reconcile(runtime, accounting_of(runtime), day, day or today)
    note(runtime, found)
    if as_json:
        print_json(found.as_json())
    else:
        click.echo(f"{found.orders} orders, {found.invoices} invoices")
        if repairs := found.repairs():
            print_table("differences", ("order", "what", "repair"), repairs)
        click.echo("orders and invoices agree" if found.ok else "orders and invoices do NOT agree")
    context.exit(0 if found.ok else FAILED)


@command(group, "resend", example="flask xero resend SO-100001 --by Mei")
@click.argument("number")
@actor_option
@json_option
def resend_command(number: str, actor: str, as_json: bool) -> None:
    """Send an order's invoice once more, after what kept it was put right. Xero is asked first, so that none is made twice."""
    from jobs.invoices.resend import resend
    from jobs.queues import Bell, ring

    runtime = current_runtime()
    if not runtime.settings.xero_configured:
        raise PermanentError("not configured: set the four XERO_ credentials")
    with runtime.engine.begin() as connection:
        resend(connection, runtime.settings, number.upper(), actor=actor)
    ring(runtime, Bell.INVOICE, 0)
    if as_json:
        print_json({"number": number.upper(), "resent": True})
    else:
        click.echo(f"the invoice of {number.upper()} is looked up and sent again")


def _day(written: str | None) -> date | None:
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise BadInputError(f"{written[:40]!r} is no day like 2026-11-27") from error


def _cell(value: object) -> object:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {left}" for name, left in value.items())
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
