"""What is sold and to whom: products with their prices, outlets with the people who may order for them."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot.channels.registry import customer_channels
from bot.errors import BadInputError
from bot.identity.phones import to_e164
from handlers.console.door import blueprint, done, ops, viewers
from handlers.console.sessions import operator
from handlers.console.words import today
from handlers.current import current_runtime
from handlers.form_values import given, whole
from jobs.access.binding import bind, contact_of, outlet_of, unbind
from jobs.access.invitations import invite
from jobs.by_hand.products import change_product
from jobs.reads.contacts import bound_contacts
from jobs.reads.product_search import search
from jobs.reads.trade_rows import contract_prices, outlets
from models.database import autocommit, transaction

A_PAGE = 50
INVITED_HOURS = 72.0


@blueprint.get("/products")
@viewers
def products() -> ResponseReturnValue:
    page, words = whole("page", 1, most=10_000) or 1, given("q")
    if len(words) > 200:
        raise BadInputError("search for 200 characters at most")
    with autocommit(current_runtime().engine) as connection:
        found, total = search(connection, words, most=A_PAGE, skip=(page - 1) * A_PAGE, everything=True)
        prices = contract_prices(connection, today=today(), most=200) if not words and page == 1 else []
    return render_template(
        "console/products.html", products=found, total=total, page=page, a_page=A_PAGE, words=words, prices=prices
    )


@blueprint.post("/products/<path:sku>")
@ops
def change_one_product(sku: str) -> ResponseReturnValue:
    form = request.form
    with transaction(current_runtime().engine) as connection:
        changed = change_product(
            connection, sku, price=form.get("price", ""), active=form.get("active") == "1", actor=operator().name
        )
    said = f"{sku} is changed; placed orders keep their prices." if changed else f"{sku} was so already."
    return done(said, url_for("console.products", q=given("q") or None))


@blueprint.get("/outlets")
@viewers
def outlets_page() -> ResponseReturnValue:
    return _outlets()


def _outlets(made: str = "") -> str:
    """`made` is shown with this answer and kept nowhere: what waits for the next page waits in the browser's cookie."""
    with autocommit(current_runtime().engine) as connection:
        shops, people = outlets(connection), bound_contacts(connection)
    by_outlet = {shop["outlet_id"]: [each for each in people if each.outlet == shop["outlet_id"]] for shop in shops}
    channels = [spec.name for spec in customer_channels()]
    return render_template("console/outlets.html", outlets=shops, people=by_outlet, channels=channels, made=made)


@blueprint.post("/outlets/<code>/invite")
@ops
def invite_contact(code: str) -> ResponseReturnValue:
    """A code that the new phone or chat writes to the bot. It is shown once."""
    runtime = current_runtime()
    secret = runtime.settings.secret_key.get_secret_value()
    with transaction(runtime.engine) as connection:
        written, _ = invite(connection, code, hours=INVITED_HOURS, actor=operator().name, secret=secret)
    return _outlets(
        f"{written} lets one new phone or chat order for {code}: it writes the code to the bot within 72 hours."
    )


@blueprint.post("/outlets/<code>/bind")
@ops
def bind_contact(code: str) -> ResponseReturnValue:
    channel, address = request.form.get("channel", "whatsapp"), request.form.get("address", "").strip()
    with transaction(current_runtime().engine) as connection:
        contact = contact_of(connection, *_address(channel, address))
        new = bind(connection, contact, [outlet_of(connection, code)], by=operator().name, actor=operator().name)
    return done("They can order for it now." if new else "They could already.", url_for("console.outlets_page"))


@blueprint.post("/outlets/<code>/unbind")
@ops
def unbind_contact(code: str) -> ResponseReturnValue:
    channel, address = _address(request.form.get("channel", ""), request.form.get("address", ""))
    with transaction(current_runtime().engine) as connection:
        gone = unbind(connection, channel, address, code, actor=operator().name)
    if not gone:
        raise BadInputError("they do not order for this outlet")
    return done("They cannot order for it any more; their conversation is closed.", url_for("console.outlets_page"))


def _address(channel: str, written: str) -> tuple[str, str]:
    """A phone in its one spelling, an id as it is. Raises BadInputError."""
    if channel not in [spec.name for spec in customer_channels()]:
        raise BadInputError("choose WhatsApp or Telegram")
    address = to_e164(written) if channel == "whatsapp" and written.lstrip("+ ")[:1].isdigit() else written
    if not address or len(address) > 140 or not all(char.isalnum() or char in "+._-:" for char in address):
        raise BadInputError(f"{written[:40]!r} is no phone or chat")
    return channel, address
