"""Saved answers: everybody who answers can use and see them, admins write them."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from handlers.console.door import admins, blueprint, done, ops
from handlers.console.sessions import operator
from handlers.current import current_runtime
from jobs.by_hand import canned_answers as job
from models.database import autocommit, transaction

LIMITS = {"title": job.LONGEST_TITLE, "content": job.LONGEST_CONTENT}


@blueprint.get("/answers")
@ops
def saved_answers() -> ResponseReturnValue:
    with autocommit(current_runtime().engine) as connection:
        found = job.canned_answers(connection)
    return render_template("console/answers.html", answers=found, limits=LIMITS)


@blueprint.post("/answers")
@admins
def add_saved_answer() -> ResponseReturnValue:
    with transaction(current_runtime().engine) as connection:
        job.add(connection, *_words(), actor=operator().name)
    return done("Saved. It is in every open conversation now: press c there.", url_for("console.saved_answers"))


@blueprint.post("/answers/<int:answer_id>")
@admins
def change_saved_answer(answer_id: int) -> ResponseReturnValue:
    with transaction(current_runtime().engine) as connection:
        job.change(connection, answer_id, *_words(), actor=operator().name)
    return done("Changed.", url_for("console.saved_answers"))


@blueprint.post("/answers/<int:answer_id>/remove")
@admins
def remove_saved_answer(answer_id: int) -> ResponseReturnValue:
    with transaction(current_runtime().engine) as connection:
        job.remove(connection, answer_id, actor=operator().name)
    return done("Taken away.", url_for("console.saved_answers"))


def _words() -> tuple[str, str]:
    return request.form.get("title", ""), request.form.get("content", "")
