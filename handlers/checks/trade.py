"""What an order needs besides machines: something to sell, somebody to sell to, and words to answer with."""

from __future__ import annotations

from bot.runtime import Runtime
from handlers.checks.check import Severity, Verdict
from handlers.checks.sentences import sentence_problems
from jobs.reads import stats
from jobs.upkeep import tax_rates


def catalog(runtime: Runtime) -> Verdict:
    with runtime.engine.connect() as connection:
        counts = stats.catalog_counts(connection)
    facts = {name: counts[name] for name in ("products_active", "products")}
    return (
        Verdict(facts=facts) if counts["products_active"] else Verdict(Severity.UNHEALTHY, "no active product", facts)
    )


def outlets(runtime: Runtime) -> Verdict:
    with runtime.engine.connect() as connection:
        counts = stats.catalog_counts(connection)
    facts = {name: counts[name] for name in ("outlets_active", "outlets", "contacts_bound")}
    return Verdict(facts=facts) if counts["outlets_active"] else Verdict(Severity.UNHEALTHY, "no active outlet", facts)


def tax_rate(runtime: Runtime) -> Verdict:
    """TAX_RATE is read by the first migration only; a later change of it must not pass unseen."""
    words = tax_rates.difference(runtime)
    return Verdict(Severity.DEGRADED, words) if words else Verdict()


def replies(_runtime: Runtime) -> Verdict:
    """Every sentence in every language, rendered with an order of two lines."""
    found, count = sentence_problems()
    facts = {"sentences": count}
    return Verdict(Severity.UNHEALTHY, "; ".join(found[:5]), facts) if found else Verdict(facts=facts)
