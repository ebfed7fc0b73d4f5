"""What an order needs besides machines: something to sell, somebody to sell to, and words to answer with."""

from __future__ import annotations

from bot.runtime import Runtime
from handlers.checks.check import Severity, Verdict
from handlers.checks.sentences import sentence_problems
from jobs.reads import stats


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


def replies(_runtime: Runtime) -> Verdict:
    """Every sentence in every language, rendered with an order of two lines."""
    found, count = sentence_problems()
    facts = {"sentences": count}
    return Verdict(Severity.UNHEALTHY, "; ".join(found[:5]), facts) if found else Verdict(facts=facts)
