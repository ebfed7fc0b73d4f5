"""The command line, `flask ...`: one file per group of commands, each imported when one of its commands is run.

A command must be there at once: importing all of them would take longer than most of them run.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pkgutil import resolve_name
from typing import Any

import click
from flask import Flask

from handlers.importing import without_collecting

HERE = "handlers.cli"
WHERE: Mapping[str, tuple[str, str]] = {
    "aliases": ("aliases:group", "Names that outlets use for products, learned from their answers."),
    "audit": ("audit:group", "Who did what: list, verify."),
    "backup": ("backup:group", "Backups: create, list, verify, restore, gaps."),
    "broadcast": ("broadcast:group", "Announcements to many outlets."),
    "catalog": ("catalog:group", "The products that are sold."),
    "contacts": ("contacts:group", "The phones and chats that may order, and for whom."),
    "conversations": ("conversations:group", "Conversations: list, show."),
    "customers": ("customers:group", "The companies that are invoiced: list, show."),
    "db": ("database:group", "The database's schema."),
    "dispute": ("dispute:command_dispute", "Write down everything said and done about one order."),
    "doctor": ("doctor:command_doctor", "Check everything an order needs."),
    "escalations": ("escalations:group", "Conversations that wait for a person."),
    "eval": ("evaluation:command_eval", "Read the shipped corpus and count what is wrong."),
    "failed": ("failed:group", "What failed: list, show."),
    "forget": ("forget:command_forget", "Delete what is personal of one person, with a proof."),
    "knowledge": ("knowledge:group", "The supplier's documents: build, ask, learn."),
    "ledger": ("ledger:group", "The record of every message."),
    "logs": ("logs:command_logs", "What every process logged about one order."),
    "messages": ("conversations:message_group", "Messages, in and out: list, show, search."),
    "order": ("orders:order_group", "One order's history."),
    "orders": ("orders:group", "Orders: list, show, approve, export."),
    "outlets": ("outlets:group", "The outlets that order, and the phones that may order for them."),
    "parse": ("understanding:command_parse", "The understanding alone: messages in, predictions out."),
    "prices": ("prices:group", "Contract prices of customers."),
    "products": ("products:group", "The products that are sold: list, show."),
    "replay": ("replay:group", "Do again what failed."),
    "release-gate": (
        "release_gate:command_release_gate",
        "May this code go to customers? GO only from fresh evidence.",
    ),
    "settings": ("settings:command_settings", "Show the settings of this process, or write their reference."),
    "smoke": ("smoke:command_smoke", "Place test orders through the real worker and read them back."),
    "stats": ("stats:command_stats", "How many of everything there are."),
    "tax": ("tax:group", "The tax rates, by the day from which they hold."),
    "telegram": ("telegram:group", "The bot at Telegram."),
    "users": ("users:group", "The people who may open the console."),
    "watch": ("watch:command_watch", "Look again and again after a release, and report."),
    "xero": ("xero:group", "Invoices: connect, check, load, reconcile, resend."),
}
"""By name: where the command is, and what `flask --help` says of it."""
NEED_THE_DOORS = frozenset({"run", "routes", "shell"})
"""Flask's own commands, which show or serve what the application answers."""


class Later(click.Command):
    """Stands for a command until it is run or asked for its own help."""

    def __init__(self, name: str, place: str, words: str) -> None:
        super().__init__(name, short_help=words)
        self.place = place

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        return load(self.name or "").make_context(info_name, args, parent, **extra)


def register(app: Flask) -> None:
    for name, (place, words) in WHERE.items():
        app.cli.add_command(Later(name, place, words))


def load(name: str) -> click.Command:
    """The command itself."""
    with without_collecting():
        found: click.Command = resolve_name(f"{HERE}.{WHERE[name][0]}")
    return found


def needs_no_doors() -> bool:
    """Whether this process is `flask ...` with a command of ours, with `--help`, or with a word that no command has."""
    by_flask = click.get_current_context(silent=True) is not None
    return by_flask and not NEED_THE_DOORS.intersection(sys.argv[1:])
