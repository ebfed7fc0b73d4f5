"""A question that the documents did not answer becomes an FAQ: the customer is answered, and so is the next one, by the bot."""

from __future__ import annotations

import threading
from pathlib import Path

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from bot.errors import BadInputError, TriaError
from bot.knowledge.build import build
from bot.knowledge.embedders import chosen
from bot.knowledge.opened import opened
from bot.runtime import Runtime
from bot.telemetry import get_logger, report_error
from handlers.console.door import SEE_OTHER, back, blueprint, done, ops
from handlers.console.ring import send
from handlers.console.sessions import DOCUMENTS, operator
from handlers.current import current_runtime
from jobs.handoff.learned_answer import learn
from jobs.reads.rows_beside_documents import facts_of
from models.database import transaction

NOT_BUILT = "The customer is answered and {file} is written, but the documents could not be read anew ({why}): flask knowledge build"
_BUILDING = threading.Lock()
log = get_logger(__name__)


@blueprint.post("/inbox/<int:thread_id>/faq/<int:escalation_id>")
@ops
def keep_as_faq(thread_id: int, escalation_id: int) -> ResponseReturnValue:
    """What `flask knowledge learn` does, with the question as the operator leaves it. The customer's answer leaves first."""
    runtime, folder = current_runtime(), Path(current_app.config[DOCUMENTS])
    answer, question = request.form.get("words", ""), request.form.get("question", "").strip()
    page = back(url_for("console.show_thread", thread_id=thread_id))
    if not question:
        raise BadInputError("write the question that this answers, as another customer would ask it")
    with transaction(runtime.engine) as connection:
        learned = learn(
            connection, runtime.settings, escalation_id, answer, question=question, folder=folder, actor=operator().name
        )
    send(*learned.messages)
    if why := _rebuilt(runtime, folder):
        flash(NOT_BUILT.format(file=learned.file.name, why=why), "bad")
        return redirect(page, SEE_OTHER)
    return done(f"Sent, and kept as {learned.file.name}: the bot answers the next one.", page)


def _rebuilt(runtime: Runtime, folder: Path) -> str:
    """Reads all documents anew, one build at a time. Why that failed, in words; the documents of before then go on answering."""
    try:
        with _BUILDING, opened(runtime.settings) as chroma:
            build(chroma, chosen(runtime.settings), folder, facts_of(runtime))
    except TriaError as error:
        log.exception("the documents could not be built")
        report_error(error)
        return str(error)
    return ""
