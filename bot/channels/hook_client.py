"""A webhook, outbound: `{"text": ...}` as JSON, which Slack, Mattermost, Google Chat and anybody's own service take."""

from __future__ import annotations

import uuid
from datetime import datetime

import httpx

from bot.channels.base import Outgoing
from bot.channels.notices import HOOK_NAME
from bot.errors import PermanentError, TemporaryError, UnknownOutcome
from bot.settings import Settings

TIMEOUT_S = 10.0
TOO_MANY, SERVER_ERROR = 429, 500
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Hook:
    name = HOOK_NAME
    max_length = 100_000
    can_look_up = False

    def __init__(self, settings: Settings) -> None:
        self._client = httpx.Client(timeout=TIMEOUT_S, follow_redirects=False)

    def send(self, message: Outgoing) -> str:
        try:
            answer = self._client.post(message.to, json={"text": message.text})
        except UNSENT as error:
            raise TemporaryError("the webhook could not be reached", code="connect") from error
        except httpx.HTTPError as error:
            raise UnknownOutcome("the webhook's answer was lost", code="lost") from error
        if answer.is_success:
            return uuid.uuid4().hex  # whoever takes it gives no id
        raise _refused(answer)

    def find(self, message: Outgoing, *, since: datetime, known: frozenset[str]) -> str | None:
        """There is no question that a webhook would not take for a message."""
        return None

    def close(self) -> None:
        self._client.close()


def _refused(answer: httpx.Response) -> Exception:
    code = answer.status_code
    if code != TOO_MANY and code < SERVER_ERROR:
        return PermanentError("the webhook refused", code=str(code))
    wait = answer.headers.get("Retry-After", "")
    return TemporaryError(
        "the webhook asks to wait", code=str(code), retry_after_s=float(wait) if wait.isdecimal() else None
    )
