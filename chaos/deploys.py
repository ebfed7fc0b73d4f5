"""`make deploy-drill`: releases brought out and taken back on a house under traffic, each failing as it may, and every order counted.

The host is a folder, the processes are those of the Procfile, the proxy is one of ours that follows the deploy's own file.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from bot.settings import ROOT
from chaos.customers import Customers
from chaos.house import House, house
from chaos.invariants import violations
from chaos.proxy import Proxy
from deploy.__main__ import main as deploy
from embedded.ports import free_port
from models import schema

RATE, BEFORE_S = 6.0, 2.0
BROKEN_WORKER = 'raise SystemExit("this release is broken")\n'
MIGRATION = '''"""A column that only the newer release knows."""

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{head}"
branch_labels = depends_on = None


def upgrade() -> None:
    {up}


def downgrade() -> None:
    op.drop_column("outlets", "drilled")
'''
ADDS = 'op.add_column("outlets", sa.Column("drilled", sa.Text(), nullable=True))'
FAILS = 'op.execute("SELECT 1 / 0")'


class Following(Proxy):
    """Sends each new connection where the deploy's upstream file says."""

    def __init__(self, upstream: Path) -> None:
        self._upstream = upstream
        super().__init__(0)

    @property
    def target(self) -> int:
        return int(self._upstream.read_text("ascii"))

    @target.setter
    def target(self, port: int) -> None:
        return


@dataclass
class Drill:
    """One house, one host, a copy of the repository to commit to."""

    house: House
    root: Path
    source: Path
    ports: tuple[int, int]
    customers: Customers
    problems: list[str] = field(default_factory=list)

    def run(self, *words: str) -> int:
        common = [
            "--root",
            str(self.root),
            "--settings",
            str(self.house.folder / "host.env"),
            "--services",
            "plain",
            "--venv",
            str(ROOT / ".venv"),
        ]
        return deploy([*common, "--ports", *map(str, self.ports), *words])

    def release(self, ref: str, wanted: int, what: str) -> None:
        """Under traffic, when something serves already."""
        with self.traffic() if (self.root / "state.json").exists() else contextlib.nullcontext():
            found = self.run("release", ref, "--source", str(self.source), "--watch", "4s")
        self.must(found == wanted, f"{what}: ended with {found}, not {wanted}")

    def commit(self, change: Callable[[Path], object], words: str) -> str:
        change(self.source)
        self.git("add", "-A")
        self.git("-c", "user.name=drill", "-c", "user.email=drill@localhost", "commit", "-q", "-m", words)
        return self.git("rev-parse", "HEAD")

    def back_to(self, commit: str) -> None:
        self.git("reset", "-q", "--hard", commit)

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=self.source, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout.strip()

    @contextlib.contextmanager
    def traffic(self) -> Iterator[None]:
        """Customers order, at a steady rate, from before the block until after it."""
        over = threading.Event()

        def order() -> None:
            while not over.is_set():
                self.customers.order_at_rate(self.house.phones(40), RATE, 1.0)

        ordering = threading.Thread(target=order)
        ordering.start()
        time.sleep(BEFORE_S)
        try:
            yield
        finally:
            over.set()
            ordering.join()

    def must(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.problems.append(otherwise)

    def count(self, what: str) -> str:
        """Every order that was accepted is there once; the figures."""
        self.customers.wait(90)
        self.must(self.house.drained(60) is not None, f"{what}: messages are left over")
        found = violations(self.house, self.customers.said, crashes_while_sending=2)
        self.problems += [f"{what}: {each}" for each in found]
        said = self.customers.said
        refused = sum(not each.accepted for each in said)
        return f"{len(said)} messages, {len(said) - refused} taken, {refused} refused, {len(found)} lost or twice"


def main() -> int:
    console = Console(highlight=False, width=150)
    with house(outlets=40) as opened, _drill(opened) as drill:
        head = drill.git("rev-parse", "HEAD")
        drill.release(head, 0, "the first release")
        newer = drill.commit(lambda tree: (tree / "NEWS").write_text("drill\n"), "A newer release")
        drill.release(newer, 0, "a newer release beside the older")
        console.print(f"== blue-green under {RATE:g} messages a second: {drill.count('blue-green')}")
        broken = drill.commit(_break_the_worker, "A release that is broken")
        drill.release(broken, 1, "a broken release")
        drill.must(_served(drill) == newer[:12], "a broken release serves")
        drill.back_to(newer)
        drill.release(drill.commit(_migration(FAILS), "A migration that fails"), 1, "a migration that fails")
        console.print(f"== two failed releases: {drill.count('failed releases')}")
        drill.back_to(newer)
        drill.release(drill.commit(_migration(ADDS), "A migration"), 0, "a release with a migration")
        with drill.traffic():
            drill.must(drill.run("rollback") == 0, "the roll-back failed")
        drill.must(_served(drill) == newer[:12], "the roll-back left the newer release serving")
        revision = opened.one("SELECT version_num FROM alembic_version")
        drill.must(revision == schema.head_revision(), f"the schema is at {revision} after the roll-back")
        console.print(f"== a migration and the roll-back: {drill.count('roll-back')}")
        for problem in drill.problems:
            console.print(f"FAILED {problem}", style="red", markup=False)
        console.print(
            "every release and roll-back did what it must" if not drill.problems else f"{len(drill.problems)} problems"
        )
        return 1 if drill.problems else 0


@contextlib.contextmanager
def _drill(opened: House) -> Iterator[Drill]:
    root, source = opened.folder / "host", opened.folder / "source"
    root.mkdir()
    subprocess.run(["git", "clone", "-q", str(ROOT), str(source)], check=True, timeout=120)
    backups = {"BACKUP_DIR": str(opened.folder / "backups")}
    settings = "".join(
        f"{name}={value}\n" for name, value in (opened.environment | backups).items() if name != "PYTHONPATH"
    )
    (opened.folder / "host.env").write_text(settings, encoding="utf-8")
    proxy = Following(root / "upstream")
    customers = Customers(opened, 5, port=proxy.port)
    drill = Drill(opened, root, source, (free_port(), free_port()), customers)
    try:
        yield drill
    finally:
        from deploy.host import Host
        from deploy.services import Plain

        customers.close()
        services = Plain(Host(root, opened.folder / "host.env", dict(zip(("blue", "green"), drill.ports, strict=True))))
        for colour in ("blue", "green"):
            services.stop(colour)
        proxy.close()


def _served(drill: Drill) -> str:
    from deploy.host import Host

    host = Host(drill.root, drill.house.folder / "host.env", dict(zip(("blue", "green"), drill.ports, strict=True)))
    return host.released(host.serving)


def _break_the_worker(tree: Path) -> None:
    path = tree / "jobs" / "worker.py"
    path.write_text(path.read_text("utf-8").replace("def main(", f"{BROKEN_WORKER}\n\ndef main(", 1), encoding="utf-8")


def _migration(up: str) -> Callable[[Path], None]:
    def add(tree: Path) -> None:
        words = MIGRATION.format(head=schema.head_revision(), up=up)
        (tree / "migrations" / "versions" / "9001_drill.py").write_text(words, encoding="utf-8")

    return add


if __name__ == "__main__":
    sys.exit(main())
