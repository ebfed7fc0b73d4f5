"""The host: where releases lie, which colour serves, and commands run inside a release with the host's settings.

ROOT/releases/<commit>/   the code of a release, with its .venv and release.env
ROOT/blue, ROOT/green     links to the releases that the colours run
ROOT/state.json           which colour serves
ROOT/upstream             the port that the proxy sends requests to
ROOT/deploys/             a report of each deploy
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PORTS = {"blue": 8003, "green": 8013}
LONG_S = 600


class StepFailed(Exception):
    """A step could not do its work; the text says why and is for whoever deploys."""


@dataclass(frozen=True, slots=True)
class Host:
    """`reload` is what makes the proxy read the upstream file again; empty where it notices by itself."""

    root: Path
    settings: Path
    ports: Mapping[str, int]
    reload: str = ""
    venv: Path | None = None
    """An environment that is there already, instead of one for each release."""

    def release(self, commit: str) -> Path:
        return self.root / "releases" / commit

    def slot(self, colour: str) -> Path:
        return self.root / colour

    def released(self, colour: str) -> str:
        """The commit that a colour runs; empty for none."""
        slot = self.slot(colour)
        return slot.resolve().name if slot.is_symlink() else ""

    @property
    def serving(self) -> str:
        """The colour; empty before the first deploy."""
        try:
            return str(json.loads((self.root / "state.json").read_text("utf-8"))["serving"])
        except (OSError, ValueError, KeyError):
            return ""

    @property
    def idle(self) -> str:
        return next(colour for colour in self.ports if colour != self.serving)

    def serve(self, colour: str) -> None:
        """The switch: the proxy's port first, then what we remember of it."""
        _write(self.root / "upstream", f"{self.ports[colour]}\n")
        if self.reload:
            done = subprocess.run(shlex.split(self.reload), capture_output=True, text=True, check=False, timeout=60)
            if done.returncode:
                raise StepFailed(f"the proxy could not be reloaded: {done.stderr.strip()[-300:]}")
        _write(self.root / "state.json", json.dumps({"serving": colour, "commit": self.released(colour)}) + "\n")

    def python(self, release: Path) -> Path:
        return (self.venv or release / ".venv") / "bin" / "python"

    def environment(self, release: Path, colour: str = "") -> dict[str, str]:
        """The host's settings, the release's own, and the colour's port. What else stands in our environment that a setting could
        be mistaken for is left out."""
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "SSL_CERT_FILE") if name in os.environ
        }
        found = kept | read_settings(self.settings) | read_settings(release / "release.env")
        found["PATH"] = f"{self.python(release).parent}{os.pathsep}{kept.get('PATH', os.defpath)}"
        if colour:
            found["PORT"] = str(self.ports[colour])
            found["PROMETHEUS_MULTIPROC_DIR"] = str(self.root / "run" / colour / "metrics")
        return found

    def flask(self, release: Path, *words: str, timeout_s: int = LONG_S) -> str:
        """What `flask ...` of that release prints. Raises StepFailed with its last words."""
        argv = [str(self.python(release)), "-m", "flask", *words]
        done = subprocess.run(
            argv,
            cwd=release,
            env=self.environment(release),
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
        )
        if done.returncode:
            words_said = (done.stderr.strip() or done.stdout.strip())[-600:]
            raise StepFailed(f"`flask {' '.join(words)}` ended with {done.returncode}: {words_said}")
        return done.stdout


def read_settings(path: Path) -> dict[str, str]:
    """`NAME=value` lines, as systemd reads them: quotes around a value are taken off, comments are lines of their own."""
    if not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, equals, value in pairs if equals}


def point(link: Path, target: Path) -> None:
    """In one step, so that nobody ever finds no link."""
    beside = link.with_name(f".{link.name}.new")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    beside.replace(link)


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
