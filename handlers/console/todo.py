"""What needs a person, in one place: tasks, approvals, failures with replay, new people, names to approve, held replies."""

from __future__ import annotations

from http import HTTPStatus

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.errors import BadInputError
from handlers.console.choosing import outlet_list
from handlers.console.door import SEE_OTHER, back, blueprint, done, ops, viewers
from handlers.console.ring import send
from handlers.console.sessions import operator
from handlers.console.words import today
from handlers.current import current_runtime
from handlers.form_values import choice
from jobs.access.binding import outlet_of
from jobs.access.join_requests import decide_request, pending
from jobs.handoff import alias_proposals
from jobs.reads import threads as reads
from jobs.reads.escalations import held_replies
from jobs.reads.failures import list_failures, show_failure
from jobs.reads.orders import Wanted, read_orders
from jobs.reads.rereadings import doubtful_orders
from jobs.reads.threads import View
from jobs.reads.trade_rows import outlet_called
from jobs.replay.alias_preview import preview
from jobs.replay.failed_work import AGAIN, Replayed, replay
from jobs.replay.open_orders import keep
from models.database import autocommit, transaction
from models.failure_kind import FailureKind
from models.order_status import OrderStatus

MOST_SHOWN = 100
MOST_PREVIEWED = 300
MOST_AT_ONCE = 200
NAME_DECISIONS = {
    "approve": (alias_proposals.approve, "The name counts from the next message on."),
    "reject": (alias_proposals.reject, "The name stays out."),
    "undo": (alias_proposals.undo, "The name is taken back."),
}


@blueprint.get("/todo")
@viewers
def todo() -> ResponseReturnValue:
    with autocommit(current_runtime().engine) as connection:
        found = {
            "tasks": reads.threads(connection, reads.Wanted(view=View.WAITING, most=MOST_SHOWN)),
            "approvals": read_orders(connection, Wanted(status=OrderStatus.AWAITING_APPROVAL, most=MOST_SHOWN)),
            "failures": list_failures(connection, most=5),
            "requests": pending(connection),
            "names": alias_proposals.proposals(connection, state="proposed"),
            "held": held_replies(connection),
            "doubtful": doubtful_orders(connection, today(), MOST_SHOWN),
            "outlets": outlet_list(connection),
        }
    return render_template("console/todo.html", **found)


@blueprint.get("/todo/failures")
@viewers
def failures() -> ResponseReturnValue:
    kinds, everything = [kind.value for kind in FailureKind], request.args.get("all") == "1"
    kind = choice("kind", kinds, None)
    with autocommit(current_runtime().engine) as connection:
        found = list_failures(connection, kind=kind, everything=everything, most=MOST_SHOWN)
    again = [each.value for each in AGAIN]
    return render_template(
        "console/failures.html", failures=found, kinds=kinds, kind=kind, everything=everything, again=again
    )


@blueprint.get("/todo/failures/<int:failure_id>")
@viewers
def show_one_failure(failure_id: int) -> ResponseReturnValue:
    with autocommit(current_runtime().engine) as connection:
        try:
            found = show_failure(connection, failure_id)
        except BadInputError:
            abort(HTTPStatus.NOT_FOUND)
    again = found["kind"] in [each.value for each in AGAIN] and found["resolved_at"] is None
    return render_template("console/failure.html", failure=found, again=again)


@blueprint.post("/todo/failures/replay")
@ops
def replay_failures() -> ResponseReturnValue:
    """One or many; with `dry_run` it says what would become of each and does nothing."""
    ids = _ids(request.form.getlist("id"))
    dry_run = request.form.get("dry_run") == "1"
    found = replay(current_runtime(), ids, operator().name, dry_run=dry_run)
    for line in _words(found, dry_run):
        flash(line, "good")
    return redirect(back(url_for("console.failures")), SEE_OTHER)


def _ids(given: list[str]) -> list[int]:
    if not given:
        raise BadInputError("tick the failures that are to be done again")
    if len(given) > MOST_AT_ONCE or not all(each.isascii() and each.isdecimal() and len(each) < 18 for each in given):
        raise BadInputError(f"tick {MOST_AT_ONCE} failures at most")
    return [int(each) for each in given]


def _words(found: list[Replayed], dry_run: bool) -> list[str]:
    """How many, then each that was not done with its reason."""
    well = sum(each.done for each in found)
    first = f"{well} of {len(found)} would be done again" if dry_run else f"{well} of {len(found)} are done again"
    return [first, *(f"Failure {each.failure_id}: {each.reason}" for each in found if not each.done)][:6]


@blueprint.post("/todo/people/<int:request_id>/<decision>")
@ops
def decide_person(request_id: int, decision: str) -> ResponseReturnValue:
    """Let a stranger in for the outlet that is chosen, or not."""
    approve = _decided(decision, "approve", "decline") == "approve"
    runtime, words = current_runtime(), request.form.get("outlet", "").strip()
    with transaction(runtime.engine) as connection:
        code = outlet_called(connection, words, whole=True) if approve and words else ""
        outlet_id = outlet_of(connection, code) if approve and code else None
        told = decide_request(
            connection, runtime.settings, request_id, approve=approve, actor=operator().name, outlet_id=outlet_id
        )
    send(*told)
    said = f"They can order for {code} now, and were told." if approve else "Declined. They cannot order."
    return done(said, url_for("console.todo"))


@blueprint.get("/todo/names/<int:proposal_id>")
@viewers
def show_name(proposal_id: int) -> ResponseReturnValue:
    """A proposed name with what it would change: the outlet's past messages, read with it and without it."""
    runtime = current_runtime()
    with autocommit(runtime.engine) as connection:
        found = alias_proposals.proposals(connection, only=proposal_id)
        if not found:
            abort(HTTPStatus.NOT_FOUND)
        read, changed = preview(connection, found[0], runtime.settings.zone, most=MOST_PREVIEWED)
    return render_template("console/name.html", name=found[0], read=read, changed=changed)


@blueprint.post("/todo/names/<int:proposal_id>/<decision>")
@ops
def decide_name(proposal_id: int, decision: str) -> ResponseReturnValue:
    decide, said = NAME_DECISIONS[_decided(decision, *NAME_DECISIONS)]
    with transaction(current_runtime().engine) as connection:
        decide(connection, proposal_id, actor=operator().name)
    return done(said, url_for("console.todo"))


@blueprint.post("/todo/orders/<number>/keep")
@ops
def keep_order(number: str) -> ResponseReturnValue:
    """Somebody looked at both readings and the order is right."""
    with transaction(current_runtime().engine) as connection:
        keep(connection, number.upper(), actor=operator().name)
    return done(f"{number.upper()} stays as it is.", url_for("console.todo"))


def _decided(decision: str, *known: str) -> str:
    """What an address says to do. One that none of our pages has does nothing."""
    if decision not in known:
        abort(HTTPStatus.BAD_REQUEST, f"nothing was done: {' or '.join(known)}")
    return decision
