"""Announcements: written, looked at with everybody who would get them, sent once, and followed."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.channels.registry import customer_channels
from bot.errors import BadInputError
from bot.language.languages import answered as languages
from handlers.console.door import blueprint, done, ops
from handlers.console.ring import send
from handlers.console.sessions import operator
from handlers.current import current_runtime
from jobs.broadcast import enqueue as job
from jobs.broadcast.audience import EVERYBODY, KEYS, Words, filter_of, filter_written, recipients
from jobs.broadcast.enqueue import Enqueued
from jobs.reads import broadcasts as reads
from jobs.reads.trade_rows import customer_names, outlet_names
from models.database import autocommit, transaction


@blueprint.get("/broadcasts")
@ops
def broadcasts() -> ResponseReturnValue:
    with autocommit(current_runtime().engine) as connection:
        found = reads.broadcasts(connection)
        shops, owners = outlet_names(connection), customer_names(connection)
    channels = [spec.name for spec in customer_channels()]
    return render_template(
        "console/broadcasts.html",
        broadcasts=found,
        outlets=shops,
        customers=owners,
        channels=channels,
        languages=languages(),
    )


@blueprint.post("/broadcasts/preview")
@ops
def preview_broadcast() -> ResponseReturnValue:
    """Who would get it, and who not and why. Nothing is written."""
    runtime, words, audience = current_runtime(), _words(), _audience()
    with autocommit(runtime.engine) as connection:
        found = recipients(connection, runtime.settings, words, audience, runtime.clock())
    meant = [each for each in found if each.why_not is None]
    return render_template("console/broadcast_preview.html", words=words, audience=audience, found=found, meant=meant)


@blueprint.post("/broadcasts/send")
@ops
def send_broadcast() -> ResponseReturnValue:
    runtime, me = current_runtime(), operator().name
    with transaction(runtime.engine) as connection:
        audience = request.form.get("audience", EVERYBODY)
        broadcast_id = job.plan(connection, _words(), audience, actor=me)
        ended = job.enqueue(runtime, connection, broadcast_id, actor=me)
    return _told(ended, f"On its way to {len(ended.message_ids)}.")


@blueprint.post("/broadcasts/<int:broadcast_id>/resume")
@ops
def resume_broadcast(broadcast_id: int) -> ResponseReturnValue:
    runtime = current_runtime()
    with transaction(runtime.engine) as connection:
        ended = job.enqueue(runtime, connection, broadcast_id, actor=operator().name)
    return _told(ended, f"{len(ended.message_ids)} more are written to.")


def _told(ended: Enqueued, said: str) -> ResponseReturnValue:
    """Rings for what was written. Raises BadInputError when it was undone."""
    send(*ended.message_ids)
    if not ended.success:
        raise BadInputError(
            f"{len(ended.failed)} could not be written to, more than half: nobody was. See the row below."
        )
    return done(said, url_for("console.broadcasts"))


def _words() -> Words:
    words = Words(request.form.get("text", "").strip(), request.form.get("template", "").strip() or None)
    if not words.text and not words.template:
        raise BadInputError("say something: a text, a template or both")
    if len(words.text) > job.LONGEST:
        raise BadInputError(f"an announcement has {job.LONGEST} characters at most")
    return words


def _audience() -> str:
    """The filter that the form's choices make."""
    parts = {key: [value for value in request.form.getlist(key) if value] for key in KEYS}
    audience = filter_written({key: values for key, values in parts.items() if values})
    filter_of(audience)
    return audience
