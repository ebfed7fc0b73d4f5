"""The inbox: conversations as threads, one of them open beside its orders; answering, taking over, handing back, notes."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from bot.channels.registry import CHANNELS
from bot.conversation.documents import QUESTION
from bot.errors import BadInputError
from handlers.console.choosing import outlet_given, outlet_list
from handlers.console.door import SEE_OTHER, back, blueprint, done, ops, viewers
from handlers.console.meaning import conversations_like
from handlers.console.ring import send
from handlers.console.sessions import SignedIn, is_refresh, operator
from handlers.current import current_runtime
from handlers.form_values import choice, whole
from jobs.access.users import users
from jobs.audit import audit
from jobs.by_hand.canned_answers import canned_answers
from jobs.handoff import takeover, team_notes
from jobs.outbox.whatsapp_window import is_closed_for
from jobs.reads import threads as reads
from jobs.reads.orders import Wanted as WantedOrders
from jobs.reads.orders import read_orders
from jobs.reads.threads import Thread, View, Wanted
from models.database import autocommit, transaction
from models.user import Role

A_PAGE = 50
MESSAGES = 60
ORDERS_BESIDE = 4
LONGEST_ANSWER = 1_600
VIEWS = {
    View.WAITING: "Waiting",
    View.MINE: "Mine",
    View.UNREAD: "Unread",
    View.BOT: "Bot",
    View.ALL: "All",
}
HELD = "Kept until the customer writes again: WhatsApp's 24-hour window is closed."


@blueprint.get("")
@viewers
def home() -> ResponseReturnValue:
    return redirect(url_for("console.inbox"), SEE_OTHER)


@blueprint.get("/inbox")
@viewers
def inbox() -> ResponseReturnValue:
    return _page(None)


@blueprint.get("/inbox/<int:thread_id>")
@viewers
def show_thread(thread_id: int) -> ResponseReturnValue:
    return _page(thread_id)


def _page(thread_id: int | None) -> str:
    me, by_meaning = operator(), choice("by", ["meaning"], None) is not None
    words = request.args.get("q", "").strip()
    like = conversations_like(current_runtime(), words[: reads.LONGEST_SEARCH]) if words and by_meaning else None
    with autocommit(current_runtime().engine) as connection:
        wanted = _wanted(outlet_given(connection), like)
        open_ = None if thread_id is None else reads.thread(connection, thread_id)
        if thread_id is not None and open_ is None:
            abort(404)
        if open_:
            _note_view(connection, open_, me)
        page = {
            "threads": reads.threads(connection, wanted),
            "tabs": reads.view_counts(connection, me.name),
            "outlets": outlet_list(connection),
            "open": open_,
            **(_beside(connection, open_) if open_ else {}),
        }
    shown = {
        "wanted": wanted,
        "views": VIEWS,
        "channels": _channels(),
        "limit": LONGEST_ANSWER,
        "asks_documents": QUESTION,
        "a_page": A_PAGE,
        "by_meaning": by_meaning,
    }
    return render_template("console/inbox.html", **page, **shown, query=_query(wanted, by_meaning))


def _note_view(connection: Connection, open_: Thread, me: SignedIn) -> None:
    """Reading what a customer wrote is reading personal data, so it is written down; once, not at every refresh."""
    if not is_refresh():
        audit(connection, me.name, "viewed", f"conversation:{open_.id}")
    if open_.unread and me.may(Role.OPS):
        team_notes.mark_read(connection, open_.id, by=me.name, up_to=open_.last_id)


def _beside(connection: Connection, open_: Thread) -> dict[str, Any]:
    """What is said in the open thread, how it was read, and the orders of its outlets."""
    before = whole("before", None)
    said = reads.messages(connection, open_.id, before=before, most=MESSAGES)
    kept = reads.notes(connection, open_.id)
    wanted = WantedOrders(outlets=open_.outlet_codes, most=ORDERS_BESIDE)
    canned, insert = canned_answers(connection), whole("insert", None)
    return {
        "said": sorted([*said, *kept], key=lambda each: (each["at"], each["id"])),
        "earlier": said[0]["id"] if len(said) == MESSAGES else None,
        "asked": next((each["content"] for each in reversed(said) if _asks(each)), ""),
        "canned": canned,
        "inserted": next((each.content for each in canned if each.id == insert), ""),
        "products": reads.names_of(connection, said),
        "orders": read_orders(connection, wanted) if open_.outlet_codes else [],
        "colleagues": [user.name for user in users(connection) if user.role != Role.VIEWER and not user.disabled],
    }


def _asks(message: dict[str, Any]) -> bool:
    """Whether a message may be the question: more than a yes, a number or a thank you."""
    return message["direction"] == "inbound" and len(message["content"]) > 12 and len(message["content"]) <= 200


def _wanted(outlet: str | None, like: tuple[int, ...] | None) -> Wanted:
    """What the address asks for. Raises BadInputError for what no page of ours asks for."""
    return Wanted(
        view=View(choice("view", [view.value for view in View], View.WAITING.value) or View.WAITING),
        words=request.args.get("q", "").strip(),
        channel=choice("channel", list(CHANNELS), None),
        outlet=outlet,
        me=operator().name,
        page=whole("page", 1) or 1,
        most=A_PAGE,
        like=like,
    )


def _query(wanted: Wanted, by_meaning: bool) -> dict[str, Any]:
    """The same choice in another link."""
    kept = {"view": wanted.view.value, "q": wanted.words, "channel": wanted.channel, "outlet": wanted.outlet}
    kept["by"] = "meaning" if by_meaning else None
    return {name: value for name, value in kept.items() if value}


def _channels() -> list[str]:
    return [name for name, spec in CHANNELS.items() if spec.door]


@blueprint.post("/inbox/<int:thread_id>/answer")
@ops
def answer_thread(thread_id: int) -> ResponseReturnValue:
    """Words to the customer. With them the conversation is this operator's, and the bot is silent in it."""
    words = request.form.get("words", "").strip()
    if not words or len(words) > LONGEST_ANSWER:
        raise BadInputError(f"an answer has 1 to {LONGEST_ANSWER} characters")
    runtime = current_runtime()
    with transaction(runtime.engine) as connection:
        message_id = takeover.answer(connection, runtime.settings, thread_id, words, actor=operator().name)
        held = is_closed_for(connection, message_id, runtime.clock())
    send(message_id)
    return done(HELD if held else "Sent.", _to(thread_id))


