"""`flask forget ADDRESS`: everything personal of one person deleted, with a proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import click

from bot.errors import PermanentError
from bot.knowledge import memory
from bot.knowledge.opened import opened
from handlers.cli.actor import actor_option
from handlers.cli.command import command, print_json
from handlers.current import current_runtime
from jobs.upkeep.forget import BACKUPS, forget


@command(None, "forget", example="flask forget +6580000101 --by Mei > proof.json")
@click.argument("address")
@actor_option
def command_forget(address: str, actor: str) -> None:
    """Delete a person's words, name and address, and print the proof. Placed orders and invoices stay: the law asks for them."""
    runtime = current_runtime()
    with runtime.engine.begin() as connection:
        done = forget(connection, address, actor=actor)
        vectors_left = 0
        if done.vectors:  # within the transaction: without Chroma nothing is forgotten, and it can be said again
            with opened(runtime.settings) as chroma:
                vectors_left = memory.forget(chroma, done.vectors)
        if done.left or vectors_left:
            raise PermanentError(f"{_words(done.left)} and {vectors_left} vectors would be left: nothing was changed")
    proof = {**asdict(done), "vectors": len(done.vectors), "vectors_left": vectors_left, "backups": BACKUPS}
    print_json(proof)


def _words(left: Mapping[str, int]) -> str:
    return ", ".join(f"{count} of {column}" for column, count in left.items()) or "no text"
