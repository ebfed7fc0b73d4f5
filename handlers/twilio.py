"""Twilio's door: inbound WhatsApp messages and delivery receipts. Verified against PUBLIC_URL, never against headers."""

from __future__ import annotations

import hashlib
import hmac

from flask import Blueprint, Response, abort, request
from werkzeug.datastructures import MultiDict

from bot.channels import twilio
from bot.errors import BadInputError, UnauthorizedError
from bot.runtime import Runtime
from bot.telemetry import get_logger, metrics
from handlers.current import current_runtime
from handlers.intake import take
from jobs.intake.record import record_receipt

blueprint = Blueprint("twilio", __name__)
log = get_logger(__name__)

EMPTY_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
MAX_PARAMETERS = 200
FORM = "application/x-www-form-urlencoded"


@blueprint.post("/webhooks/twilio")
def inbound() -> Response:
    runtime = current_runtime()
    form = _verified_form(runtime)
    incoming = twilio.read_form(form, runtime.settings, runtime.clock())
    if incoming.business_address not in runtime.settings.whatsapp_senders:
        metrics.webhook_rejected_total.labels(twilio.NAME, "bad_payload").inc()
        log.error("a signed message for a number that is not ours")
        raise UnauthorizedError("To is not ours", code="to")
    take(runtime, incoming, twilio.fingerprint(form))
    return Response(EMPTY_ANSWER, mimetype="text/xml")


@blueprint.post("/webhooks/twilio/status")
def receipt() -> Response:
    runtime = current_runtime()
    read = twilio.read_status(_verified_form(runtime))
    metrics.inbound_total.labels(twilio.NAME, "receipt" if read else "ignored").inc()
    if read is not None:
        metrics.receipts_total.labels(twilio.NAME, read.status).inc()
        record_receipt(runtime.engine, twilio.NAME, read)
    return Response(EMPTY_ANSWER, mimetype="text/xml")


def _verified_form(runtime: Runtime) -> MultiDict[str, str]:
    """The form of a request that Twilio signed. 415 for other bodies, 400 for too many parameters, 403 when not signed."""
    if request.mimetype != FORM or request.content_encoding:
        metrics.webhook_rejected_total.labels(twilio.NAME, "media_type").inc()
        abort(415)
    raw = request.get_data(cache=True)
    if raw.count(b"&") >= MAX_PARAMETERS:
        metrics.webhook_rejected_total.labels(twilio.NAME, "too_large").inc()
        raise BadInputError("too many parameters", code="parameters")
    settings = runtime.settings
    tokens = (settings.twilio_auth_token.get_secret_value(), settings.twilio_auth_token_secondary.get_secret_value())
    try:
        _check_body_hash(raw)
        position = twilio.verify_signature(
            tokens, _public_url(settings.public_url), request.form, request.headers.get("X-Twilio-Signature")
        )
    except UnauthorizedError:
        metrics.webhook_rejected_total.labels(twilio.NAME, "signature").inc()
        raise
    if position > 0:
        log.warning("signed with the secondary auth token")
    return request.form


def _public_url(base: str) -> str:
    """The address Twilio was given, with the query exactly as it was sent."""
    query = request.query_string.decode("ascii", "replace")
    return f"{base}{request.path}" + (f"?{query}" if query else "")


def _check_body_hash(raw: bytes) -> None:
    """The library does not check this hash for a form, so we do."""
    claimed = request.args.get("bodySHA256") if request.query_string else None
    if claimed is not None and not hmac.compare_digest(
        claimed.encode("utf-8", "replace"), hashlib.sha256(raw).hexdigest().encode()
    ):
        raise UnauthorizedError("body hash does not match", code="body_hash")
