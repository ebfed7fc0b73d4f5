"""Xero's identity server: a code for tokens, a refresh token for new ones, and which organisations a login reaches.

The library's own refresh returns None where it cannot, and leaves a lost answer to its caller; here each outcome has its error.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import certifi
import urllib3

from bot.accounting.answers import Answer, parsed
from bot.accounting.transport import error_of, exchange
from bot.errors import NotConnectedError, PermanentError, UnknownOutcome
from bot.settings import Settings
from bot.settings.defaults import XERO_IDENTITY

LOGIN = "https://login.xero.com/identity/connect/authorize"
LOGIN_PATH = "/identity/connect/authorize"
TOKEN_PATH = "/connect/token"
SCOPES = "offline_access accounting.invoices accounting.contacts accounting.settings"
"""Apps made from 2026-03-02 on cannot ask for the older `accounting.transactions`."""


@dataclass(frozen=True, slots=True, repr=False)
class Tokens:
    access: str
    refresh: str
    life_s: float


@dataclass(frozen=True, slots=True)
class Tenant:
    id: str
    name: str


class Identity:
    """One login of one app. Nothing of a token is in any error or log line."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool = urllib3.PoolManager(maxsize=2, cert_reqs="CERT_REQUIRED", ca_certs=certifi.where(), retries=False)

    def login_address(self, redirect_uri: str, state: str) -> str:
        """Where a person agrees; afterwards the browser is sent to `redirect_uri` with a code."""
        base = self._settings.xero_identity_base_url
        place = LOGIN if base == XERO_IDENTITY else base + LOGIN_PATH
        asked = {
            "response_type": "code",
            "client_id": self._settings.xero_client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPES,
            "state": state,
        }
        return f"{place}?{urlencode(asked, quote_via=quote)}"

    def refresh(self, refresh_token: str) -> Tokens:
        """Raises NotConnectedError (the token does not count any more), UnknownOutcome (its answer was lost), TemporaryError."""
        return self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})

    def exchange(self, code: str, redirect_uri: str) -> Tokens:
        """Raises NotConnectedError for a code that is wrong, used or too old."""
        return self._tokens({"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri})

    def tenants(self, access: str) -> list[Tenant]:
        """The organisations that this login reaches."""
        headers = {"Authorization": f"Bearer {access}", "Accept": "application/json"}
        answer = exchange(self._pool, "GET", f"{self._settings.xero_api_base_url}/connections", headers, None)
        if answer.status != 200:
            raise error_of(answer, changes=False)
        rows = parsed(answer.data)
        return [
            Tenant(str(row["tenantId"]), str(row.get("tenantName") or ""))
            for row in (rows if isinstance(rows, list) else [])
            if isinstance(row, dict) and row.get("tenantId")
        ]

    def close(self) -> None:
        self._pool.clear()

    def _tokens(self, form: Mapping[str, str]) -> Tokens:
        secret = self._settings.xero_client_secret.get_secret_value()
        login = base64.b64encode(f"{self._settings.xero_client_id}:{secret}".encode()).decode()
        headers = {
            "Authorization": f"Basic {login}",
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        address = self._settings.xero_identity_base_url + TOKEN_PATH
        answer = exchange(self._pool, "POST", address, headers, urlencode(form))
        if answer.status != 200:
            raise _refusal(answer)
        return _read(parsed(answer.data))


def _refusal(answer: Answer) -> Exception:
    found = parsed(answer.data)
    word = str(found.get("error") or "") if isinstance(found, dict) else ""
    if word and answer.status in (400, 401, 403):
        return NotConnectedError(f"Xero's identity server refused: {word[:60]}", code=word[:32])
    error = error_of(answer, changes=True)
    return PermanentError(str(error), code=error.code) if isinstance(error, NotConnectedError) else error


def _read(found: Any) -> Tokens:
    """Raises UnknownOutcome for an answer that cannot be read: the old token may have been used up."""
    try:
        return Tokens(str(found["access_token"]), str(found["refresh_token"]), float(found.get("expires_in") or 1800))
    except (KeyError, TypeError, ValueError) as error:
        raise UnknownOutcome("the identity server's answer cannot be read", code="unreadable") from error
