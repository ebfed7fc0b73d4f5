"""Units, image and compose file: what they must say, and that the service manager takes them."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import ROOT
from deploy.host import PORTS, read_settings
from deploy.services import KINDS, procfile

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
IMAGE = (DEPLOY / "Dockerfile").read_text("utf-8")


def unit(path: Path) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[method-assign,assignment]
    found.read_string(path.read_text("utf-8"))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_unit_runs_the_command_of_the_procfile_as_an_account_that_may_do_little(kind: str) -> None:
    found = unit(DEPLOY / "systemd" / f"tria-{kind}@.service")["Service"]
    command = " ".join(procfile(ROOT / "Procfile")[kind])
    assert found["ExecStart"].replace('"', "").removeprefix("/opt/tria/%i/.venv/bin/") == command
    assert (found["User"], found["Restart"], found["NoNewPrivileges"], found["ProtectSystem"]) == (
        "tria",
        "always",
        "yes",
        "strict",
    )
    assert int(found["TimeoutStopSec"]) >= 20


@pytest.mark.parametrize("colour", PORTS)
def test_a_colour_has_the_port_that_the_deploy_asks(colour: str) -> None:
    assert read_settings(DEPLOY / "systemd" / f"{colour}.env") == {"PORT": str(PORTS[colour])}


def test_the_service_manager_takes_the_units(tmp_path: Path) -> None:
    """Where there is one: their programs are this checkout's for the question."""
    for path in [*UNITS, *(DEPLOY / "systemd").glob("*.timer")]:
        words = re.sub(r"/opt/tria/(?:%i|current)", str(ROOT), path.read_text("utf-8"))
        (tmp_path / path.name).write_text(words, encoding="utf-8")
        assert "\t" not in words
    checker = shutil.which("systemd-analyze") or "true"
    done = subprocess.run(
        [checker, "verify", *map(str, tmp_path.glob("tria*"))], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_backup_is_made_every_night() -> None:
    assert "backup create" in unit(DEPLOY / "systemd" / "tria-backup.service")["Service"]["ExecStart"]
    timer = unit(DEPLOY / "systemd" / "tria-backup.timer")["Timer"]
    assert (timer["OnCalendar"].endswith("02:30:00"), timer["Persistent"]) == (True, "yes")


def test_the_image_is_slim_not_roots_and_says_which_commit_it_is() -> None:
    assert len(re.findall(r"^FROM python:3\.11-slim", IMAGE, re.MULTILINE)) == 2
    user = re.findall(r"^USER (\S+)", IMAGE, re.MULTILINE)
    assert user == ["10001:10001"]
    for words in ("HEALTHCHECK", "image.revision", "embedded/install.py requirements.txt", "STOPSIGNAL SIGTERM"):
        assert words in IMAGE
    assert not re.search(r"(TOKEN|SECRET|PASSWORD|KEY)=\S", IMAGE)
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").split()
    assert {".git", ".env", "var", ".venv"} <= set(ignored)


def test_compose_has_every_process_and_a_health_check_for_each_that_stays() -> None:
    assert set(SERVICES) == {"postgres", "redis", "chroma", "release", "web", "worker", "sweeper", "backup", "proxy"}
    assert [name for name, each in SERVICES.items() if "healthcheck" not in each] == ["release"]
    commands = procfile(ROOT / "Procfile")
    for name in ("release", "worker", "sweeper"):
        assert SERVICES[name]["command"] == commands[name]


def test_compose_opens_one_port_to_the_world_and_it_is_the_proxys() -> None:
    assert {name: each["ports"] for name, each in SERVICES.items() if "ports" in each} == {"proxy": ["443:443"]}


def test_compose_migrates_before_it_serves_and_waits_for_what_is_healthy() -> None:
    assert SERVICES["release"]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    for name in ("web", "worker", "sweeper"):
        assert SERVICES[name]["depends_on"]["release"] == {"condition": "service_completed_successfully"}
        assert SERVICES[name]["depends_on"]["redis"] == {"condition": "service_healthy"}
    assert SERVICES["proxy"]["depends_on"]["web"] == {"condition": "service_healthy"}


def test_compose_keeps_secrets_in_files_and_gives_our_processes_no_rights() -> None:
    text = (DEPLOY / "compose.yml").read_text("utf-8")
    assert not re.search(r"(?i)(password|token|secret|key)\s*[:=]\s*['\"]?[a-z0-9]{8,}", text)
    assert all("file" in each for each in COMPOSE["secrets"].values())
    for name in ("web", "worker", "sweeper", "release", "backup"):
        each = SERVICES[name]
        assert (each["read_only"], each["cap_drop"], each["security_opt"]) == (
            True,
            ["ALL"],
            ["no-new-privileges:true"],
        )


def test_redis_of_compose_forgets_nothing_and_wants_a_password() -> None:
    command = " ".join(SERVICES["redis"]["command"])
    for words in ("--appendonly yes", "--maxmemory-policy noeviction", "--requirepass"):
        assert words in command


def test_the_proxy_shows_a_page_of_its_own_and_a_503_while_nobody_answers() -> None:
    proxy = (DEPLOY / "Caddyfile").read_text("utf-8")
    for words in ("reverse_proxy", "handle_errors", "status 503", "Retry-After", "/maintenance.html"):
        assert words in proxy
    assert "not lost" in (DEPLOY / "maintenance.html").read_text("utf-8")
