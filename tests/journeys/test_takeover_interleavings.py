"""The bot and a person never speak together: every order of their steps ends in one of them having answered."""

from __future__ import annotations

import itertools
import threading

import pytest
from flask.testing import FlaskClient

from bot.errors import BadInputError, Fenced
from jobs import lease
from jobs.handoff import takeover
from jobs.process_conversation import process, think, write
from jobs.turn.situation import read_situation
from models.database import autocommit, transaction
from tests.conftest import Shop
from tests.people import ORDER, World


class Bot:
    """The bot's three beats, one at a time."""

    def __init__(self, shop: Shop) -> None:
        self.runtime = shop.runtime
        self.fenced = False

    def claim(self) -> None:
        with autocommit(self.runtime.engine) as connection:
            self.held = lease.claim(connection, 1)

    def think(self) -> None:
        if self.held is None:
            return
        with autocommit(self.runtime.engine) as connection:
            said, situation = read_situation(self.runtime, connection, self.held)
        self.thought = think(self.runtime, self.held, said, situation) if said else None

    def write(self) -> None:
        if self.held is None or self.thought is None:
            return
        try:
            with transaction(self.runtime.engine) as connection:
                write(self.runtime, connection, self.held, self.thought)
        except Fenced:
            self.fenced = True


class Mei:
    """A person who answers."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def answer(self) -> None:
        with self.shop.runtime.engine.begin() as connection:
            takeover.reply(connection, self.shop.runtime.settings, 1, "Mei here.", actor="mei")


def open_task(shop: Shop, client: FlaskClient) -> None:
    """A task that does not silence the bot, and a new message that it has not read."""
    phone = World(shop, client).phone()
    phone.say("What is your return policy?")
    assert phone.post(phone.form(ORDER)) == 200


@pytest.mark.parametrize("place", range(4))
def test_a_person_who_answers_between_the_bots_steps_fences_it(place: int, shop: Shop, client: FlaskClient) -> None:
    open_task(shop, client)
    bot, mei = Bot(shop), Mei(shop)
    steps = [bot.claim, bot.think, bot.write]
    steps.insert(place, mei.answer)
    for step in steps:
        step()
    process(shop.runtime, 1)
    roles = [
        row[0]
        for row in shop.rows(
            "SELECT role FROM conversation_messages WHERE direction = 'outbound' AND id > 2 ORDER BY id"
        )
    ]
    orders = shop.one("SELECT count(*) FROM orders")
    assert (roles, orders) == ((["assistant", "person"], 1) if place == 3 else (["person"], 0))
    assert shop.one("SELECT count(*) FROM conversation_messages WHERE state = 'received'") == 0
    assert shop.one("SELECT owner FROM conversations") == "person"


def test_two_people_who_hand_back_at_once_say_it_once(shop: Shop, client: FlaskClient) -> None:
    phone = World(shop, client).phone()
    phone.say("I want to talk to a person")
    refused: list[str] = []
    begin = threading.Barrier(2)

    def give_back(who: str) -> None:
        begin.wait()
        try:
            with shop.runtime.engine.begin() as connection:
                takeover.hand_back(connection, shop.runtime.settings, 1, actor=who)
        except BadInputError:
            refused.append(who)

    threads = [threading.Thread(target=give_back, args=(who,)) for who in ("mei", "raj")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert sum("I take your orders again" in words for words in phone.heard()) == 1


def test_messages_and_answers_in_any_order_leave_nothing_unanswered(shop: Shop, client: FlaskClient) -> None:
    """Every order of: the customer writes, Mei answers, Mei hands back, the bot works."""
    phone = World(shop, client).phone()
    for number, order in enumerate(itertools.permutations(["writes", "answers", "back", "works"])):
        phone.say("I want to talk to a person")
        task = int(str(shop.one("SELECT max(id) FROM escalations")))
        for step in order:
            _one_step(shop, phone.post, phone.form(f"{100 + number} 10 inch pizza box"), task, step)
        with shop.runtime.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE conversations SET owner = 'bot', owner_until = NULL, due_at = now()")
            connection.exec_driver_sql("UPDATE escalations SET closed_at = now() WHERE closed_at IS NULL")
            connection.exec_driver_sql("UPDATE conversation_messages SET created_at = created_at - interval '1 hour'")
        phone.work()
    assert shop.one("SELECT count(*) FROM conversation_messages WHERE state = 'received'") == 0
    doubled = "SELECT in_reply_to FROM conversation_messages WHERE in_reply_to IS NOT NULL GROUP BY 1 HAVING count(DISTINCT role) > 1"
    assert shop.rows(doubled) == []


def _one_step(shop: Shop, post, form, task: int, step: str) -> None:  # type: ignore[no-untyped-def]
    if step == "writes":
        assert post(form) == 200
    elif step == "works":
        process(shop.runtime, 1)
    else:
        act = takeover.reply if step == "answers" else takeover.hand_back
        words = ("Mei here.",) if step == "answers" else ()
        try:
            with shop.runtime.engine.begin() as connection:
                act(connection, shop.runtime.settings, task, *words, actor="mei")
        except BadInputError:
            assert step == "answers"  # the task was handed back before
