"""Nothing secret or personal leaves a process by its logs, whichever way it came in."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import TemporaryError
from bot.settings import ROOT, Settings, load_settings
from bot.telemetry import Mask, configure_logging, error_words, get_logger, log_context, scrub, traceback_words
from bot.telemetry.logs import JsonHandler

PHONE = "+6591234567"
CANARIES = {
    "phone": PHONE,
    "phone with the channel": f"whatsapp:{PHONE}",
    "phone with spaces": "+65 9123 4567",
    "phone without plus": "6591234567",
    "local phone": "91234567",
    "foreign phone": "+44 20 7946 0958",
    "telegram token": "bot123456789:AAF-abcdefghijklmnopqrstuvwxyz_0123",
    "bare telegram token": "123456789:AAF-abcdefghijklmnopqrstuvwxyz_0123",
    "bearer": "Bearer abcdef.0123-xyz",
    "basic": "Basic QUNhYmM6c2VjcmV0c2VjcmV0",
    "dsn": "postgresql://tria:hunter2secret@db:5432/tria",
    "dsn with an at sign": "postgresql://tria:hun@ter2secret@db:5432/tria",
    "redis": "redis://:hunter2secret@cache:6379/0",
    "signature": "X-Twilio-Signature: 0/KCTR6DLpKmkAf8muzZqo1nDgQ=",
    "email": "lim.ah.beng@pizza.example.sg",
    "nric": "S1234567D",
    "card": "4111 1111 1111 1111",
    "openai key": "sk-proj-abcdefghijklmnop",
    "configured secret": "the-configured-api-token-0123456789",
    "configured password": "postgrespassword",
}
LEAKS = (
    "9123456", "9123 4567", "7946", "AAF-abc", "abcdef.0123", "QUNhYmM6", "hunter2", "ter2secret", "KCTR6", "ah.beng",
    "1234567D", "4111", "abcdefghijklmnop", "configured-api-token", "postgrespassword",
)  # fmt: skip


@pytest.fixture
def configured() -> Iterator[Settings]:
    """Logging as a process has it; the test runner's own handlers afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    settings = load_settings(
        _env_file=None,
        api_token="the-configured-api-token-0123456789",
        database_url="postgresql://tria:postgrespassword@127.0.0.1:5432/tria",
    )
    configure_logging(settings)
    yield settings
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.contextvars.clear_contextvars()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    captured = capsys.readouterr()
    assert captured.err == ""
    return [json.loads(line) for line in captured.out.splitlines()]


