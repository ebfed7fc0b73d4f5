"""Who orders: outlets with their rules, the people who may order for each, and letting in new ones."""

from __future__ import annotations

from http import HTTPStatus

from flask import abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.channels.registry import customer_channels
from bot.errors import BadInputError
from bot.identity.outlets_csv import DAYS
from bot.identity.phones import to_e164
from bot.language.languages import answered as languages
from bot.settings import ConfirmOrders
from handlers.console.door import back, blueprint, done, ops, viewers
from handlers.console.order_form import FRESH, Typed, typed
from handlers.console.sessions import operator
from handlers.current import current_runtime
from handlers.form_values import given, whole
from jobs.access.binding import bind, contact_of, outlet_of, unbind
from jobs.access.invitations import MOST_OPEN, invite, open_invitations, withdraw
from jobs.by_hand.outlets import change_outlet
from jobs.reads.contacts import bound_contacts
from jobs.reads.trade_rows import outlet_page, outlets
from models.database import autocommit, transaction

A_PAGE = 50
INVITED_HOURS = 72.0


@blueprint.get("/outlets")
@viewers
def outlets_page() -> ResponseReturnValue:
    page, words = whole("page", 1, most=10_000) or 1, given("q")
    if len(words) > 200:
        raise BadInputError("search for 200 characters at most")
    with autocommit(current_runtime().engine) as connection:
        found, total = outlet_page(connection, words=words or None, most=A_PAGE, skip=(page - 1) * A_PAGE)
    return render_template("console/outlets.html", outlets=found, total=total, page=page, a_page=A_PAGE, words=words)


# No outlet's code begins with a plus, so this address is nobody's.
@blueprint.get("/outlets/+invitations")
@viewers
def invitations() -> ResponseReturnValue:
    with autocommit(current_runtime().engine) as connection:
        found = open_invitations(connection)
    return render_template("console/invitations.html", invitations=found, most=MOST_OPEN)


@blueprint.post("/outlets/+invitations/<int:invitation_id>/withdraw")
@ops
def withdraw_invitation(invitation_id: int) -> ResponseReturnValue:
    with transaction(current_runtime().engine) as connection:
        withdraw(connection, invitation_id, actor=operator().name)
    return done("Withdrawn: its code lets nobody in any more.", back(url_for("console.invitations")))


@blueprint.get("/outlets/<code>")
@viewers
def show_outlet(code: str) -> ResponseReturnValue:
    return _outlet(code)


def _outlet(code: str, made: str = "", filled: Typed = FRESH) -> str:
    """`made` is shown with this answer and kept nowhere: what waits for the next page waits in the browser's cookie."""
    with autocommit(current_runtime().engine) as connection:
        found = outlets(connection, code=code)
        if not found:
            abort(HTTPStatus.NOT_FOUND)
        people = bound_contacts(connection, found[0]["outlet_id"])
        waiting = open_invitations(connection, found[0]["outlet_id"])
    channels = [spec.name for spec in customer_channels()]
    return render_template(
        "console/outlet.html", outlet=found[0], people=people, invitations=waiting, channels=channels, made=made, typed=filled, days=DAYS,
        languages=languages(), asking=list(ConfirmOrders), settings=current_runtime().settings,
    )  # fmt: skip


@blueprint.post("/outlets/<code>/rules")
@ops
def change_outlet_rules(code: str) -> ResponseReturnValue:
    """What is refused stands in the form again, with what is wrong above it."""
    form = request.form
    cells = {**form.to_dict(), "delivery_days": "|".join(form.getlist("delivery_days"))}
    try:
        with transaction(current_runtime().engine) as connection:
            changed = change_outlet(connection, code, cells, active=form.get("active") == "1", actor=operator().name)
    except BadInputError as error:
        flash(str(error), "bad")
        return _outlet(code, filled=typed()), HTTPStatus.UNPROCESSABLE_ENTITY
    return done("Changed. It counts from the next message on." if changed else "It was so already.", _to(code))


@blueprint.post("/outlets/<code>/invite")
@ops
def invite_contact(code: str) -> ResponseReturnValue:
    """A code that the new phone or chat writes to the bot. It is shown once."""
    runtime = current_runtime()
    secret = runtime.settings.secret_key.get_secret_value()
    with transaction(runtime.engine) as connection:
        written, _ = invite(connection, code, hours=INVITED_HOURS, actor=operator().name, secret=secret)
    return _outlet(
        code, f"{written} lets one new phone or chat order for {code}: it writes the code to the bot within 72 hours."
    )


@blueprint.post("/outlets/<code>/bind")
@ops
def bind_contact(code: str) -> ResponseReturnValue:
    channel, address = request.form.get("channel", "whatsapp"), request.form.get("address", "").strip()
    with transaction(current_runtime().engine) as connection:
        contact = contact_of(connection, *_address(channel, address))
        new = bind(connection, contact, [outlet_of(connection, code)], by=operator().name, actor=operator().name)
    return done("They can order for it now." if new else "They could already.", _to(code))


@blueprint.post("/outlets/<code>/unbind")
@ops
def unbind_contact(code: str) -> ResponseReturnValue:
    channel, address = _address(request.form.get("channel", ""), request.form.get("address", ""))
    with transaction(current_runtime().engine) as connection:
        gone = unbind(connection, channel, address, code, actor=operator().name)
    if not gone:
        raise BadInputError("they do not order for this outlet")
    return done("They cannot order for it any more; their conversation is closed.", _to(code))


def _to(code: str) -> str:
    return url_for("console.show_outlet", code=code)


def _address(channel: str, written: str) -> tuple[str, str]:
    """A phone in its one spelling, an id as it is. Raises BadInputError."""
    if channel not in [spec.name for spec in customer_channels()]:
        raise BadInputError("choose WhatsApp or Telegram")
    address = to_e164(written) if channel == "whatsapp" and written.lstrip("+ ")[:1].isdigit() else written
    if not address or len(address) > 140 or not all(char.isalnum() or char in "+._-:" for char in address):
        raise BadInputError(f"{written[:40]!r} is neither a phone number nor a chat id")
    return channel, address
