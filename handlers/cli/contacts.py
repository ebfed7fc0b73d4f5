"""`flask contacts ...`: who may order for which outlet. Binding, unbinding, invitation codes and requests."""

from __future__ import annotations

from dataclasses import asdict

import click

from bot.channels.registry import CHANNELS
from bot.errors import BadInputError
from bot.identity.phones import to_e164
from handlers.cli.actor import actor_option, send_now
from handlers.cli.command import command, json_option, local_time, print_found, print_json
from handlers.current import current_runtime
from jobs.access.binding import bind, contact_of, outlet_of, unbind
from jobs.access.invitations import invite
from jobs.access.join_requests import decide_request, pending
from jobs.reads.contacts import bound_contacts

group = click.Group("contacts", help="The phones and chats that may order, and for whom.")
CHANNEL = click.option("--channel", type=click.Choice(list(CHANNELS)), default="whatsapp", show_default=True)


@command(group, "list", example="flask contacts list --outlet AW-JWL")
@click.option("--outlet", metavar="CODE", help="Only contacts of this outlet.")
@json_option
def list_contacts(outlet: str | None, as_json: bool) -> None:
    """Every contact and the outlets it may order for."""
    with current_runtime().engine.connect() as connection:
        found = bound_contacts(connection, outlet)
    rows = [
        (c.outlet, c.outlet_name, c.channel, c.address, c.display_name, c.bound_by, "yes" if c.is_manager else "")
        for c in found
    ]
    print_found(
        [asdict(contact) for contact in found],
        f"{len(rows)} contacts",
        ("outlet", "name", "channel", "address", "person", "bound by", "manager"),
        rows,
        as_json=as_json,
    )


@command(group, "invite", example="flask contacts invite AW-JWL --hours 48")
@click.argument("outlet")
@click.option("--hours", default=72.0, show_default=True, type=click.FloatRange(0, 24 * 31, min_open=True))
@actor_option
@json_option
def make_invitation(outlet: str, hours: float, actor: str, as_json: bool) -> None:
    """Print a code that binds the one phone or chat that writes it to the bot. It is shown only now."""
    runtime = current_runtime()
    with runtime.engine.begin() as connection:
        secret = runtime.settings.secret_key.get_secret_value()
        code, ends = invite(connection, outlet, hours=hours, actor=actor, secret=secret)
    local = ends.astimezone(runtime.settings.zone)
    if as_json:
        print_json({"code": code, "outlet": outlet, "expires_at": ends.isoformat()})
    else:
        click.echo(f"{code}  for {outlet}, once, until {local:%Y-%m-%d %H:%M}. The new contact writes it to the bot.")


@command(group, "pending", example="flask contacts pending")
@json_option
def list_pending(as_json: bool) -> None:
    """Strangers who wrote and wait to be approved. The outlet is the one they named, which proves nothing."""
    with current_runtime().engine.connect() as connection:
        found = pending(connection)
    rows = [
        (r.id, local_time(r.requested_at), r.channel, r.address, r.display_name, r.outlet_code, r.last_words)
        for r in found
    ]
    print_found(
        [asdict(request) for request in found],
        f"{len(rows)} requests",
        ("id", "since", "channel", "address", "person", "outlet", "last words"),
        rows,
        as_json=as_json,
    )


@command(group, "approve", example="flask contacts approve 12 --outlet AW-JWL")
@click.argument("request", type=int)
@click.option("--outlet", metavar="CODE", help="The outlet to bind to, when it is not the one they named.")
@actor_option
def approve(request: int, outlet: str | None, actor: str) -> None:
    """Bind the contact of a request and tell them."""
    runtime = current_runtime()
    with runtime.engine.begin() as connection:
        outlet_id = outlet_of(connection, outlet) if outlet else None
        said = decide_request(connection, runtime.settings, request, approve=True, actor=actor, outlet_id=outlet_id)
    send_now(runtime, said)
    click.echo(f"request {request} approved")


@command(group, "decline", example="flask contacts decline 12")
@click.argument("request", type=int)
@actor_option
def decline(request: int, actor: str) -> None:
    """Refuse a request; the contact is not told more than that it is not registered."""
    runtime = current_runtime()
    with runtime.engine.begin() as connection:
        decide_request(connection, runtime.settings, request, approve=False, actor=actor)
    click.echo(f"request {request} declined")


@command(group, "bind", example="flask contacts bind +6580000150 AW-JWL --manager")
@click.argument("address")
@click.argument("outlet")
@CHANNEL
@click.option("--manager", is_flag=True, help="They may also approve new contacts of this outlet.")
@actor_option
def bind_contact(address: str, outlet: str, channel: str, manager: bool, actor: str) -> None:
    """Let a phone, chat or business-scoped id order for an outlet."""
    with current_runtime().engine.begin() as connection:
        contact_id = contact_of(connection, channel, _address(channel, address))
        new = bind(connection, contact_id, [outlet_of(connection, outlet)], by=actor, actor=actor, manager=manager)
    click.echo("bound" if new else "was bound already")


@command(
    group, "unbind", example="flask contacts unbind +6580000150\nflask contacts unbind +6580000150 --outlet AW-JWL"
)
@click.argument("address")
@click.option("--outlet", metavar="CODE", help="Only from this outlet; without it from all.")
@CHANNEL
@actor_option
def unbind_contact(address: str, outlet: str | None, channel: str, actor: str) -> None:
    """End a contact's right to order. Its conversation is closed: whoever has the number next sees nothing of it."""
    with current_runtime().engine.begin() as connection:
        gone = unbind(connection, channel, _address(channel, address), outlet, actor=actor)
    if not gone:
        raise BadInputError(f"{address[:40]} orders for no such outlet")
    click.echo(f"{gone} binding{'s' if gone > 1 else ''} ended")


def _address(channel: str, written: str) -> str:
    """A phone in one spelling; ids as they are. Raises BadInputError."""
    address = written.strip().removeprefix("whatsapp:")
    if channel == "whatsapp" and address.lstrip("+ ")[:1].isdigit():
        address = to_e164(address)
    if not address or not all(char.isalnum() or char in "+._-:@" for char in address):
        raise BadInputError(f"{written[:40]!r} is no address")
    return address
