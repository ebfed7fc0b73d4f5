"""Telegram's door: updates, guarded by the secret token. A press of a button is acknowledged in the answer itself."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, abort, jsonify, request

from bot.channels import telegram
from bot.errors import BadInputError, UnauthorizedError
from bot.runtime import Runtime
from bot.telemetry import get_logger, metrics
from handlers.current import current_runtime
from handlers.intake import take
from handlers.json_body import strict_json
from jobs import failures
from models.database import transaction
from models.failure_kind import FailureKind

blueprint = Blueprint("telegram", __name__)
log = get_logger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
BAD_BODY_TRIES = 3
"""Telegram repeats what was refused; after this many the body stays in the failures' list and the loop is ended with 200."""


@blueprint.post("/webhooks/telegram")
def inbound() -> Response:
    runtime = current_runtime()
    _verify(runtime)
    raw = request.get_data(cache=False)
    fingerprint = hashlib.sha256(raw).hexdigest()[:32]
    try:
        incoming = telegram.read_update(strict_json(raw), _bot_id(runtime), runtime.clock())
    except BadInputError as error:
        return _quarantine(runtime, fingerprint, error)
    take(runtime, incoming, fingerprint)
    if incoming.ignored == telegram.MALFORMED:
        _note_malformed(runtime, fingerprint)
    if press := incoming.payload.get("callback_query_id"):
        return jsonify({"method": "answerCallbackQuery", "callback_query_id": press})
    return jsonify({})


def _verify(runtime: Runtime) -> None:
    if request.mimetype != "application/json":
        metrics.webhook_rejected_total.labels(telegram.NAME, "media_type").inc()
        abort(415)
    try:
        telegram.verify_secret(
            runtime.settings.telegram_webhook_secret.get_secret_value(), request.headers.getlist(SECRET_HEADER)
        )
    except UnauthorizedError:
        metrics.webhook_rejected_total.labels(telegram.NAME, "secret").inc()
        raise


def _quarantine(runtime: Runtime, fingerprint: str, error: BadInputError) -> Response:
    metrics.webhook_rejected_total.labels(telegram.NAME, "bad_payload").inc()
    with transaction(runtime.engine) as connection:
        tries = failures.note(connection, FailureKind.WEBHOOK, fingerprint, error)
    log.warning("update refused", reason=error.code, tries=tries)
    if tries <= BAD_BODY_TRIES:
        raise error
    return jsonify({})


def _note_malformed(runtime: Runtime, fingerprint: str) -> None:
    """It may have been an order: the failures' list shows that something came which nobody could read."""
    metrics.webhook_rejected_total.labels(telegram.NAME, "bad_payload").inc()
    with transaction(runtime.engine) as connection:
        failures.note(connection, FailureKind.WEBHOOK, fingerprint, BadInputError("unknown form", code="payload"))


def _bot_id(runtime: Runtime) -> str:
    return telegram.SPEC.own_address(runtime.settings)
