"""`flask aliases ...`: names that outlets use, learned from their own answers. A person looks, then approves or rejects."""

from __future__ import annotations

from dataclasses import asdict

import click

from bot.errors import BadInputError
from handlers.cli.actor import actor_option
from handlers.cli.command import command, json_option, print_found
from handlers.current import current_runtime
from jobs.handoff import alias_proposals
from jobs.replay.alias_preview import preview
from models.alias_proposal import ProposalState

group = click.Group("aliases", help="Names of products that single outlets use.")
PROPOSAL = click.argument("proposal", type=int)


@command(group, "list", example="flask aliases list --state proposed")
@click.option(
    "--state", type=click.Choice([state.value for state in ProposalState]), help="Only these; all without it."
)
@json_option
def list_proposals(state: str | None, as_json: bool) -> None:
    """Proposed names with what they were learned from; `picked` says how often that outlet meant it so."""
    with current_runtime().engine.connect() as connection:
        found = alias_proposals.proposals(connection, state=state)
    rows = [
        (p.id, p.outlet, p.alias, p.sku, p.product, len(p.message_ids), p.state, ", ".join(map(str, p.message_ids)))
        for p in found
    ]
    print_found(
        [asdict(proposal) | {"ready": proposal.ready} for proposal in found],
        f"{len(rows)} names",
        ("id", "outlet", "name", "sku", "product", "picked", "state", "messages"),
        rows,
        as_json=as_json,
    )


@command(group, "preview", example="flask aliases preview 3")
@PROPOSAL
@click.option("--most", default=1_000, show_default=True, type=click.IntRange(1), help="So many past messages.")
@json_option
def show_preview(proposal: int, most: int, as_json: bool) -> None:
    """Read the outlet's past messages with the name and without it, and show what would change."""
    runtime = current_runtime()
    with runtime.engine.connect() as connection:
        found = alias_proposals.proposals(connection, only=proposal)
        if not found:
            raise BadInputError(f"there is no alias proposal {proposal}")
        count, changed = preview(connection, found[0], runtime.settings.zone, most=most)
    rows = [(item.message_id, item.content, "\n".join(item.differences)) for item in changed]
    print_found(
        {"read": count, "changed": [asdict(item) for item in changed]},
        f"{len(rows)} of {count} messages would be read differently",
        ("message", "words", "change"),
        rows,
        as_json=as_json,
    )


@command(group, "approve", example="flask aliases approve 3")
@PROPOSAL
@actor_option
def approve(proposal: int, actor: str) -> None:
    """Let the name count in its outlet, from the next message on."""
    with current_runtime().engine.begin() as connection:
        alias_proposals.approve(connection, proposal, actor=actor)
    click.echo(f"alias proposal {proposal} is approved; `flask aliases undo {proposal}` takes it back")


@command(group, "reject", example="flask aliases reject 3")
@PROPOSAL
@actor_option
def reject(proposal: int, actor: str) -> None:
    """Keep the name out."""
    with current_runtime().engine.begin() as connection:
        alias_proposals.reject(connection, proposal, actor=actor)
    click.echo(f"alias proposal {proposal} is rejected")


@command(group, "undo", example="flask aliases undo 3")
@PROPOSAL
@actor_option
def undo(proposal: int, actor: str) -> None:
    """Take an approved name away again; orders that were placed with it stay as they are."""
    with current_runtime().engine.begin() as connection:
        alias_proposals.undo(connection, proposal, actor=actor)
    click.echo(f"alias proposal {proposal} is undone")
