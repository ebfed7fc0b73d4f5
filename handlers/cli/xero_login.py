"""The way from Xero's login page back to the command: by the browser to a door of this machine, or pasted by hand."""

from __future__ import annotations

import hmac
import secrets
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import click

from bot.accounting.identity import Identity
from bot.errors import BadInputError, PermanentError

DONE = b"<!doctype html><title>Tria</title><p>Done. You can close this window."


def code_by_callback(identity: Identity, redirect_uri: str, port: int, timeout_s: float) -> str:
    """Waits on 127.0.0.1 for the browser. Raises PermanentError when nobody comes, or comes with a no."""
    state = secrets.token_urlsafe(16)
    try:
        server = HTTPServer(("127.0.0.1", port), _Callback)
    except OSError as error:
        raise PermanentError(f"port {port} is taken: choose another with --port, or --paste") from error
    click.echo(f"Open this address and agree:\n{identity.login_address(redirect_uri, state)}", err=True)
    answers: list[str] = []
    server.answers = answers  # type: ignore[attr-defined]
    until = time.monotonic() + timeout_s
    with server:
        while not answers and (left := until - time.monotonic()) > 0:
            server.timeout = left
            server.handle_request()
    if not answers:
        raise PermanentError("nobody came back from the login page in time")
    return code_of(answers[0], state)


def code_by_paste(identity: Identity, redirect_uri: str, _port: int, _timeout_s: float) -> str:
    state = secrets.token_urlsafe(16)
    click.echo(f"Open this address and agree:\n{identity.login_address(redirect_uri, state)}", err=True)
    pasted = click.prompt("Then paste the address the browser ended at (or the code in it)", err=True).strip()
    return code_of(pasted, state) if "code=" in pasted or "error=" in pasted else pasted


def code_of(address: str, state: str) -> str:
    """The code in it. Raises PermanentError for a no, BadInputError for the end of another login."""
    found = parse_qs(urlsplit(address).query)
    if "error" in found:
        raise PermanentError(f"Xero's login ended with: {found['error'][-1][:60]}")
    if not hmac.compare_digest(found.get("state", [""])[-1], state):
        raise BadInputError("that is the end of another login: its state is not the one we sent")
    if not found.get("code"):
        raise BadInputError("there is no code in that address")
    return found["code"][-1]


class _Callback(BaseHTTPRequestHandler):
    """Takes the first request that carries a code or an error; a browser also asks for icons."""

    server: Any

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        mine = bool({"code", "error"} & set(asked))
        self.send_response(200 if mine else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        if mine:
            self.wfile.write(DONE)
            self.server.answers.append(self.path)

    def log_message(self, format: str, *args: Any) -> None:
        """The line would show the code."""
