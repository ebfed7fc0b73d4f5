"""No secret and no place of production stands in the repository: every file is looked through for the shapes that keys have."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from bot.settings import ROOT

SHAPES = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
    "a key of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of GitHub": r"\b(?:ghp|gho|ghs|ghu|github_pat)_[0-9A-Za-z_]{30,}\b",
    "a token of Slack": r"\bxox[abposr]-[0-9A-Za-z-]{20,}\b",
    "a webhook of Slack": r"hooks\.slack\.com/services/T[0-9A-Z]{8,}/B[0-9A-Z]{8,}/[0-9A-Za-z]{20,}",
    "a key of OpenAI": r"\bsk-(?:proj-)?[0-9A-Za-z_-]{32,}",
    "an account of Twilio with its token": r"\bAC[0-9a-f]{32}:[0-9a-f]{32}\b",
    "a key of Twilio": r"\bSK[0-9a-f]{32}\b",
    "a bot's token of Telegram": r"\b\d{8,10}:AA[0-9A-Za-z_-]{33}\b",
    "a secret key of age": r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b",
    "a signed token": r"\beyJ[0-9A-Za-z_-]{20,}\.eyJ[0-9A-Za-z_-]{20,}\.[0-9A-Za-z_-]{20,}",
    "a DSN of Sentry": r"https://[0-9a-f]{32}@[\w.]*sentry\.io/\d+",
    "a key file of a server": r"\b[\w-]+\.pem\b",
    "a login into a server": r"\bssh\s+(?:-i\s+\S+\s+)?\w+@\d{1,3}(?:\.\d{1,3}){3}\b",
    "a password in an address": r"\b(?:postgres(?:ql)?|redis|amqp|smtp)s?://[^\s:/@'\"{}<>$]+:(?!PASSWORD|password|secret|pass\b|pw\b|p%|p@|old|new)[0-9A-Za-z+/_-]{16,}@",
}
FINDERS = {words: re.compile(shape) for words, shape in SHAPES.items()}
PLANTED = {
    "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "a key of AWS": "AKIA" + "IOSFODNN7EXAMPLE",
    "a token of GitHub": "ghp_" + "a1B2" * 9,
    "a token of Slack": "xoxb-" + "1234567890-" * 3,
    "a webhook of Slack": "https://hooks.slack.com/services/" + "T12345678/B12345678/" + "abcd" * 6,
    "a key of OpenAI": "sk-proj-" + "Ab3_" * 10,
    "an account of Twilio with its token": "AC" + "0a" * 16 + ":" + "1b" * 16,
    "a key of Twilio": "SK" + "0a" * 16,
    "a bot's token of Telegram": "123456789:AA" + "x" * 33,
    "a secret key of age": "AGE-SECRET-KEY-1" + "Q" * 58,
    "a signed token": "eyJ" + "a" * 24 + ".eyJ" + "b" * 24 + "." + "c" * 24,
    "a DSN of Sentry": "https://" + "0f" * 16 + "@o1.ingest.sentry.io/42",
    "a key file of a server": "production" + "-key" + ".pem",
    "a login into a server": "ssh -i key ubuntu@" + "203.0.113.7",
    "a password in an address": "postgresql://tria:" + "Zk3" * 6 + "@db.example/tria",
}
MADE_UP = {
    "tests/bot/telemetry/test_logs_and_masking.py": ["a bot's token of Telegram", "a password in an address"],
    "tests/jobs/upkeep/test_certificate.py": ["a key file of a server"],
}
"""What these show is made up, for tests of what must never be shown."""
NOT_TEXT = {".png", ".jpg", ".gz", ".onnx", ".woff2", ".ico", ".npz", ".bin"}
MOST_BYTES = 5_000_000


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30)
    return [ROOT / name for name in done.stdout.split("\0") if name]


def secrets_in(text: str) -> list[str]:
    return [words for words, finder in FINDERS.items() if finder.search(text)]


def test_no_file_of_the_repository_holds_a_secret() -> None:
    files = [
        path
        for path in tracked()
        if path.suffix not in NOT_TEXT and path.is_file() and path.stat().st_size < MOST_BYTES
    ]
    assert len(files) > 500
    found = {str(path.relative_to(ROOT)): secrets_in(path.read_text("utf-8", "replace")) for path in files}
    assert {path: words for path, words in found.items() if words} == MADE_UP


@pytest.mark.parametrize("words", SHAPES)
def test_a_secret_of_each_shape_would_be_found(words: str) -> None:
    assert words in secrets_in(f"some = '{PLANTED[words]}'")
    assert secrets_in("some = 'CHANGE_THIS'") == []


def test_no_file_with_settings_of_a_machine_is_in_the_repository() -> None:
    names = {path.name for path in tracked()}
    assert names & {".env", "tria.env", "credentials.json", "id_rsa", "id_ed25519", ".netrc", ".pgpass"} == set()
    assert {".env", "var/", ".venv/"} <= set((ROOT / ".gitignore").read_text("utf-8").split())
