"""Asks the web process whether an order can be taken right now, and puts its answer into a few words."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable

PATH = "/api/v1/health/readiness"
TIMEOUT_S = 5.0


class Readiness:
    """One question a call; `missing` says what the last answer lacked."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}{PATH}"
        self.missing = "the web process"

    def __call__(self) -> bool:
        try:
            with urllib.request.urlopen(self.url, timeout=TIMEOUT_S) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as refusal:
            self.missing = in_words(refusal.read()) or f"an answer other than {refusal.code}"
        except OSError:  # not listening yet, or too busy to answer: both are what we are waiting for
            self.missing = "the web process"
        return False


def in_words(body: bytes) -> str:
    """The failing checks and their reasons out of the endpoint's JSON (handlers/health.py); empty when it names none."""
    try:
        failing = json.loads(body)["failing"]
        return "; ".join(f"{each['check'].replace('_', ' ')} ({each['reason']})" for each in failing)
    except (ValueError, KeyError, TypeError):  # another program's answer, or an error page
        return ""


def every(seconds: float, question: Callable[[], bool], clock: Callable[[], float]) -> Callable[[], bool]:
    """The question asked no more often than that; in between the answer is no."""
    next_at = 0.0

    def ask() -> bool:
        nonlocal next_at
        if clock() < next_at:
            return False
        answer = question()
        next_at = clock() + seconds
        return answer

    return ask
