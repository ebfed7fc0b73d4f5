"""Twilio's Messages API: accepts, lists and shows messages, with Twilio's own errors, and reports their statuses."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

from simulator.config import SimulatorConfig
from simulator.faults import Fault, FaultKind
from simulator.providers import Call, Outcome
from simulator.twilio import API_VERSION, MAX_BODY, new_sid
from simulator.wire import Answer, Request, json_answer

PATH = re.compile(
    rf"^/{API_VERSION}/Accounts/(?P<account>\w+)/Messages"
    r"(?:/(?P<sid>\w+))?(?:/Media/(?P<media>\w+))?(?:\.json)?$"
)
ADDRESS = re.compile(r"^whatsapp:(\+[1-9]\d{6,14}|[A-Z]{2}\.[A-Za-z0-9]{1,128})$")
PAGE_SIZE = 50
IMAGE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that this Twilio holds."""

    sid: str
    to: str
    from_: str
    body: str
    direction: str
    status: str
    created: datetime
    error_code: int | None = None
    callback: str = ""
    media: tuple[str, ...] = ()

    @property
    def was_sent(self) -> bool:
        """What still waits at Twilio has no date of sending, and no list by such a date shows it."""
        return self.status not in ("accepted", "queued", "scheduled")

    def as_json(self, account_sid: str) -> dict[str, Any]:
        when = format_datetime(self.created)
        uri = f"/{API_VERSION}/Accounts/{account_sid}/Messages/{self.sid}"
        return {
            "account_sid": account_sid,
            "api_version": API_VERSION,
            "body": self.body,
            "date_created": when,
            "date_sent": when if self.was_sent else None,
            "date_updated": when,
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": None,
            "from": self.from_,
            "messaging_service_sid": None,
            "num_media": str(len(self.media)),
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }


class TwilioError(Exception):
    """Ends a call with Twilio's error body."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status

    def answer(self, headers: dict[str, str] | None = None) -> Answer:
        body = {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }
        return json_answer(body, self.status, headers)


WORDS = {
    429: (20429, "Too Many Requests"),
    401: (20003, "Authenticate"),
    404: (20404, "The requested resource was not found"),
    500: (20500, "Internal Server Error"),
    503: (20503, "Service unavailable"),
}

SENDERS_PATH = "/v2/Channels/Senders"
"""Of https://messaging.twilio.com; with TWILIO_API_BASE_URL it is asked at the same host as the rest."""
READ_ONLY = {"v2": "senders.list", API_VERSION: "accounts.fetch"}

Report = Callable[["TwilioApi", SentMessage, tuple[str, ...]], None]
"""Called with an accepted message and the statuses to post to its StatusCallback."""