@blueprint.post("/inbox/<int:thread_id>/take")
@ops
def take_thread(thread_id: int) -> ResponseReturnValue:
    runtime = current_runtime()
    with transaction(runtime.engine) as connection:
        takeover.take(connection, runtime.settings, thread_id, actor=operator().name)
    return done("This conversation is yours. The bot is silent here until you hand it back.", _to(thread_id))


@blueprint.post("/inbox/<int:thread_id>/hand-back")
@ops
def hand_back_thread(thread_id: int) -> ResponseReturnValue:
    runtime = current_runtime()
    with transaction(runtime.engine) as connection:
        open_ = reads.thread(connection, thread_id)
        if open_ is None or open_.escalation_id is None:
            raise BadInputError("nothing is open in this conversation")
        said = takeover.hand_back(connection, runtime.settings, open_.escalation_id, actor=operator().name)
    send(*said)
    return done("Handed back: the bot takes orders here again.", _to(thread_id))


@blueprint.post("/inbox/<int:thread_id>/note")
@ops
def note_thread(thread_id: int) -> ResponseReturnValue:
    with transaction(current_runtime().engine) as connection:
        team_notes.write_note(connection, thread_id, request.form.get("words", ""), by=operator().name)
    return done("Noted. Only colleagues see it.", _to(thread_id))


@blueprint.post("/inbox/<int:thread_id>/assign")
@ops
def assign_thread(thread_id: int) -> ResponseReturnValue:
    to = request.form.get("to", "")
    with transaction(current_runtime().engine) as connection:
        team_notes.assign(connection, thread_id, to, by=operator().name)
    return done(f"{to} has it now.", _to(thread_id))


def _to(thread_id: int) -> str:
    return back(url_for("console.show_thread", thread_id=thread_id))
