"""Xero over HTTP: the accounting API and the identity server in front of the books, with its limits, keys and refusals."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from simulator.config import SimulatorConfig
from simulator.faults import Fault
from simulator.providers import Call, Outcome
from simulator.wire import Answer, Request, json_answer
from simulator.xero_books import Books, RefusedError, Row, shown
from simulator.xero_identity import Identity

API = "/api.xro/2.0/"
PAGE_SIZE = 100
CONCURRENT = 5
LISTS = {"Invoices": "invoices", "Contacts": "contacts", "Items": "items", "CreditNotes": "credit_notes"}
IDS = {"Invoices": "InvoiceID", "Contacts": "ContactID", "Items": "ItemID", "CreditNotes": "CreditNoteID"}
CONDITION = re.compile(r'(\w+)\s*(==|>=|<=|<|>)\s*(?:"((?:[^"\\]|\\.)*)"|DateTime\((\d+),\s*(\d+),\s*(\d+)\))')
VERBS = {"GET": "list", "PUT": "create", "POST": "update"}


class TooManyError(Exception):
    """A limit was hit: `problem` as X-Rate-Limit-Problem names it, and the seconds to wait."""

    def __init__(self, problem: str, wait_s: float) -> None:
        super().__init__(problem)
        self.problem, self.wait_s = problem, wait_s


class Limits:
    """5 at once, so many a minute, so many a day; `day_left` None counts no days."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute: deque[float] = deque()
        self.day_left: int | None = None
        self.day_resets_at = 0.0
        self.open = self.most_open = self.refused = 0
        self.most_in_a_minute = 0

    @contextmanager
    def call(self, per_minute: int) -> Iterator[None]:
        """Raises TooManyError; 0 a minute enforces nothing, and counts all the same."""
        with self._lock:
            self._take(per_minute)
            self.open += 1
            self.most_open = max(self.most_open, self.open)
        try:
            yield
        finally:
            with self._lock:
                self.open -= 1

    def _take(self, per_minute: int) -> None:
        now = time.monotonic()
        while self._minute and self._minute[0] <= now - 60:
            self._minute.popleft()
        if self.day_left is not None and self.day_left <= 0:
            if now < self.day_resets_at:
                self._refuse("day", self.day_resets_at - now)
            self.day_left = None
        if per_minute and self.open >= CONCURRENT:
            self._refuse("concurrent", 1.0)
        if per_minute and len(self._minute) >= per_minute:
            self._refuse("minute", self._minute[0] + 60 - now)
        self._minute.append(now)
        self.most_in_a_minute = max(self.most_in_a_minute, len(self._minute))
        if self.day_left is not None:
            self.day_left -= 1

    def _refuse(self, problem: str, wait_s: float) -> None:
        self.refused += 1
        raise TooManyError(problem, wait_s)

    def headers(self, per_minute: int) -> dict[str, str]:
        left = max(0, (per_minute or 60) - len(self._minute))
        day = 5000 if self.day_left is None else self.day_left
        return {"X-MinLimit-Remaining": str(left), "X-DayLimit-Remaining": str(day), "X-AppMinLimit-Remaining": "9999"}


