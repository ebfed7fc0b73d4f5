"""The gate says GO only from fresh evidence of this very code, counts its score, and asks the running house last."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from jsonschema import ValidationError, validate

from bot.settings import ROOT
from handlers.gate import review
from handlers.gate.evidence import Evidence, all_tests_passed, code_digest, gather, kept, no_errors_in_logs
from handlers.gate.gates import GATES, Gate, Tier, gates_of
from handlers.gate.judge import GO, NO_GO, Decision, as_markdown, decide
from tests.handlers.cli.conftest import Terminal
from tests.handlers.cli.conftest import flask as flask

NOW = datetime.now(UTC)


def gate(name: str, *program: str, tier: Tier = Tier.MVP, live: bool = False, runs_tests: bool = False) -> Gate:
    command = (sys.executable, "-c", *program)
    return Gate(name, "part " + name[0], tier, command, runs_tests=runs_tests, live=live)


FINE = gate("a1", "print('3 passed in 1 s')", runs_tests=True)
LIVE = gate("b1", "print('order path verified')", live=True)


@pytest.fixture
def house(tmp_path: Path) -> Callable[..., Decision]:
    """Judges gates in a small tree of code of its own."""
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "code.py").write_text("x = 1\n")

    def judge(*gates: Gate, run: bool = True, now: datetime = NOW) -> Decision:
        folder = tmp_path / "evidence"

        def gathered(each: Gate) -> Evidence:
            return gather(each.name, each.command, folder, root=tmp_path)

        return decide(Tier.MVP, gates, folder, code_digest(tmp_path), now, gathered if run else None)

    judge.root = tmp_path  # type: ignore[attr-defined]
    return judge


def test_go_is_said_when_every_gate_was_shown_to_pass(house: Callable[..., Decision]) -> None:
    found = house(FINE, LIVE)
    assert (found.word, found.score) == (GO, {"part a": "1 of 1", "part b": "1 of 1", "total": "2 of 2"})
    assert found.judged[0].said == "3 passed in 1 s"
    assert found.judged[0].ended >= found.judged[0].began


def test_one_gate_that_fails_is_enough_for_no_go_and_is_named_with_its_command(house: Callable[..., Decision]) -> None:
    broken = gate("a2", "print('sorry'); raise SystemExit(3)")
    found = house(FINE, broken, LIVE)
    assert (found.word, found.score["total"], found.score["part a"]) == (NO_GO, "2 of 3", "1 of 2")
    judged = found.judged[1]
    assert (judged.ok, judged.against, judged.said) == (False, "ended with 3", "sorry")
    assert "**ended with 3**" in as_markdown(found)


@pytest.mark.parametrize(("words", "against"), [
    ("print('0 passed')", "no test ran"), ("print('nothing at all')", "no test ran"), ("print('2 failed, 5 passed')", "2 failed"),
    ("print('5 passed, 1 error')", "1 failed"),
])  # fmt: skip
def test_an_exit_code_alone_does_not_say_that_tests_passed(
    house: Callable[..., Decision], words: str, against: str
) -> None:
    found = house(gate("a1", words, runs_tests=True))
    assert (found.word, found.judged[0].against) == (NO_GO, against)


RUN_TESTS = [each for each in GATES if each.runs_tests and "pytest" in each.command]


@pytest.mark.parametrize("each", RUN_TESTS, ids=lambda each: each.name)
def test_a_gate_that_runs_tests_lets_pytest_say_how_many_passed(each: Gate, tmp_path: Path) -> None:
    """One `-q` beside the one of the project's own settings takes that line away, and the gate could never be passed."""
    quick = [word for word in each.command if not word.startswith("tests/")] + ["tests/test_critical_paths.py"]
    assert gather(each.name, quick, tmp_path).ok
    assert all_tests_passed(tmp_path / f"{each.name}.log") == ""


def test_nothing_is_go_without_evidence_and_nothing_is_run_to_read_it(house: Callable[..., Decision]) -> None:
    found = house(FINE, LIVE, run=False)
    assert (found.word, {each.against for each in found.judged}) == (NO_GO, {"there is no evidence"})
    assert house(FINE, LIVE).word == GO
    assert house(FINE, LIVE, run=False).word == GO
    assert house(run=False).word == NO_GO, "no gate at all decides nothing"


