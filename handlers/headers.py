"""What every answer says to a browser, whichever door gave it; a door that says more keeps its own words."""

from __future__ import annotations

from flask import Flask, Response

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000"
"""A browser that was here once comes back by https only, for a year."""


def install(app: Flask, *, https: bool) -> None:
    said = HEADERS | ({"Strict-Transport-Security": HSTS} if https else {})

    def finish(response: Response) -> Response:
        for name, value in said.items():
            response.headers.setdefault(name, value)
        return response

    app.after_request(finish)