@pytest.mark.parametrize("kind", CANARIES)
def test_canary_is_found_in_no_line_by_any_way(
    kind: str, configured: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    canary = CANARIES[kind]
    ours, theirs = get_logger("tria.test"), logging.getLogger("twilio.http_client")
    ours.info(f"message {canary}")
    ours.info("field", value=canary, nested={"list": [canary, {canary: 1}]}, data=canary.encode())
    with log_context(job=canary):
        ours.warning("bound")
    theirs.warning("argument %s", canary)
    theirs.warning("message " + canary)
    theirs.warning({"a dict": canary})
    try:
        raise ValueError(canary)
    except ValueError:
        ours.exception("caught")
        theirs.exception("caught by them")
    try:
        raise TemporaryError(f"the provider said {canary}")
    except TemporaryError as error:
        ours.error("ours", exc_info=error)
    written = lines(capsys)
    assert len(written) == 9
    text = json.dumps([line | {"timestamp": ""} for line in written])  # its digits may be anything
    assert [leak for leak in LEAKS if leak in text] == []


def test_malformed_line_is_reported_without_what_it_held(
    configured: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    runners = [handler for handler in root.handlers if not isinstance(handler, JsonHandler)]
    for handler in runners:
        root.removeHandler(handler)  # the test runner's own would raise
    logging.getLogger("twilio").warning("wrong number of arguments %s %s", PHONE)
    for handler in runners:
        root.addHandler(handler)
    (line,) = lines(capsys)
    assert (line["event"], line["logger"], line["error"]) == ("a log line could not be written", "twilio", "TypeError")


def test_phone_keeps_its_country_and_last_four_digits() -> None:
    assert scrub("call +65 9123 4567 or 91234567 now") == "call +65****4567 or ****4567 now"


@pytest.mark.parametrize(
    "text",
    [
        "10 ctn 10 inch box and 50 liners",
        "100 200 300",
        "2026-11-22T07:20:49.123456Z",
        "127.0.0.1",
        "SO-100001 is placed, total 1234567.89",
        "f47ac10b-58cc-4372-a567-0e02b2c3d479",
        "SM0123456789abcdef0123456789abcdef",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert Mask().text(text) == text


def test_copy_for_the_language_model_keeps_quantities_and_loses_persons() -> None:
    said = "10 ctn 10in box, 10000000 cups, S1234567D, call 9123 4567, a@b.com, 4111-1111-1111-1111"
    assert scrub(said) == "10 ctn 10in box, 10000000 cups, [nric], call ****4567, [email], [card]"


@given(st.text(max_size=200))
def test_masking_never_raises_and_never_breaks_the_line(text: str) -> None:
    assert isinstance(json.dumps(Mask(["s3cret-value"]).value({text: [text, 1, None]})), str)


@pytest.mark.parametrize(
    "text", ["a\nb\r\nc", "%s %d %", "{} {0} {name}", '"quoted" \\ back', "\u2028line\u2029", "\x00\x1b[31m"]
)
def test_event_is_one_json_line_whatever_it_contains(
    text: str, configured: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    get_logger("tria.test").info(text, field=text)
    logging.getLogger("other").info(text)
    first, second = lines(capsys)
    assert (first["event"], first["field"], second["event"]) == (text, text, text)


def test_bound_ids_are_on_our_lines_and_on_libraries_lines(
    configured: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with log_context(message_id=7, conversation_id=3, outlet_id=None, job="process"):
        get_logger("tria.test").info("ours")
        logging.getLogger("rq.worker").info("theirs")
    get_logger("tria.test").info("after")
    inside, library, after = lines(capsys)
    for line in (inside, library):
        assert (line["message_id"], line["conversation_id"], line["job"]) == (7, 3, "process")
    assert "outlet_id" not in inside
    assert "message_id" not in after


def test_fields_that_hold_words_of_customers_are_withheld(
    configured: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    get_logger("tria.test").info(
        "recorded", body="boss tmr send 5ctn", display_name="Ah Beng", auth_token="x", prompt_tokens=412
    )
    (line,) = lines(capsys)
    assert [line["body"], line["display_name"], line["auth_token"], line["prompt_tokens"]] == ["[redacted]"] * 3 + [412]


def test_exception_is_its_class_and_places_without_its_text(
    configured: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        try:
            int("boss tmr send")
        except ValueError as error:
            raise KeyError("boss") from error
    except KeyError:
        get_logger("tria.test").exception("failed")
    (line,) = lines(capsys)
    assert line["error"] == "KeyError"
    assert str(line["traceback"]).startswith("KeyError at tests/bot/telemetry/test_logs_and_masking.py:")
    assert " caused by ValueError at " in str(line["traceback"])
    assert "boss" not in json.dumps(line)


def test_error_that_we_wrote_or_that_is_about_our_code_keeps_its_words() -> None:
    assert error_words(TemporaryError("Twilio answered 503", code="503")) == "TemporaryError 503: Twilio answered 503"
    assert error_words(NameError("name 'outlet' is not defined")) == "NameError: name 'outlet' is not defined"
    assert error_words(RuntimeError("quotes a customer")) == "RuntimeError"
    assert traceback_words(RuntimeError("never raised")) == "RuntimeError"


def test_libraries_that_log_urls_are_quiet_below_warning(
    configured: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot1:abc/sendMessage")
    logging.getLogger("twilio.http_client").info("-- BEGIN Twilio API Request --")
    assert lines(capsys) == []


def test_debug_is_written_in_development_and_never_in_production(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    settings = load_settings(_env_file=None, log_level="DEBUG")
    for environment, expected in (("development", 1), ("production", 0)):
        configure_logging(settings.model_copy(update={"environment": type(settings.environment)(environment)}))
        get_logger("tria.test").debug("detail")
        assert len(lines(capsys)) == expected
    root.handlers[:] = handlers
    root.setLevel(level)


def test_handlers_that_others_attached_are_taken_over(capsys: pytest.CaptureFixture[str], configured: Settings) -> None:
    logger = logging.getLogger("gunicorn.error")
    logger.addHandler(logging.StreamHandler(sys.stderr))
    logger.propagate = False
    configure_logging(configured)
    logger.warning("from %s", PHONE)
    (line,) = lines(capsys)
    assert line["event"] == "from +65****4567"
    assert sum(isinstance(h, JsonHandler) for h in logging.getLogger().handlers) == 1


def test_uncaught_exception_of_a_process_and_of_a_thread_is_one_masked_line() -> None:
    program = f"""
import threading
from bot.settings import load_settings
from bot.telemetry import configure_logging
configure_logging(load_settings(_env_file=None))
def fail(): raise ValueError("{PHONE} in a thread")
thread = threading.Thread(target=fail)
thread.start(); thread.join()
raise ValueError("{PHONE} said boss")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 1
    assert done.stderr == ""
    written = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["event"] for line in written] == ["uncaught exception"] * 2
    assert "91234567" not in done.stdout
    assert "boss" not in done.stdout
    assert threading.excepthook is not None
