"""The command line, `flask ...`: one file per group of commands, all registered here."""

from __future__ import annotations

import click
from flask import Flask

from handlers.cli import (
    aliases,
    catalog,
    contacts,
    conversations,
    customers,
    database,
    doctor,
    escalations,
    evaluation,
    failed,
    ledger,
    orders,
    outlets,
    prices,
    products,
    replay,
    settings,
    smoke,
    stats,
    tax,
    telegram,
    understanding,
)

COMMANDS: tuple[click.Command, ...] = (
    aliases.group,
    catalog.group,
    contacts.group,
    conversations.group,
    conversations.message_group,
    customers.group,
    database.group,
    doctor.command_doctor,
    escalations.group,
    evaluation.command_eval,
    failed.group,
    ledger.group,
    orders.group,
    orders.order_group,
    outlets.group,
    prices.group,
    products.group,
    replay.group,
    settings.command_settings,
    smoke.command_smoke,
    stats.command_stats,
    tax.group,
    telegram.group,
    understanding.command_parse,
)


def register(app: Flask) -> None:
    for item in COMMANDS:
        app.cli.add_command(item)
