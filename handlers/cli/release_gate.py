"""`flask release-gate`: may this code go to customers? GO is printed only from what commands just showed."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.settings import ROOT
from handlers.cli.command import FAILED, command, json_option, print_json, print_table
from handlers.current import current_runtime
from handlers.gate import review
from handlers.gate.evidence import Evidence, code_digest, gather, no_errors_in_logs
from handlers.gate.gates import Gate, Tier, gates_of
from handlers.gate.judge import NO_GO, Decision, Judged, as_markdown, decide

EVIDENCE = ROOT / "var" / "evidence"
LOGS = ROOT / "var" / "log"
LOGS_GATE = "logs"


@command(
    None,
    "release-gate",
    example="flask release-gate --tier mvp\nflask release-gate --tier production\nflask release-gate --tier excellent --read-only --json",
)
@click.option("--tier", type=click.Choice([tier.word for tier in Tier]), default="production", show_default=True)
@click.option("--read-only", is_flag=True, help="Run nothing: what has no fresh evidence is not passed.")
@click.option(
    "--logs", type=click.Path(path_type=Path, file_okay=False), default=LOGS, help="Where the processes' logs lie."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Also write the review as Markdown.")
@click.option("--schema", "only_schema", is_flag=True, help="Print the JSON schema of the decision and end.")
@json_option
@click.pass_context
def command_release_gate(
    context: click.Context, tier: str, read_only: bool, logs: Path, out: Path | None, only_schema: bool, as_json: bool
) -> None:
    """Run what has no fresh evidence, ask the running house, and decide. Exit 0 only for GO.

    Tests come first, orders last. Evidence counts for the code as it is now: any changed file makes it worth nothing.
    """
    if only_schema:
        print_json(review.schema())
        return
    chosen, now = Tier[tier.upper()], current_runtime().clock()
    found = decide(chosen, gates_of(chosen), EVIDENCE, code_digest(), now, None if read_only else _gather)
    found = Decision(found.tier, found.code, (*found.judged, _judge_logs(found, logs)))
    review.keep(found, EVIDENCE)
    if out:
        out.write_text(as_markdown(found), encoding="utf-8")
    if as_json:
        print_json(found.as_json())
    else:
        _show(found)
    context.exit(FAILED if found.word == NO_GO else 0)


def _gather(gate: Gate) -> Evidence:
    """What the command shows, with the settings of this process: the suite brings its own."""
    click.echo(f"{gate.name}: {' '.join(gate.command)}", err=True)
    runtime = current_runtime()
    addresses = {
        "DATABASE_URL": runtime.settings.database_url,
        "REDIS_URL": runtime.settings.redis_url.get_secret_value(),
    }
    live = {name: value for name, value in addresses.items() if value} if gate.live else {}
    found = gather(gate.name, gate.command, EVIDENCE, env={**os.environ, **live})
    click.echo(f"    {'passed' if found.ok else f'ended with {found.exit_code}'}: {found.said}", err=True)
    return found


def _judge_logs(decision: Decision, logs: Path) -> Judged:
    """From the moment on in which the smoke test began: what it made the processes say."""
    smoke = next((each for each in decision.judged if each.gate == "smoke"), None)
    began = smoke.began if smoke else ""
    words = no_errors_in_logs(logs, datetime.fromisoformat(began)) if began else "the smoke test was not run"
    said = f"no error in {logs} since {began}" if not words else ""
    return Judged(
        LOGS_GATE, "running house", f"read {logs}", words, began, datetime.now(UTC).isoformat(timespec="seconds"), said
    )


def _show(found: Decision) -> None:
    rows = [
        (
            each.category,
            each.gate,
            "passed" if each.ok else "NOT PASSED",
            each.against or each.said,
            each.ended,
            each.command,
        )
        for each in found.judged
    ]
    print_table(
        f"Release gate, tier {found.tier.word}", ("category", "gate", "result", "because", "at", "command"), rows
    )
    for name, part in found.score.items():
        click.echo(f"{name}: {part}")
    smoke = next((each for each in found.judged if each.gate == "smoke"), None)
    verified = f"order path verified at {smoke.ended}" if smoke and smoke.ok else "order path NOT VERIFIED"
    click.echo(f"{found.word} for {found.tier.word}, code {found.code}; {verified}. Evidence: {EVIDENCE}")