@dataclass
class TwilioApi:
    """The stand-in. `report` hands an accepted message to whoever posts status callbacks."""

    config: SimulatorConfig
    report: Report
    name: str = "twilio"
    prefixes: tuple[str, ...] = (f"/{API_VERSION}/", SENDERS_PATH)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _messages: dict[str, SentMessage] = field(default_factory=dict)

    def read(self, request: Request) -> Call:
        found = PATH.match(request.path)
        if not found:
            return Call(READ_ONLY.get(request.path.split("/")[1], "unknown"), {}, request)
        if found["media"]:
            return Call("media.fetch", found.groupdict(), request)
        if found["sid"]:
            return Call("messages.fetch", found.groupdict(), request)
        fields = dict(request.fields)
        if len(media := request.form.get("MediaUrl", [])) > 1:
            fields["MediaUrl"] = media
        return Call("messages.create" if request.method == "POST" else "messages.list", fields, request)

    def act(self, call: Call, fault: Fault | None) -> Outcome:
        try:
            self._authenticate(call.request)
            if call.operation == "messages.create":
                return self._create(call, fault)
            if call.operation == "senders.list":
                return Outcome(json_answer(self._senders()))
            if call.operation == "accounts.fetch":
                return Outcome(json_answer(self._account(call.request)))
            return Outcome(self._show(call))
        except TwilioError as error:
            return Outcome(error.answer())

    def refusal(self, fault: Fault) -> Answer:
        code, words = WORDS.get(fault.status, (20500, "Internal Server Error"))
        error = TwilioError(int(fault.code or code), fault.message or words, fault.status)
        return error.answer({"Retry-After": f"{fault.retry_after_s:g}"} if fault.retry_after_s is not None else None)

    def forget(self) -> None:
        with self._lock:
            self._messages.clear()

    def record_inbound(self, form: dict[str, str]) -> None:
        """A message that came from a customer is on Twilio's list too."""
        self._keep(
            SentMessage(
                form["MessageSid"], form["To"], form["From"], form.get("Body", ""), "inbound", "received", _now()
            )
        )

    def set_status(self, sid: str, status: str, error_code: int | None = None) -> None:
        with self._lock:
            if message := self._messages.get(sid):
                self._messages[sid] = replace(message, status=status, error_code=error_code)

    def _keep(self, message: SentMessage) -> None:
        with self._lock:
            self._messages[message.sid] = message

    def _authenticate(self, request: Request) -> None:
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        expected = f"{self.config.twilio_account_sid}:{self.config.twilio_auth_token}".encode()
        try:
            given = base64.b64decode(credentials, validate=True)
        except binascii.Error:
            given = b""
        found = PATH.match(request.path)
        ours = found is None or found["account"] == self.config.twilio_account_sid
        if scheme.lower() != "basic" or not hmac.compare_digest(given, expected) or not ours:
            raise TwilioError(20003, "Authenticate", 401)

    def _create(self, call: Call, fault: Fault | None) -> Outcome:
        fields = call.fields
        self._check(fields)
        media = fields.get("MediaUrl") or []
        message = SentMessage(
            sid=new_sid("MM" if media else "SM"),
            to=fields["To"],
            from_=fields["From"],
            body=_text(fields),
            direction="outbound-api",
            status="queued",
            created=_now(),
            callback=fields.get("StatusCallback", ""),
            media=tuple(media) if isinstance(media, list) else (media,),
        )
        if fault and fault.kind is FaultKind.FAIL_LATER:
            message = replace(message, error_code=int(fault.code or 63016))
            statuses: tuple[str, ...] = ("queued", fault.final_status)
        else:
            statuses = self.config.statuses
        self._keep(replace(message, error_code=None))
        self.report(self, message, statuses)
        answer = replace(message, error_code=None).as_json(self.config.twilio_account_sid)
        return Outcome(json_answer(answer, 201), effect=message.sid)

    def _check(self, fields: Any) -> None:
        """Raises TwilioError as the Messages resource does, in its order."""
        if not fields.get("To"):
            raise TwilioError(21604, "A 'To' phone number is required.")
        if not fields.get("From"):
            raise TwilioError(21603, "A 'From' phone number is required.")
        if not ADDRESS.match(fields["To"]):
            raise TwilioError(21211, f"The 'To' number {fields['To']} is not a valid phone number.")
        if fields["From"] != self.config.twilio_whatsapp_from:
            raise TwilioError(63007, "Twilio could not find a Channel with the specified From address")
        if not any(fields.get(name) for name in ("Body", "MediaUrl", "ContentSid")):
            raise TwilioError(21619, "A text message body or media urls must be specified.")
        if len(fields.get("Body", "")) > MAX_BODY:
            raise TwilioError(21617, "The concatenated message body exceeds the 1600 character limit.")
        if variables := fields.get("ContentVariables"):
            _read_variables(variables)

    def _account(self, request: Request) -> dict[str, Any]:
        if request.path != f"/{API_VERSION}/Accounts/{self.config.twilio_account_sid}.json":
            raise TwilioError(20404, f"The requested resource {request.path} was not found", 404)
        return {"sid": self.config.twilio_account_sid, "status": "active", "type": "Full"}

    def _senders(self) -> dict[str, Any]:
        """Our sender, its webhook set as the README says."""
        webhook = {
            "callback_method": "POST",
            "callback_url": f"{self.config.public_url}/webhooks/twilio#rc=5&rp=all",
            "status_callback_method": "POST",
            "status_callback_url": f"{self.config.public_url}/webhooks/twilio/status",
        }
        sender = {"sid": "XE" + "0" * 32, "sender_id": self.config.twilio_whatsapp_from, "status": "ONLINE"}
        return {"senders": [sender | {"webhook": webhook}], "meta": {"key": "senders"}}

    def _show(self, call: Call) -> Answer:
        if call.operation == "messages.list":
            return self._list(call.request)
        message = self._messages.get(call.fields.get("sid", ""))
        if call.operation == "media.fetch":
            return Answer(200, IMAGE, "image/png")
        if message is None:
            raise TwilioError(20404, f"The requested resource {call.request.path} was not found", 404)
        return json_answer(message.as_json(self.config.twilio_account_sid))

    def _list(self, request: Request) -> Answer:
        wanted = request.fields
        size = min(int(wanted.get("PageSize", PAGE_SIZE)), 1000)
        page = int(wanted.get("Page", 0))
        with self._lock:
            messages = list(self._messages.values())
        found = [message for message in reversed(messages) if _listed(message, wanted)]
        shown = found[page * size : (page + 1) * size]
        more = len(found) > (page + 1) * size
        base = f"/{API_VERSION}/Accounts/{self.config.twilio_account_sid}/Messages.json"

        def uri(number: int) -> str:
            return f"{base}?{urlencode(dict(wanted) | {'PageSize': size, 'Page': number})}"

        return json_answer(
            {
                "messages": [message.as_json(self.config.twilio_account_sid) for message in shown],
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": page * size + max(len(shown) - 1, 0),
                "uri": uri(page),
                "first_page_uri": uri(0),
                "next_page_uri": uri(page + 1) if more else None,
                "previous_page_uri": uri(page - 1) if page else None,
            }
        )


