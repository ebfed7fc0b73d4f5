"""The Runtime of the running app; the one place that knows where create_app put it."""

from __future__ import annotations

from flask import current_app

from bot.runtime import Runtime


def current_runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["tria"]
    return runtime
