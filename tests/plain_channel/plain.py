"""The door of the plain channel: one address, one secret, JSON in."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, jsonify, request

from handlers.bearer import require_token
from handlers.current import current_runtime
from handlers.intake import take
from tests.plain_channel.channel import read_payload

blueprint = Blueprint("plain", __name__)


@blueprint.post("/webhooks/plain")
def inbound() -> Response:
    runtime = current_runtime()
    require_token(runtime.settings.api_token)
    raw = request.get_data(cache=True)
    incoming = read_payload(request.get_json(silent=True), runtime.clock())
    take(runtime, incoming, hashlib.sha256(raw).hexdigest()[:32])
    return jsonify({})
