"""Services outside: what is configured, never a value of it. They are not called here: the synthetic order does not need
them, and a health check that calls a paid service is a bill."""

from __future__ import annotations

from bot.runtime import Runtime
from bot.settings import SIMULATOR_ACCOUNT_SID
from handlers.checks.check import Severity, Verdict


def openai(runtime: Runtime) -> Verdict:
    settings = runtime.settings
    key_set = bool(settings.openai_api_key.get_secret_value())
    return Verdict(facts={"api_key_set": key_set, "model": settings.openai_model if key_set else "offline: rules only"})


def twilio(runtime: Runtime) -> Verdict:
    simulated = runtime.settings.twilio_account_sid == SIMULATOR_ACCOUNT_SID
    return _provider(runtime, configured=bool(runtime.settings.twilio_account_sid), simulated=simulated)


def telegram(runtime: Runtime) -> Verdict:
    settings = runtime.settings
    simulated = settings.telegram_api_base_url == settings.simulator_url
    return _provider(runtime, configured=bool(settings.telegram_bot_token.get_secret_value()), simulated=simulated)


def xero(runtime: Runtime) -> Verdict:
    return Verdict(facts={"configured": runtime.settings.xero_configured})


def sentry(runtime: Runtime) -> Verdict:
    return Verdict(facts={"configured": bool(runtime.settings.sentry_dsn.get_secret_value())})


def _provider(runtime: Runtime, *, configured: bool, simulated: bool) -> Verdict:
    facts = {"configured": configured, "simulated": simulated}
    if simulated and runtime.settings.is_production:
        return Verdict(Severity.DEGRADED, "talks to the simulator", facts)
    return Verdict(facts=facts)
