"""Services outside: what is configured, never a value of it. They are not called here: the synthetic order does not need
them, and a health check that calls a paid service is a bill."""

from __future__ import annotations

from bot.channels.notices import targets
from bot.channels.spec import ChannelSpec
from bot.runtime import Runtime
from handlers.checks.check import Check, Severity, Verdict


def openai(runtime: Runtime) -> Verdict:
    settings = runtime.settings
    key_set = bool(settings.openai_api_key.get_secret_value())
    return Verdict(facts={"api_key_set": key_set, "model": settings.openai_model if key_set else "offline: rules only"})


def provider_of(spec: ChannelSpec) -> Check:
    """Whether the provider of a channel is configured."""
    return Check(
        spec.provider, "outside", lambda runtime: _provider(runtime, spec), spec.settings_needed, Severity.DEGRADED
    )


def escalation_notify(runtime: Runtime) -> Verdict:
    """Whether anybody hears of a customer who waits for a person."""
    told = targets(runtime.settings)
    facts = {"configured": bool(told), "channels": sorted({target.channel for target in told})}
    if not told and runtime.settings.is_production:
        return Verdict(Severity.DEGRADED, "nobody is told when a customer waits for a person", facts)
    return Verdict(facts=facts)


def xero(runtime: Runtime) -> Verdict:
    return Verdict(facts={"configured": runtime.settings.xero_configured})


def sentry(runtime: Runtime) -> Verdict:
    return Verdict(facts={"configured": bool(runtime.settings.sentry_dsn.get_secret_value())})


def _provider(runtime: Runtime, spec: ChannelSpec) -> Verdict:
    facts = {"configured": spec.configured(runtime.settings), "simulated": spec.simulated(runtime.settings)}
    if facts["simulated"] and runtime.settings.is_production:
        return Verdict(Severity.DEGRADED, "talks to the simulator", facts)
    return Verdict(facts=facts)
