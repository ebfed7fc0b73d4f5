"""How the official client's requests reach Xero: bounded as a whole, sent once, and with errors that say what may have happened.

It takes the place of the library's own REST client. That one sets no time-out, lets urllib3 repeat a PUT whose answer was lost
and sleep through Retry-After inside the call (a day long, where the day's limit is hit), and puts headers and bodies into the texts
of its exceptions.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import certifi
import urllib3

from bot.accounting.answers import Answer, words_of
from bot.errors import NotConnectedError, PermanentError, TemporaryError, TriaError, UnknownOutcome
from bot.telemetry import metrics

CONNECT_S, READ_S, TOTAL_S = 3.0, 10.0, 20.0
CONNECTIONS = 5
CHUNK = 65_536
MAX_ANSWER_BYTES = 50_000_000
LIMIT_WORDS = {"minute": "limit_minute", "day": "limit_day", "concurrent": "limit_concurrent", "appminute": "limit_app"}
DEFAULT_WAIT_S = {"limit_day": 3_600.0, "limit_concurrent": 1.0}
NEVER_SENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.SSLError,
    urllib3.exceptions.LocationParseError,
)


class Transport:
    """Stands where the library expects its REST client."""

    def __init__(self, saw: Callable[[Mapping[str, str]], None]) -> None:
        """`saw` is given the headers of each answer, which tell what is left of the limits."""
        self._pool = urllib3.PoolManager(
            num_pools=4, maxsize=CONNECTIONS, cert_reqs="CERT_REQUIRED", ca_certs=certifi.where(), retries=False
        )
        self._saw = saw

    def GET(self, url: str, **asked: Any) -> Answer:  # noqa: N802 - the library's names
        return self._send("GET", url, asked)

    def PUT(self, url: str, **asked: Any) -> Answer:  # noqa: N802
        return self._send("PUT", url, asked)

    def POST(self, url: str, **asked: Any) -> Answer:  # noqa: N802
        return self._send("POST", url, asked)

    def close(self) -> None:
        self._pool.clear()

    def _send(self, method: str, url: str, asked: Mapping[str, Any]) -> Answer:
        query = _query(asked.get("query_params") or ())
        headers = asked.get("headers") or {}
        body = json.dumps(asked["body"]) if asked.get("body") is not None else None
        answer = exchange(self._pool, method, f"{url}?{query}" if query else url, headers, body)
        self._saw(answer.headers)
        if not 200 <= answer.status < 300:
            raise error_of(answer, changes=method != "GET")
        return answer


def exchange(pool: urllib3.PoolManager, method: str, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
    """One request and its whole answer, whatever its status. Raises TemporaryError where nothing was sent, UnknownOutcome where
    something may have been."""
    until = time.monotonic() + TOTAL_S
    try:
        response = pool.request(
            method, url, headers=dict(headers), body=body, preload_content=False, redirect=False,
            timeout=urllib3.Timeout(connect=CONNECT_S, read=READ_S),
        )  # fmt: skip
        try:
            data = _read(response, until)
        finally:
            response.release_conn()
    except NEVER_SENT as error:
        metrics.xero_calls_total.labels("unreachable").inc()
        raise TemporaryError("Xero could not be reached", code="connect") from error
    except (urllib3.exceptions.HTTPError, TimeoutError, OSError) as error:
        metrics.xero_calls_total.labels("lost").inc()
        raise UnknownOutcome("Xero's answer was lost", code="lost") from error
    metrics.xero_calls_total.labels(f"{response.status // 100}xx" if response.status != 429 else "429").inc()
    return Answer(response.status, response.headers, data)


def _read(response: Any, until: float) -> bytes:
    """The body, if it comes in time: a server that sends a byte now and then must not hold a thread for ever."""
    parts, size = [], 0
    for part in response.stream(CHUNK):
        parts.append(part)
        size += len(part)
        if time.monotonic() > until or size > MAX_ANSWER_BYTES:
            response.close()
            raise TimeoutError("the answer took too long")
    return b"".join(parts)


def error_of(answer: Answer, *, changes: bool) -> TriaError:
    """What a status means. `changes`: the request may have had its effect although the answer is an error."""
    words = words_of(answer.data)
    if answer.status == 429:
        return _too_many(answer.headers)
    if answer.status in (401, 403):
        return NotConnectedError(f"Xero refuses our login: {words or answer.status}", code=str(answer.status))
    if answer.status >= 500:
        kind = UnknownOutcome if changes else TemporaryError
        return kind(f"Xero answered {answer.status}", code=str(answer.status), retry_after_s=_wait_s(answer.headers))
    return PermanentError(f"Xero refused it: {words or answer.status}", code=str(answer.status))


def _too_many(headers: Mapping[str, str]) -> TemporaryError:
    code = LIMIT_WORDS.get(str(headers.get("X-Rate-Limit-Problem", "")).strip().lower(), "limit_minute")
    wait_s = _wait_s(headers)
    return TemporaryError(
        f"Xero asks to wait ({code})",
        code=code,
        retry_after_s=DEFAULT_WAIT_S.get(code, 60.0) if wait_s is None else wait_s,
    )


def _wait_s(headers: Mapping[str, str]) -> float | None:
    said = str(headers.get("Retry-After", "")).strip()
    return float(said) if said.replace(".", "", 1).isdecimal() else None


def _query(params: Iterable[tuple[str, Any]]) -> str:
    """Truth values as the API writes them."""
    return urlencode([(name, str(value).lower() if isinstance(value, bool) else value) for name, value in params])