class XeroApi:
    """The stand-in: `books` is what it holds, `identity` who may, `limits` how often."""

    name: str = "xero"
    prefixes: tuple[str, ...] = (API, "/connect/token", "/identity/connect/", "/connections")

    def __init__(self, config: SimulatorConfig) -> None:
        self.identity = Identity(config)
        self.forget()

    @property
    def config(self) -> SimulatorConfig:
        return self.identity.config

    @config.setter
    def config(self, config: SimulatorConfig) -> None:
        self.identity.config = config

    def forget(self) -> None:
        self.books = Books()
        self.limits = Limits()
        self.latency_s = 0.0
        self._kept: dict[str, tuple[float, str, Answer]] = {}
        self.identity.forget()

    def read(self, request: Request) -> Call:
        if request.path == "/connect/token":
            return Call(f"token.{request.fields.get('grant_type', '')}", request.fields, request)
        if not request.path.startswith(API):
            return Call("connections" if request.path == "/connections" else "authorize", request.fields, request)
        place = request.path.removeprefix(API).split("/")[0]
        fields = {**request.fields, "key": request.headers.get("Idempotency-Key", "")}
        if request.is_json and isinstance(request.json, dict):
            fields["numbers"] = ",".join(_numbers(request.json.get(place)))
        return Call(f"{place.lower()}.{VERBS.get(request.method, 'unknown')}", fields, request)

    def act(self, call: Call, fault: Fault | None) -> Outcome:
        if call.operation.startswith("token."):
            return Outcome(self.identity.token(call.request), secret=True)
        if call.operation == "authorize":
            return Outcome(self.identity.authorize(call.request), secret=True)
        if (refused := self._unauthorized(call.request)) is not None:
            return Outcome(refused)
        try:
            with self.limits.call(self.config.xero_calls_per_minute):
                if self.latency_s:
                    time.sleep(self.latency_s)
                return self._with_headers(self._once(call))
        except TooManyError as refused_by:
            return self._with_headers(Outcome(_too_many(refused_by.problem, refused_by.wait_s)))

    def refusal(self, fault: Fault) -> Answer:
        if fault.status == 429:
            return _too_many(str(fault.code or "minute"), fault.retry_after_s if fault.retry_after_s is not None else 1)
        if isinstance(fault.code, str) and fault.code.startswith("invalid_"):
            return json_answer({"error": fault.code}, 400)
        if fault.status == 400:
            return _invalid([({}, fault.message or "A validation exception occurred")])
        return Answer(fault.status, b"<html><h1>Service Unavailable</h1></html>", "text/html")

    def _unauthorized(self, request: Request) -> Answer | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not self.identity.knows(token):
            detail = "TokenExpired: token expired" if token else "AuthenticationUnsuccessful"
            return json_answer({"Type": None, "Title": "Unauthorized", "Status": 401, "Detail": detail}, 401)
        if request.path.startswith(API) and request.headers.get("xero-tenant-id") != self.config.xero_tenant_id:
            return json_answer(
                {"Type": None, "Title": "Forbidden", "Status": 403, "Detail": "AuthenticationUnsuccessful"}, 403
            )
        return None

    def _with_headers(self, outcome: Outcome) -> Outcome:
        answer = outcome.answer
        headers = {**self.limits.headers(self.config.xero_calls_per_minute), **answer.headers}
        return Outcome(Answer(answer.status, answer.body, answer.content_type, headers), outcome.effect)

    def _once(self, call: Call) -> Outcome:
        """An idempotency key that was used a short while ago gets the answer of then, and does nothing."""
        key, request = str(call.fields.get("key") or ""), call.request
        print_ = hashlib.sha256(request.method.encode() + request.path.encode() + request.body).hexdigest()
        with self.books.lock:
            now = time.monotonic()
            at, before, answer = self._kept.get(key, (0.0, "", Answer()))
            if key and before and now - at < self.config.xero_key_life_s:
                if before == print_:
                    return Outcome(answer)
                return Outcome(_invalid([({}, "The Idempotency-Key was used with another request.")]))
            outcome = self._act(call)
            if key and request.method != "GET" and outcome.answer.status < 500:
                self._kept[key] = (now, print_, outcome.answer)
            return outcome

    def _act(self, call: Call) -> Outcome:
        place, _, verb = call.operation.partition(".")
        single: dict[str, Callable[[], Row]] = {
            "organisation": lambda: {"Organisations": [self.books.organisation()]},
            "taxrates": lambda: {"TaxRates": [tax.as_json() for tax in self.books.country.taxes]},
            "accounts": lambda: {"Accounts": self.books.accounts},
        }
        if call.operation == "connections":
            return Outcome(json_answer([self._connection()]))
        if verb == "list" and place in single:
            return Outcome(json_answer({"Status": "OK", **single[place]()}))
        name = call.request.path.removeprefix(API).split("/")[0]
        if name not in LISTS:
            return Outcome(json_answer({"Message": "The resource you're looking for cannot be found"}, 404))
        return self._list(name, call) if verb == "list" else self._write(name, call)

    def _connection(self) -> Row:
        return {
            "id": "51515151-0000-4000-8000-000000000001",
            "tenantId": self.config.xero_tenant_id,
            "tenantType": "ORGANISATION",
            "tenantName": self.books.name,
        }

    def _list(self, name: str, call: Call) -> Outcome:
        rows = list(getattr(self.books, LISTS[name]).values())
        path = call.request.path.removeprefix(API).split("/")
        asked = call.request.fields
        if len(path) > 1:
            rows = [row for row in rows if path[1] in (row[IDS[name]], row.get("InvoiceNumber"), row.get("Code"))]
            if not rows:
                return Outcome(json_answer({"Message": "The resource you're looking for cannot be found"}, 404))
        rows = _chosen(rows, asked)
        if "page" in asked:
            size = min(int(asked.get("pageSize", PAGE_SIZE)), 1000)
            start = (int(asked["page"]) - 1) * size
            rows = rows[start : start + size]
        return Outcome(json_answer({"Status": "OK", name: [shown(row) for row in rows]}))

    def _write(self, name: str, call: Call) -> Outcome:
        body, asked = call.request.json, call.request.query
        rows = body.get(name, [body]) if isinstance(body, dict) else None
        own = call.request.path.removeprefix(API).split("/")[1:]
        if own and rows:
            rows = [dict(rows[0]) | {IDS[name]: own[0]}]
        if not rows:
            return Outcome(_invalid([({}, f"No data has been processed for this endpoint, which expects {name}.")]))
        done = [self._one(name, row, call, asked) for row in rows]
        failed = [(row, words) for row, words, _ in done if words]
        summarized = asked.get("summarizeErrors", asked.get("SummarizeErrors", ["true"]))[-1].lower() != "false"
        effect = ",".join(row[IDS[name]] for row, words, created in done if created and not words) or None
        if failed and (summarized or (len(rows) == 1 and summarized)):
            return Outcome(_invalid(failed), effect)
        return Outcome(json_answer({"Status": "OK", name: [_element(row, words) for row, words, _ in done]}), effect)

    def _one(self, name: str, given: Row, call: Call, asked: Mapping[str, list[str]]) -> tuple[Row, str, bool]:
        """The row afterwards, or the row as given with why not; and whether it is new."""
        create, four = call.request.method == "PUT", asked.get("unitdp", ["2"])[-1] == "4"
        before = len(getattr(self.books, LISTS[name]))
        writers: dict[str, Callable[[], Row]] = {
            "Invoices": lambda: self.books.invoice(given, create=create, four_decimals=four),
            "Contacts": lambda: self.books.contact(given),
            "Items": lambda: self.books.item(given),
            "CreditNotes": lambda: self.books.credit_note(given, four_decimals=four),
        }
        try:
            row = writers[name]()
        except RefusedError as refused:
            return given, str(refused), False
        except (ValueError, TypeError, KeyError) as error:
            return given, f"The request could not be read: {type(error).__name__}", False
        return row, "", len(getattr(self.books, LISTS[name])) > before


