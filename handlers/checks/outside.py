"""Services outside: what is configured, never a value of it. They are not called here: the synthetic order does not need
them, and a health check that calls a paid service is a bill."""

from __future__ import annotations

from datetime import datetime

from bot.channels.notices import targets
from bot.channels.spec import ChannelSpec
from bot.runtime import Runtime
from handlers.checks.check import Check, Severity, Verdict
from jobs.invoices.connection import read_on
from jobs.reads import invoicing

TOKEN_DAYS, WARN_DAYS = 60, 10
INVOICES_LATE_S = 15 * 60.0


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
    """Whether orders become invoices. Never worse than degraded: orders are taken all the same."""
    if not runtime.settings.xero_configured:
        return Verdict(facts={"configured": False, "status": "not configured"})
    with runtime.engine.connect() as connection:
        standing = read_on(connection)
        states, overdue_s = invoicing.invoices_by_state(connection), invoicing.overdue_s(connection)
    facts = {"configured": True, "organisation": (standing.facts or {}).get("organisation"), "invoices": states}
    words = [
        *standing.problems,
        *(standing.facts or {}).get("unverified", []),
        *_token_words(standing.rotated_at, runtime.clock()),
    ]
    if standing.paused_s and standing.paused_by:
        facts["paused_by"] = standing.paused_by
    if overdue_s > INVOICES_LATE_S:
        words.append(f"an invoice has been waiting for {overdue_s / 60:.0f} minutes")
    if given_up := states.get("blocked", 0) + states.get("failed", 0):
        words.append(f"{given_up} invoices wait for a person")
    return Verdict(Severity.DEGRADED, "; ".join(words), facts) if words else Verdict(facts=facts)


def _token_words(used_at: datetime | None, now: datetime) -> list[str]:
    """A refresh token dies 60 days after its last use; the daily look uses it, so that only a long silence brings it there."""
    days = (now - used_at).days if used_at is not None else 0
    if days >= TOKEN_DAYS:
        return [f"the refresh token was not used for {days} days and has run out: flask xero connect"]
    if days >= TOKEN_DAYS - WARN_DAYS:
        return [f"the refresh token was not used for {days} days and runs out after {TOKEN_DAYS}"]
    return []


def sentry(runtime: Runtime) -> Verdict:
    return Verdict(facts={"configured": bool(runtime.settings.sentry_dsn.get_secret_value())})


def _provider(runtime: Runtime, spec: ChannelSpec) -> Verdict:
    facts = {"configured": spec.configured(runtime.settings), "simulated": spec.simulated(runtime.settings)}
    if facts["simulated"] and runtime.settings.is_production:
        return Verdict(Severity.DEGRADED, "talks to the simulator", facts)
    return Verdict(facts=facts)
