"""Error reports to Sentry, only when SENTRY_DSN is set: class, frames and ids; no local variables, no bodies, no persons."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from structlog.contextvars import get_contextvars

from bot.settings import Settings
from bot.telemetry.errors import error_words, ids_of
from bot.telemetry.masking import Mask, secret_values

if TYPE_CHECKING:  # the library loads slowly, and without SENTRY_DSN nobody needs it
    from sentry_sdk.transport import Transport
    from sentry_sdk.types import Event, Hint

KEPT_TAGS = ("message_id", "conversation_id", "outlet_id", "order_id", "job", "correlation_id", "path")
EVENT_DEPTH = 20
"""An event's frames lie deeper than the fields of any log line."""
DROPPED = ("request", "user", "breadcrumbs", "extra", "logentry", "modules", "server_name", "threads")


def init_sentry(settings: Settings, *, release: str = "", transport: type[Transport] | None = None) -> bool:
    """Start reporting; False, and nothing happens, without SENTRY_DSN. `transport` is for tests."""
    dsn = settings.sentry_dsn.get_secret_value()
    if not dsn:
        return False
    import sentry_sdk
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.dedupe import DedupeIntegration

    mask = Mask(secret_values(settings), max_depth=EVENT_DEPTH)
    sentry_sdk.init(
        dsn=dsn,
        environment=settings.environment,
        release=release or None,
        # None of the automatic ones: they would report what is only logged, and take requests and locals along.
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[DedupeIntegration(), AtexitIntegration(callback=lambda pending, timeout: None)],
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        before_send=lambda event, hint: lean_event(event, hint, mask),
        transport=transport,
    )
    return True


def report_error(error: BaseException) -> None:
    """One event for an error that nobody expected; nothing without SENTRY_DSN."""
    library = sys.modules.get("sentry_sdk")
    if library is not None:
        library.capture_exception(error)


def lean_event(event: Event, hint: Hint, mask: Mask) -> Event:
    """The event with everything taken out that could quote a customer or a secret; our ids become tags."""
    body: dict[str, Any] = dict(event)
    for name in DROPPED:
        body.pop(name, None)
    error = (hint.get("exc_info") or (None, None, None))[1]
    for link in (body.get("exception") or {}).get("values", []):
        link["value"] = (
            error_words(error, mask) if error is not None and link.get("type") == type(error).__name__ else ""
        )
        for frame in (link.get("stacktrace") or {}).get("frames", []):
            frame.pop("vars", None)
    body["tags"] = _ids(error)
    body["contexts"] = {"runtime": (body.get("contexts") or {}).get("runtime", {})}
    return mask.mapping({"lean": body})["lean"]  # type: ignore[no-any-return]


def _ids(error: BaseException | None) -> dict[str, str]:
    """Those bound now, and those that were bound where the error came from."""
    bound = get_contextvars() | ids_of(error)
    return {name: str(bound[name]) for name in KEPT_TAGS if name in bound}
