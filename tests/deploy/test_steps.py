"""Steps of a deploy: in their order, timed, named when they fail, and taken back from the end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy.__main__ import main
from deploy.host import Host, StepFailed, point, read_settings
from deploy.release import Release, Rollback, _can_go_back
from deploy.services import Plain, procfile
from deploy.steps import Report, Step, run

ORDER = ["pre-flight", "backup", "migrate", "start", "health", "smoke", "switch", "watch"]
PORTS = {"blue": 1, "green": 2}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    (tmp_path / "releases" / "abc").mkdir(parents=True)
    (tmp_path / "tria.env").write_text("# ours\nDATABASE_URL=\"postgresql://x/y\"\n\nREDIS_URL='redis://'\nEMPTY=\n")
    return Host(tmp_path, tmp_path / "tria.env", PORTS)


def played(failing: str) -> tuple[list[str], Report, list[str]]:
    """What was done and undone of the eight steps when `failing` fails, and what was told."""
    seen: list[str] = []
    told: list[str] = []

    def do(name: str) -> str:
        seen.append(name)
        if name == failing:
            raise StepFailed("because")
        return f"{name} done"

    def undo(name: str) -> str:
        seen.append(f"undo {name}")
        return "as before"

    steps = [Step(name, lambda name=name: do(name), lambda name=name: undo(name)) for name in ORDER]  # type: ignore[misc]
    return seen, run(steps, Report("release", "now"), told.append), told


@pytest.mark.parametrize("failing", ORDER)
def test_a_step_that_fails_is_named_and_what_was_done_is_taken_back_from_its_end(failing: str) -> None:
    seen, report, told = played(failing)
    number = ORDER.index(failing) + 1
    assert seen == ORDER[:number] + [f"undo {name}" for name in reversed(ORDER[:number])]
    assert report.failed == failing
    assert f"{number}/8 {failing} ..." in told
    assert "because" in report.as_json()["done"][-1]["said"]


def test_steps_that_go_well_are_not_taken_back() -> None:
    seen, report, _ = played("none")
    assert seen == ORDER
    assert (report.failed, report.undone, report.as_json()["ok"]) == ("", [], True)


def test_a_step_that_cannot_be_taken_back_is_told_and_the_others_are_all_the_same() -> None:
    def broken() -> str:
        raise OSError("no such host")

    told: list[str] = []
    steps = [Step("a", lambda: "", lambda: "fine"), Step("b", lambda: "", broken), Step("c", broken)]
    report = run(steps, Report("release", "now"), told.append)
    assert [(each.step, each.ok) for each in report.undone] == [("b", False), ("a", True)]
    assert any("COULD NOT BE TAKEN BACK: b" in line for line in told)


def test_a_release_migrates_before_code_and_switches_after_orders_were_placed(host: Host) -> None:
    steps = [step.name for step in Release(host, Plain(host), Path(), "HEAD", "1s").steps()]
    assert steps == ORDER
    assert (
        steps.index("backup")
        < steps.index("migrate")
        < steps.index("start")
        < steps.index("smoke")
        < steps.index("switch")
    )
    assert [step.name for step in Rollback(host, Plain(host)).steps()] == [
        "schema" if name == "migrate" else name for name in ORDER
    ]


def test_the_switch_names_the_port_and_who_serves(host: Host) -> None:
    assert (host.serving, host.idle) == ("", "blue")
    point(host.slot("blue"), host.release("abc"))
    host.serve("blue")
    assert (host.serving, host.idle, host.released("blue"), host.released("green")) == ("blue", "green", "abc", "")
    assert (host.root / "upstream").read_text() == "1\n"
    refusing = Host(host.root, host.settings, PORTS, reload="sh -c 'echo no proxy >&2; exit 1'")
    with pytest.raises(StepFailed, match="no proxy"):
        refusing.serve("green")
    assert host.serving == "blue", "what the proxy did not take is not what serves"


def test_settings_are_read_as_systemd_reads_them(host: Host) -> None:
    assert read_settings(host.settings) == {"DATABASE_URL": "postgresql://x/y", "REDIS_URL": "redis://", "EMPTY": ""}


def test_a_command_of_a_release_sees_the_hosts_settings_and_none_of_ours(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody/elses")
    monkeypatch.setenv("LLM", "off")
    (host.release("abc") / "release.env").write_text("GIT_COMMIT=abc\n")
    found = host.environment(host.release("abc"), "green")
    assert (found["DATABASE_URL"], found["GIT_COMMIT"], found["PORT"]) == ("postgresql://x/y", "abc", "2")
    assert "LLM" not in found


def test_settings_that_are_missing_end_the_pre_flight_by_name(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--root", str(host.root), "--settings", str(host.settings), "--services", "plain", "release", "HEAD"])
    said = capsys.readouterr().out
    assert code == 1
    assert "lacks SECRET_KEY, API_TOKEN" in said
    assert "NOT VERIFIED" in said
    assert "failed at step: pre-flight" in said
    (report,) = (host.root / "deploys").glob("*.json")
    assert json.loads(report.read_text())["failed"] == "pre-flight"


def test_a_roll_back_without_a_release_before_says_so(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(host.root), "--settings", str(host.settings), "--services", "plain", "rollback"]) == 1
    assert "there is no release before this one" in capsys.readouterr().out


def test_a_migration_that_cannot_go_back_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "migrations" / "versions"
    folder.mkdir(parents=True)
    (folder / "0001_fine.py").write_text("def upgrade():\n    pass\ndef downgrade():\n    drop()\n")
    (folder / "0002_final.py").write_text("def upgrade():\n    pass\ndef downgrade():\n    raise RuntimeError('no')\n")
    assert [_can_go_back(tmp_path, name) for name in ("0001", "0002", "0003")] == [True, False, False]


def test_every_process_that_is_started_is_one_of_the_procfile() -> None:
    from bot.settings import ROOT
    from deploy.services import KINDS

    assert set(KINDS) | {"release"} == set(procfile(ROOT / "Procfile"))
