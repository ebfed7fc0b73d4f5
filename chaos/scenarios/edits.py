"""Row 3 with edits: what a customer corrected may arrive before what it corrects, together with it, or long after it was read."""

from __future__ import annotations

import time

from chaos.customers import PRODUCT, SentOrder
from chaos.scenarios.scenario import Scenario, Trial
from simulator import telegram

FIRST, THEN = 113, 209
"""Pieces in the message, and in its edit."""
GAPS_S = (0.0, 0.03, 0.2, 1.0)
"""Between the two: read together, or one after the other was answered."""


def overtaken(trial: Trial) -> None:
    """The edit comes first. Whatever lies between them, what it says is ordered, and the message orders nothing more."""
    chats = trial.house.chats()
    for number, chat in enumerate(chats):
        message_id = telegram.next_id()
        _post(trial, chat, THEN, THEN, edit_of=message_id)
        time.sleep(GAPS_S[number % len(GAPS_S)])
        _post(trial, chat, FIRST, 0, message_id=message_id)
    trial.customers.wait(60)
    trial.settle()
    orders = trial.house.one("SELECT count(*) FROM orders WHERE NOT is_synthetic")
    trial.must(orders == len(chats), f"{orders} orders of {len(chats)} messages")
    late = trial.house.one("SELECT count(*) FROM conversation_messages WHERE reason = 'edited_before'")
    trial.note(f"{len(chats)} edits before their messages, {late} of those answered before, {orders} orders")


def _post(trial: Trial, chat: str, pieces: int, counted: int, **named: int) -> None:
    """`counted` is what the message should add to what its sender has ordered."""
    office = trial.house.simulator.simulator
    update = telegram.build_update(int(chat), f"{pieces} pcs {PRODUCT}", **named)  # type: ignore[arg-type]
    said = SentOrder(f"{office.config.bot_id}:{update['update_id']}", chat, counted, time.time())
    said.statuses = office.from_telegram.send(update).statuses
    trial.customers.said.append(said)


SCENARIOS = (Scenario("edits overtake what they edit", overtaken),)
