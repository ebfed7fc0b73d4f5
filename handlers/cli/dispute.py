"""`flask dispute ORDER`: everything said and done about one order, in one page that anybody can read, with the audit's proofs."""

from __future__ import annotations

from pathlib import Path

import click
from flask import render_template

from handlers.cli.actor import actor_option
from handlers.cli.command import command, local_time, no_such
from handlers.cli.timeline import said_of
from handlers.current import current_runtime
from jobs.audit import audit
from jobs.reads.audit_rows import about_order
from jobs.reads.orders import Wanted, read_orders, read_timeline
from jobs.upkeep.audit_chain import seal, verify


@command(None, "dispute", example="flask dispute SO-100001 --out dispute.html")
@click.argument("number")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    required=True,
    help="The HTML file to write.",
)
@actor_option
def command_dispute(number: str, out: Path, actor: str) -> None:
    """Write the order, the messages around it, its history and who did what to it into one HTML file."""
    runtime = current_runtime()
    with runtime.engine.begin() as connection:
        found = read_orders(connection, Wanted(number=number.upper(), synthetic=True, most=1))
        if not found:
            raise no_such("order", number)
        order = found[0]
        audit(connection, actor, "dispute_pack", f"order:{order['id']}")
    while seal(runtime):
        pass
    with runtime.engine.connect() as connection:
        history = [event | {"said": said_of(event)} for event in read_timeline(connection, order["number"])]
        about = about_order(connection, order["id"], order["conversation_id"])
        chain = verify(connection)
    now = local_time(runtime.clock(), precise=True)
    page = render_template(
        "dispute.html", order=order, history=history, chain=chain, now=now, by=actor, local=local_time, **about
    )
    out.write_text(page, encoding="utf-8")
    click.echo(
        f"{out}: {len(about['said'])} messages, {len(history)} events, {len(about['audit'])} acts; the audit is {'whole' if chain.ok else 'BROKEN'}"
    )
