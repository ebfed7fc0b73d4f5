"""Builds the Flask application: limits, doors, commands. Importing it has no effect; nothing is connected until used."""

from __future__ import annotations

from importlib import import_module

from flask import Flask, redirect

from bot.errors import StartupRefused
from bot.runtime import Runtime
from bot.settings import ROOT, get_settings
from bot.telemetry import configure_logging, init_sentry, init_tracing
from handlers import cli

MAX_BODY_BYTES = 256 * 1024
"""A webhook is a few kilobytes; what is larger is refused before it is read."""


def create_app(runtime: Runtime | None = None) -> Flask:
    """The application of one process. Without a runtime it makes its own from the environment, or ends the process with
    every problem of the settings at once."""
    if runtime is None:
        runtime = _own_runtime()
    app = Flask("tria", root_path=str(ROOT / "handlers"))
    app.debug = runtime.settings.debug
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES)  # sessions are the console's alone (console/sessions.py)
    app.extensions["tria"] = runtime
    if not cli.needs_no_doors():
        _add_doors(app, runtime)
    cli.register(app)
    return app


def _add_doors(app: Flask, runtime: Runtime) -> None:
    """Imported here, for those who serve: a command starts in half the time without them."""
    from werkzeug.middleware.proxy_fix import ProxyFix

    from bot.channels.registry import CHANNELS
    from handlers import api_docs, console, errors, headers, health, request_log, well_formed
    from handlers.api import messages, products
    from handlers.console import sessions

    if hops := runtime.settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    for spec in (spec for spec in CHANNELS.values() if spec.door):
        app.register_blueprint(import_module(spec.door).blueprint)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(api_docs.blueprint)
    https = runtime.settings.public_url.startswith("https://")
    sessions.install(
        app,
        runtime.settings.secret_key.get_secret_value(),
        https=https,
        admins_need_code=runtime.settings.is_production,
    )
    for blueprint in (messages.blueprint, products.blueprint, console.blueprint):
        app.register_blueprint(blueprint)
    if not runtime.settings.is_production:
        _add_simulator(app)
    headers.install(app, https=https)
    request_log.install(app)
    well_formed.install(app)
    errors.install(app)


def _own_runtime() -> Runtime:
    try:
        settings = get_settings()
    except StartupRefused as refused:
        raise SystemExit(str(refused)) from refused
    configure_logging(settings)
    init_sentry(settings)
    if not cli.needs_no_doors():
        init_tracing(settings)
    return Runtime(settings, application="tria-web")


def _add_simulator(app: Flask) -> None:
    from handlers import simulator  # never imported in production

    app.register_blueprint(simulator.blueprint)
    app.add_url_rule("/", "first_page", lambda: redirect("/simulator"))