def _element(row: Row, words: str) -> Row:
    if not words:
        return shown(row) | {"StatusAttributeString": "OK", "HasErrors": False}
    return row | {"StatusAttributeString": "ERROR", "HasErrors": True, "ValidationErrors": [{"Message": words}]}


def _invalid(failed: Iterable[tuple[Row, str]]) -> Answer:
    elements = [row | {"ValidationErrors": [{"Message": words}]} for row, words in failed]
    body = {
        "ErrorNumber": 10,
        "Type": "ValidationException",
        "Message": "A validation exception occurred",
        "Elements": elements,
    }
    return json_answer(body, 400)


def _too_many(problem: str, wait_s: float) -> Answer:
    headers = {"X-Rate-Limit-Problem": problem, "Retry-After": str(int(wait_s) + 1)}
    return Answer(429, b"", "text/html", headers)


def _numbers(rows: Any) -> list[str]:
    """The names that the ledger shows of a request's rows."""
    known = rows if isinstance(rows, list) else []
    return [str(row.get("InvoiceNumber") or row.get("Code") or "") for row in known if isinstance(row, dict)]


def _chosen(rows: list[Row], asked: Mapping[str, Any]) -> list[Row]:
    for name, column in (("InvoiceNumbers", "InvoiceNumber"), ("IDs", "InvoiceID"), ("Statuses", "Status")):
        if asked.get(name):
            wanted = set(str(asked[name]).split(","))
            rows = [row for row in rows if row.get(column) in wanted]
    if term := str(asked.get("searchTerm") or "").lower():
        rows = [row for row in rows if term in json.dumps(row, default=str, ensure_ascii=False).lower()]
    if where := str(asked.get("where") or ""):
        parts = re.split(r"\s+OR\s+", where)
        rows = [row for row in rows if any(_holds(row, part) for part in parts)]
    return rows


def _holds(row: Row, where: str) -> bool:
    """Conditions joined by AND, of the few forms that are used."""
    compared: dict[str, Callable[[Any, Any], bool]] = {
        "==": lambda a, b: a == b, ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b,
        "<": lambda a, b: a < b, ">": lambda a, b: a > b,
    }  # fmt: skip
    for column, sign, text, year, month, day in CONDITION.findall(where):
        value = f"{int(year):04}-{int(month):02}-{int(day):02}" if year else re.sub(r"\\(.)", r"\1", text)
        if not compared[sign](str(row.get(column, "")), value):
            return False
    return True
