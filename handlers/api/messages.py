"""The team's inbox as JSON, for the bearer of API_TOKEN. At most four statements an answer, however many threads it shows."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, abort, jsonify

from bot.channels.registry import CHANNELS
from handlers.api import schemas
from handlers.bearer import require_token
from handlers.current import current_runtime
from handlers.form_values import choice, given, whole
from handlers.openapi_mark import described
from jobs.audit import audit
from jobs.handoff.team_notes import mark_read
from jobs.reads import threads as reads
from jobs.reads.threads import MOST, View, Wanted
from models.database import autocommit

ACTOR = "api"
SHOWN_MESSAGES = 60

blueprint = Blueprint("messages_api", __name__, url_prefix="/api/v1/messages")


@blueprint.before_request
def only_with_the_token() -> None:
    require_token(current_runtime().settings.api_token)


@blueprint.get("/threads/")
@described(answer=schemas.ThreadList, refusals=(400,))
def list_threads() -> Response:
    """Conversations with their last message, unread count and who has them.

    `view` is waiting, mine, unread, bot or all; `q` searches names, phones, outlets, order numbers and messages; `channel`,
    `outlet` (its code), `limit` (at most 200) and `page` narrow it down.
    """
    wanted = Wanted(
        view=View(choice("view", [view.value for view in View], View.ALL.value) or View.ALL),
        words=given("q"),
        channel=choice("channel", list(CHANNELS), None),
        outlet=given("outlet") or None,
        me=given("me"),
        page=whole("page", 1) or 1,
        most=whole("limit", 50, most=MOST) or 50,
    )
    with autocommit(current_runtime().engine) as connection:
        found = reads.threads(connection, wanted)
    return jsonify(threads=[_summary(thread) for thread in found])


@blueprint.get("/threads/<int:thread_id>")
@described(answer=schemas.ThreadPage, refusals=(400, 404))
def show_thread(thread_id: int) -> Response:
    """One conversation with its messages."""
    with autocommit(current_runtime().engine) as connection:
        thread = reads.thread(connection, thread_id)
        if thread is None:
            abort(HTTPStatus.NOT_FOUND)
        said = reads.messages(connection, thread_id, before=whole("before", None), most=SHOWN_MESSAGES)
        audit(connection, ACTOR, "viewed", f"conversation:{thread_id}")
    messages = [schemas.ThreadMessage.model_validate(each).model_dump(mode="json") for each in said]
    return jsonify(thread=_summary(thread), messages=messages)


@blueprint.post("/threads/<int:thread_id>/read")
@described(answer=schemas.ReadDone, refusals=(404,))
def read_thread(thread_id: int) -> Response:
    """Mark it read up to its last message, for the whole team. Doing it again changes nothing."""
    with autocommit(current_runtime().engine) as connection:
        if not mark_read(connection, thread_id, by=ACTOR):
            abort(HTTPStatus.NOT_FOUND)
        thread = reads.thread(connection, thread_id)
    return jsonify(thread_id=thread_id, unread=thread.unread if thread else 0)


@blueprint.get("/unread")
@described(answer=schemas.Unread)
def show_unread() -> Response:
    """How much nobody of the team has read."""
    with autocommit(current_runtime().engine) as connection:
        return jsonify(reads.unread_total(connection))


@blueprint.get("/notifications")
@described(answer=schemas.Notifications, refusals=(400,))
def list_notifications() -> Response:
    """What customers wrote after the message `after`; ask again with the `cursor` of the answer."""
    with autocommit(current_runtime().engine) as connection:
        found, cursor = reads.new_messages(connection, whole("after", 0, least=0) or 0)
    rows = [schemas.Notification.model_validate(row).model_dump(mode="json") for row in found]
    return jsonify(notifications=rows, cursor=cursor)


def _summary(thread: reads.Thread) -> dict[str, object]:
    return schemas.ThreadSummary.model_validate(thread).model_dump(mode="json")
