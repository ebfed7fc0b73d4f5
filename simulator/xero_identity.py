"""Xero's identity server: codes for tokens, refresh tokens that rotate, and the old one's grace when an answer was lost."""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from simulator.config import SimulatorConfig
from simulator.wire import Answer, Request, json_answer

SCOPES = "offline_access accounting.invoices accounting.contacts accounting.settings"


@dataclass(slots=True)
class Grant:
    """One login: the refresh token that counts, the one before it with the end of its grace, and the access tokens in force."""

    refresh: str
    previous: str = ""
    grace_until: float = 0.0
    access: dict[str, float] = field(default_factory=dict)


class IdentityRefusedError(Exception):
    """OAuth's own error word."""


class Identity:
    """Thread-safe. `refreshes` counts the refreshes that succeeded, which is what "refreshed once" is judged by."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        with self._lock:
            self.grants = [Grant(self.config.xero_refresh_token)]
            self.codes: dict[str, str] = {}
            self.refreshes = self.refused = 0

    def expire(self) -> None:
        """Every access token runs out now."""
        with self._lock:
            for grant in self.grants:
                grant.access.clear()

    def revoke(self) -> None:
        """The user disconnects the app: no token counts any more."""
        with self._lock:
            self.grants.clear()

    def knows(self, access: str) -> bool:
        now = time.monotonic()
        with self._lock:
            return any(grant.access.get(access, 0.0) > now for grant in self.grants)

    def authorize(self, request: Request) -> Answer:
        """What the login page does once the user has agreed: back to the app, with a code."""
        asked = request.fields
        if asked.get("client_id") != self.config.xero_client_id:
            return json_answer({"error": "unauthorized_client"}, 400)
        code = secrets.token_urlsafe(24)
        with self._lock:
            self.codes[code] = str(asked.get("redirect_uri", ""))
        back = urlencode({"code": code, "scope": SCOPES, "state": asked.get("state", "")})
        return Answer(302, headers={"Location": f"{asked.get('redirect_uri', '')}?{back}"})

    def token(self, request: Request) -> Answer:
        asked = request.fields
        try:
            self._authenticate(request, asked)
            if asked.get("grant_type") == "authorization_code":
                return json_answer(self._exchange(str(asked.get("code", "")), str(asked.get("redirect_uri", ""))))
            if asked.get("grant_type") == "refresh_token":
                return json_answer(self._refresh(str(asked.get("refresh_token", ""))))
        except IdentityRefusedError as refused:
            self.refused += 1
            return json_answer({"error": str(refused)}, 400)
        return json_answer({"error": "unsupported_grant_type"}, 400)

    def _authenticate(self, request: Request, asked: Mapping[str, Any]) -> None:
        """By HTTP Basic or by fields, as OAuth allows."""
        wanted = (self.config.xero_client_id, self.config.xero_client_secret)
        scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
        given = (str(asked.get("client_id", "")), str(asked.get("client_secret", "")))
        if scheme.lower() == "basic":
            try:
                name, _, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError) as error:
                raise IdentityRefusedError("invalid_client") from error
            given = (name, secret)
        if given != wanted:
            raise IdentityRefusedError("invalid_client")

    def _exchange(self, code: str, redirect_uri: str) -> dict[str, Any]:
        with self._lock:
            if not code or self.codes.pop(code, None) != redirect_uri:
                raise IdentityRefusedError("invalid_grant")
            self.grants.append(Grant(secrets.token_urlsafe(32)))
            return self._issue(self.grants[-1])

    def _refresh(self, refresh: str) -> dict[str, Any]:
        """The token that was current rotates; the one before it still works while its grace lasts, and ends what it led to."""
        now = time.monotonic()
        with self._lock:
            for grant in self.grants:
                in_grace = refresh == grant.previous and now < grant.grace_until
                if not refresh or (refresh != grant.refresh and not in_grace):
                    continue
                if not in_grace:
                    grant.previous, grant.grace_until = refresh, now + self.config.xero_grace_s
                grant.refresh = secrets.token_urlsafe(32)
                self.refreshes += 1
                return self._issue(grant)
        raise IdentityRefusedError("invalid_grant")

    def _issue(self, grant: Grant) -> dict[str, Any]:
        access = secrets.token_urlsafe(48)
        grant.access[access] = time.monotonic() + self.config.xero_access_s
        return {
            "access_token": access,
            "expires_in": int(self.config.xero_access_s),
            "token_type": "Bearer",
            "refresh_token": grant.refresh,
            "scope": SCOPES,
        }
