"""Can questions be answered from the supplier's documents? Never more than degraded: no order needs them."""

from __future__ import annotations

from bot.knowledge.chroma import Chroma, ChromaError
from bot.knowledge.embedders import chosen
from bot.knowledge.kept_library import trouble_of
from bot.runtime import Runtime
from handlers.checks.check import Severity, Verdict

TIMEOUT_S = 1.0


def documents(runtime: Runtime) -> Verdict:
    settings = runtime.settings
    if not settings.chroma_host:
        worst = Severity.DEGRADED if settings.is_production else Severity.HEALTHY
        return Verdict(worst, "CHROMA_HOST is not set: questions go to the team", {"configured": False})
    embedder = chosen(settings).name
    chroma = Chroma(settings.chroma_host, TIMEOUT_S)
    try:
        trouble, counts = trouble_of(chroma, embedder)
    except ChromaError as error:
        return Verdict(
            Severity.DEGRADED, f"{error}: questions go to the team or are answered from memory", {"embedder": embedder}
        )
    finally:
        chroma.close()
    facts = {"embedder": embedder, "documents": dict(counts)}
    return Verdict(Severity.DEGRADED if trouble else Severity.HEALTHY, trouble, facts)


def persist_dir(runtime: Runtime) -> Verdict:
    """Vectors below /tmp are gone after a restart of the machine."""
    folder = runtime.settings.chroma_persist_dir.resolve()
    if runtime.settings.is_production and folder.is_relative_to("/tmp"):
        return Verdict(Severity.DEGRADED, "CHROMA_PERSIST_DIR is below /tmp and does not outlive a restart")
    return Verdict()
