"""`flask doctor`: every check by group, a total that adds up, and what to do about each failure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import click

from handlers.checks import DOCTOR, ONLINE, Check, Finding, Severity, run_all, worst
from handlers.cli.command import FAILED, command, json_option, print_json, print_table
from handlers.current import current_runtime

NOT_SO = {
    "Orders can be taken.": "Orders cannot be taken.",
    "The customers may write.": "Mend these before the first customer writes.",
}
MARK = {Severity.HEALTHY: "ok", Severity.DEGRADED: "DEGRADED", Severity.UNHEALTHY: "FAILED"}


@command(
    None,
    "doctor",
    example="flask doctor\nflask doctor --online\nflask doctor --staging\nflask doctor --strict --json > doctor.json",
)
@json_option
@click.option("--strict", is_flag=True, help="Exit 1 also when something is only degraded.")
@click.option("--online", is_flag=True, help="Also ask Twilio, Telegram and OpenAI: credentials and webhooks.")
@click.option("--staging", is_flag=True, help="All of it, and what must be so before the first customer writes.")
@click.pass_context
def command_doctor(context: click.Context, as_json: bool, strict: bool, online: bool, staging: bool) -> None:
    """Check everything an order needs. Exit 0: orders can be taken; 1: they cannot."""
    findings = run_all(_asked_for(online, staging), current_runtime())
    summary = report(findings)
    if as_json:
        print_json(summary)
    else:
        _print(findings, summary, "The customers may write." if staging else "Orders can be taken.")
    limit = Severity.DEGRADED if strict else Severity.UNHEALTHY
    context.exit(FAILED if worst(f.severity for f in findings) >= limit else 0)


def _asked_for(online: bool, staging: bool) -> tuple[Check, ...]:
    if not staging:
        return DOCTOR + (ONLINE if online else ())
    from handlers.checks.staging_list import STAGING

    return DOCTOR + ONLINE + STAGING


def report(findings: Sequence[Finding]) -> dict[str, Any]:
    """`{status, total: {checks, healthy, degraded, unhealthy}, groups: [{name, total, checks: [...]}]}`."""
    grouped = groupby(findings, key=lambda finding: finding.check.group)
    return {
        "status": worst(f.severity for f in findings).word,
        "total": count(findings),
        "groups": [_group(name, list(members)) for name, members in grouped],
    }


def count(findings: Sequence[Finding]) -> dict[str, int]:
    by_severity = {s.word: sum(1 for f in findings if f.severity is s) for s in Severity}
    return {"checks": len(findings), **by_severity}


def _group(name: str, findings: list[Finding]) -> dict[str, Any]:
    return {
        "name": name,
        "total": count(findings),
        "checks": [{"name": f.check.name, **f.as_json(), "fix": f.check.fix if f.severity else None} for f in findings],
    }


def _print(findings: Sequence[Finding], summary: dict[str, Any], well: str) -> None:
    rows = [
        (
            f.check.group,
            f.check.name,
            MARK[f.severity],
            f.reason or _facts(f),
            f"fix: {f.check.fix}" if f.severity else "",
        )
        for f in findings
    ]
    print_table("Can an order be taken right now?", ("group", "check", "result", "found", "what to do"), rows)
    total = summary["total"]
    click.echo(
        f"{total['checks']} checks: {total['healthy']} ok, {total['degraded']} degraded, {total['unhealthy']} failed."
        f" {well if not total['unhealthy'] else NOT_SO[well]}"
    )


def _facts(finding: Finding) -> str:
    return ", ".join(f"{name} {_fact(value)}" for name, value in finding.facts.items() if value is not None)


def _fact(value: Any) -> str:
    return ", ".join(f"{name} {part}" for name, part in value.items()) if isinstance(value, dict) else str(value)