def _listed(message: SentMessage, wanted: dict[str, Any]) -> bool:
    if wanted.get("To") not in (None, message.to) or wanted.get("From") not in (None, message.from_):
        return False
    if not message.was_sent and any(wanted.get(name) for name in ("DateSent", "DateSent>", "DateSent<")):
        return False
    return (
        _within(message.created, wanted.get("DateSent"), lambda when, start, end: start <= when < end)
        and _within(message.created, wanted.get("DateSent>"), lambda when, start, end: when >= start)
        and _within(message.created, wanted.get("DateSent<"), lambda when, start, end: when < end)
    )


def _within(when: datetime, limit: str | None, holds: Callable[[datetime, datetime, datetime], bool]) -> bool:
    """`limit` is a day, or a moment; a day lasts until the next, a moment one second. Libraries write days as midnight."""
    if not limit:
        return True
    if len(limit) == 10 or limit.endswith("T00:00:00Z"):
        start = datetime.combine(date.fromisoformat(limit[:10]), datetime.min.time(), UTC)
        return holds(when, start, start + timedelta(days=1))
    start = datetime.fromisoformat(limit.replace("Z", "+00:00")).astimezone(UTC)
    return holds(when, start, start + timedelta(seconds=1))


def _read_variables(raw: str) -> dict[str, str]:
    try:
        variables = json.loads(raw)
    except ValueError as e:
        raise TwilioError(21656, "The ContentVariables parameter is invalid.") from e
    return variables if isinstance(variables, dict) else {}


def _text(fields: Any) -> str:
    """What the customer would read; a content template is known to us only by its variables."""
    if fields.get("Body"):
        return str(fields["Body"])
    variables = _read_variables(fields.get("ContentVariables") or "{}")
    return " ".join(str(variables[key]) for key in sorted(variables)) or f"[template {fields.get('ContentSid')}]"


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
