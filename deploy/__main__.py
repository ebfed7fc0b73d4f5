"""`python -m deploy release REF | rollback | status`: eight steps, each named; any that fails takes everything back."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from deploy.host import PORTS, Host
from deploy.release import Release, Rollback
from deploy.services import Plain, Services, Systemd
from deploy.steps import Report, run

HERE = Path(__file__).resolve().parents[1]


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    ports = dict(zip(PORTS, chosen.ports, strict=True)) if chosen.ports else PORTS
    host = Host(chosen.root, chosen.settings, ports, chosen.reload, chosen.venv)
    services: Services = Systemd() if chosen.services == "systemd" else Plain(host)
    if chosen.command == "status":
        return _status(host, services)
    plan = (
        Rollback(host, services)
        if chosen.command == "rollback"
        else Release(host, services, chosen.source, chosen.ref, chosen.watch)
    )
    steps = plan.steps()
    if chosen.dry_run:
        _tell("\n".join(f"{number}/{len(steps)} {step.name}" for number, step in enumerate(steps, 1)))
        steps = steps[:1]
    report = run(steps, Report(chosen.command, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())), _tell)
    if report.failed or chosen.dry_run:
        return _end(host, report, "NOT VERIFIED" if report.failed else "dry run: only the pre-flight was done")
    last = plan.release if isinstance(plan, Rollback) else plan
    _tell(f"    {last.retire_old()}")
    verified = next(done.said for done in report.done if done.step == "smoke")
    return _end(
        host,
        report,
        f"{verified}\n{host.serving} serves commit {host.released(host.serving)} on port {host.ports[host.serving]}",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy", description="Brings a release onto this host. Example: python -m deploy release v1.4.0"
    )
    parser.add_argument("--root", type=Path, default=Path("/opt/tria"), help="where releases lie (default /opt/tria)")
    parser.add_argument(
        "--settings", type=Path, default=Path("/etc/tria/tria.env"), help="the settings of all processes"
    )
    parser.add_argument("--services", choices=("systemd", "plain"), default="systemd", help="who runs the processes")
    parser.add_argument("--ports", type=int, nargs=2, metavar=("BLUE", "GREEN"), help="default 8003 8013")
    parser.add_argument("--reload", default="", metavar="COMMAND", help="makes the proxy read ROOT/upstream again")
    parser.add_argument("--venv", type=Path, help="an environment that is there, instead of one for each release")
    parser.add_argument("--dry-run", action="store_true", help="name the steps and do the pre-flight only")
    commands = parser.add_subparsers(dest="command", required=True)
    release = commands.add_parser("release", help="bring a commit, tag or branch onto this host")
    release.add_argument("ref", help="which commit of the checkout")
    release.add_argument("--source", type=Path, default=HERE, help="the checkout (default: this one)")
    release.add_argument("--watch", default="60s", help="how long to look on before the old processes go (default 60s)")
    commands.add_parser("rollback", help="go back to the release before")
    commands.add_parser("status", help="which colour serves, and what runs")
    return parser


def _status(host: Host, services: Services) -> int:
    for colour in host.ports:
        down = services.down(colour) if host.released(colour) else []
        state = "serves" if colour == host.serving else "idle"
        _tell(
            f"{colour}: {state}, commit {host.released(colour) or 'none'}, port {host.ports[colour]}, down: {', '.join(down) or 'nothing'}"
        )
    return 0 if host.serving and not services.down(host.serving) else 1


def _end(host: Host, report: Report, words: str) -> int:
    """The report stays on the host; nothing of it is secret."""
    folder = host.root / "deploys"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report.began.replace(':', '')}-{report.what}.json"
    path.write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
    _tell(f"{words}\nreport: {path}" + (f"\nfailed at step: {report.failed}" if report.failed else ""))
    return 1 if report.failed else 0


def _tell(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