def test_evidence_of_other_code_counts_for_nothing(house: Callable[..., Decision]) -> None:
    assert house(FINE).word == GO
    (house.root / "bot" / "code.py").write_text("x = 2\n")  # type: ignore[attr-defined]
    found = house(FINE, run=False)
    assert found.word == NO_GO
    assert "of other code" in found.judged[0].against
    assert house(FINE).word == GO


def test_old_evidence_is_gathered_again(house: Callable[..., Decision]) -> None:
    assert house(FINE).word == GO
    later = NOW + timedelta(hours=25)
    assert "showed is from" in house(FINE, run=False, now=later).judged[0].against


def test_what_is_fresh_is_read_and_the_running_house_is_asked_anew(house: Callable[..., Decision]) -> None:
    folder = house.root / "evidence"  # type: ignore[attr-defined]
    house(FINE, LIVE)
    for name in ("a1", "b1"):
        written = json.loads((folder / f"{name}.json").read_text())
        (folder / f"{name}.json").write_text(json.dumps(written | {"said": "from before"}))
    read, asked = house(FINE, LIVE).judged
    assert (read.said, asked.said) == ("from before", "order path verified")


def test_tests_come_before_the_orders_that_let_anybody_declare_success() -> None:
    names = [each.name for each in GATES]
    live = [each.live for each in GATES]
    assert live == sorted(live)
    assert names.index("suite") < names.index("schema") < names.index("smoke") < names.index("ledger")
    assert len(set(names)) == len(names)


def test_a_higher_tier_asks_everything_that_a_lower_one_asks() -> None:
    low, middle, high = (set(gates_of(tier)) for tier in Tier)
    assert low < middle < high == set(GATES)
    assert {each.name for each in low} == {"schema", "doctor", "smoke", "ledger"}
    assert {"suite", "security", "load", "runbook", "alerts", "backup", "restore", "docs"} <= {
        each.name for each in middle
    }


def test_every_target_that_a_gate_makes_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {each.command[1] for each in GATES if each.command[0] == "make"} - targets == set()


def test_errors_that_the_processes_logged_since_are_found(tmp_path: Path) -> None:
    assert "there is no log" in no_errors_in_logs(tmp_path, NOW)

    def line(level: str, at: datetime, words: str) -> str:
        return json.dumps({"event": words, "level": level, "timestamp": at.isoformat()}) + "\n"

    old, new = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)
    log = tmp_path / "worker.log"
    log.write_text(line("error", old, "before") + line("info", new, "fine") + "not ours\n[1]\n")
    assert no_errors_in_logs(tmp_path, NOW) == ""
    log.write_text(log.read_text() + line("critical", new, "it broke"))
    assert no_errors_in_logs(tmp_path, NOW) == "1 errors: worker: it broke"


def test_evidence_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / "a1.json").write_text("{")
    assert kept("a1", tmp_path) is None
    assert all_tests_passed(tmp_path / "no.log") == "no test ran"


def test_the_command_says_no_go_and_exits_1_where_nothing_was_shown(flask: Terminal, tmp_path: Path) -> None:
    said = flask(
        "release-gate",
        "--tier",
        "excellent",
        "--read-only",
        "--logs",
        str(tmp_path),
        "--out",
        str(tmp_path / "review"),
    )
    assert said.exit_code == 1
    assert "NO-GO for excellent" in said.output
    assert "NOT VERIFIED" in said.output
    assert (tmp_path / "review").read_text().startswith("# Release review: NO-GO for excellent")
    assert flask("release-gate", "--tier", "perfect").exit_code == 2


def test_a_decision_is_kept_in_the_form_that_its_schema_says(house: Callable[..., Decision], tmp_path: Path) -> None:
    review.keep(house(FINE, gate("a2", "raise SystemExit(3)"), LIVE), tmp_path)
    kept_as = json.loads((tmp_path / review.FILE).read_text("utf-8"))
    validate(kept_as, review.schema())
    assert (kept_as["decision"], kept_as["score"]["total"]) == (NO_GO, "2 of 3")
    with pytest.raises(ValidationError):
        validate(kept_as | {"decision": "PROBABLY"}, review.schema())


def test_the_command_prints_that_schema_and_decides_nothing(flask: Terminal) -> None:
    said = flask("release-gate", "--schema")
    assert said.exit_code == 0
    assert json.loads(said.output) == review.schema()
