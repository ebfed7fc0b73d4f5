"""Load on an installation that runs already, through its chat API: on one whose providers are simulated, and on no other.

What it would cost is asked of the installation itself: it names its settings to whoever has its API token.
"""

from __future__ import annotations

import csv
import random
import threading
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from bot.settings import ROOT
from bot.settings_reference import NOT_SET
from chaos.load.measure import percentile
from chaos.load.profile import Profile
from chaos.load.report import Counted, Measured, PhaseFigures, ProfileReport
from chaos.load.users import THINKS_S

OUTLETS = ROOT / "data" / "outlets.csv"
WORDS = "{quantity} pcs Pizza Box 10 inch Brown Kraft"
TIMEOUT_S = 30.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PROVIDERS = {
    "TWILIO_API_BASE_URL": "TWILIO_ACCOUNT_SID", "TELEGRAM_API_BASE_URL": "TELEGRAM_BOT_TOKEN",
    "OPENAI_BASE_URL": "OPENAI_API_KEY", "XERO_API_BASE_URL": "XERO_CLIENT_ID", "XERO_IDENTITY_BASE_URL": "XERO_CLIENT_ID",
}  # fmt: skip
"""Where each provider is, and the setting without which it is never called."""


class RefusedError(Exception):
    """This target is not to be loaded; the text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    url: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def settings(self) -> Mapping[str, str]:
        """As it names them itself. Raises RefusedError."""
        try:
            answer = requests.get(f"{self.url}/api/v1/health/diagnostics", headers=self.headers, timeout=TIMEOUT_S)
            answer.raise_for_status()
            found: Mapping[str, str] = answer.json()["settings"]
        except (requests.RequestException, ValueError, KeyError) as error:
            raise RefusedError(f"{self.url} does not say what its providers are: {type(error).__name__}") from error
        return found


def refuse_real_providers(settings: Mapping[str, str]) -> None:
    """Raises RefusedError, naming every provider that is no stand-in on this machine."""
    if settings.get("ENVIRONMENT") == "production":
        raise RefusedError("ENVIRONMENT is production: load is for an installation of your own, on the simulator")
    real = [
        f"{address} is {settings.get(address)}"
        for address, used in PROVIDERS.items()
        if settings.get(used, "") not in ("", NOT_SET) and urlsplit(settings.get(address, "")).hostname not in LOOPBACK
    ]
    if real:
        raise RefusedError(f"the providers are real: {'; '.join(real)}. Customers would be written to, and money spent")


@dataclass
class Answers:
    """Thread-safe: what each call came to. `keys` are those that were answered, with what was said."""

    took: list[float] = field(default_factory=list)
    keys: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)
    sent: int = 0
    refused: int = 0
    orders: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, key: str, body: dict[str, Any], answer: requests.Response | None, seconds: float) -> None:
        with self.lock:
            self.sent += 1
            said = answer.json() if answer is not None and answer.ok else {}
            if not said.get("reply"):
                self.refused += 1
                return
            self.took.append(seconds)
            self.keys.append((key, body, said["reply"]))
            if number := (said.get("order") or {}).get("number"):
                self.orders.add(number)


def load_target(target: Target, profile: Profile, *, quick: bool, seed: int) -> ProfileReport:
    """The phases of the profile, one outlet a user in turn; then every answer is asked for again and has to be the same. Faults are not
    made there. Raises RefusedError before anything is sent."""
    refuse_real_providers(target.settings())
    answers, phases = Answers(), []
    started = datetime.now(UTC)
    for phase in profile.phases:
        before = len(answers.took)
        _users(target, answers, phase.users, phase.seconds, seed)
        took = answers.took[before:]
        p50, p95, p99 = (percentile(took, share) for share in (50, 95, 99))
        phases.append(PhaseFigures(name=phase.name, users=phase.users, seconds=phase.seconds, messages=len(took), p50_s=p50, p95_s=p95, p99_s=p99))  # fmt: skip
    wrong = _asked_again(target, answers)
    return _report(profile, answers, phases, wrong, started, quick=quick, seed=seed)


def _users(target: Target, answers: Answers, count: int, seconds: float, seed: int) -> None:
    until = time.monotonic() + seconds
    outlets = outlet_codes()
    with ThreadPoolExecutor(count, thread_name_prefix="user") as pool:
        for number in range(count):
            pool.submit(
                _user, target, answers, outlets[number % len(outlets)], until, random.Random(seed * 1000 + number)
            )


def _user(target: Target, answers: Answers, outlet: str, until: float, chance: random.Random) -> None:
    user, session = f"load-{uuid.uuid4().hex[:12]}", requests.Session()
    with session:
        while True:  # everybody says something, however short the phase
            words = WORDS.format(quantity=chance.randrange(100, 5000))
            body = {"message": words, "user_id": user, "outlet_id": outlet}
            _ask(target, session, answers, body)
            thinks_s = chance.uniform(*THINKS_S)
            if time.monotonic() + thinks_s >= until:
                return
            time.sleep(thinks_s)


def _ask(target: Target, session: requests.Session, answers: Answers, body: dict[str, Any]) -> None:
    key, began = uuid.uuid4().hex, time.monotonic()
    try:
        answer = session.post(f"{target.url}/api/chatbot", json=body, headers=target.headers | {"Idempotency-Key": key}, timeout=TIMEOUT_S)  # fmt: skip
    except requests.RequestException:  # counted as an error of the target: it gave no answer
        answer = None
    answers.add(key, body, answer, time.monotonic() - began)


def _asked_again(target: Target, answers: Answers) -> list[str]:
    """From the record: each message is there once, with the answer that it had."""
    wrong = []
    with requests.Session() as session:
        for key, body, reply in answers.keys:
            again = session.post(f"{target.url}/api/chatbot", json=body, headers=target.headers | {"Idempotency-Key": key}, timeout=TIMEOUT_S)  # fmt: skip
            if again.headers.get("Idempotency-Replayed") != "true":
                wrong.append(f"I1 {key} is not in the record: {again.status_code}")
            elif again.json().get("reply") != reply:
                wrong.append(f"I2 {key} was answered with other words")
    return wrong


def outlet_codes() -> list[str]:
    """Of the demo's outlets, which an installation for trying things has."""
    with OUTLETS.open(encoding="utf-8", newline="") as file:
        return [row["outlet_id"] for row in csv.DictReader(file)]


def _report(
    profile: Profile, answers: Answers, phases: list[PhaseFigures], wrong: list[str], started: datetime, *, quick: bool, seed: int
) -> ProfileReport:  # fmt: skip
    errors = round(answers.refused / answers.sent, 4) if answers.sent else 1.0
    p95, limits = percentile(answers.took, 95), profile.limits
    measured = [
        Measured(what="errors", value=errors, limit=limits.errors, unit="share", ok=errors < limits.errors),
        Measured(what="request to answer, p95", value=p95, limit=limits.p95_s, unit="s", ok=p95 is not None and p95 < limits.p95_s),
    ]  # fmt: skip
    answered = len(answers.keys)
    counted = Counted(
        sent=answers.sent, accepted=answered, received=answered - len(wrong), final={"answered": answered - len(wrong)}, open=0,
        orders=len(answers.orders), replies=answered, failures=answers.refused, adds_up=not wrong,
    )  # fmt: skip
    return ProfileReport(
        profile=profile.name, quick=quick, seed=seed, started_at=started.isoformat(timespec="seconds"),
        seconds=sum(phase.seconds for phase in phases), phases=phases, measured=measured, counted=counted, faults={},
        violations=wrong, passed=not wrong and all(each.ok for each in measured),
    )  # fmt: skip
