"""Talking to the bot in a test: signed webhooks through the real doors, the work done at once, the replies read from the ledger."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient
from sqlalchemy import text

from bot.runtime import Runtime
from jobs.process_conversation import process
from simulator import telegram, twilio
from simulator.config import SimulatorConfig
from tests.conftest import Shop


@dataclass
class Talk(ABC):
    """One person at one address. `said` are the replies of the last turn, `buttons` those under the last of them."""

    shop: Shop
    client: FlaskClient
    said: list[str] = field(default_factory=list)
    buttons: list[list[str]] = field(default_factory=list)
    last_id: int = 0

    @property
    def runtime(self) -> Runtime:
        return self.shop.runtime

    @property
    def config(self) -> SimulatorConfig:
        return SimulatorConfig.from_settings(self.runtime.settings)

    def work(self) -> list[str]:
        """Does what is due and returns what this person is told by it."""
        before = int(
            str(self.shop.one("SELECT COALESCE(max(id), 0) FROM conversation_messages WHERE direction = 'outbound'"))
        )
        work(self.shop)
        return self.heard(after=before)

    def heard(self, after: int = 0) -> list[str]:
        sql = """SELECT m.id, m.content, m.payload FROM conversation_messages m JOIN conversations c ON c.id = m.conversation_id
            JOIN contacts k ON k.id = c.contact_id WHERE k.address = :address AND m.direction = 'outbound' AND m.id > :after ORDER BY m.id"""
        rows = self.shop.rows(sql, address=self.address, after=after)
        self.said = [str(row[1]) for row in rows]
        self.last_id = int(str(rows[-1][0])) if rows else self.last_id
        self.buttons = list(dict(rows[-1][2]).get("buttons", [])) if rows else []  # type: ignore[call-overload]
        return self.said

    def sent(self) -> str:
        """Marks what is in the outbox as sent; the provider's id of the last reply."""
        sql = """UPDATE conversation_messages SET state = 'sent', due_at = NULL, finished_at = now(),
            provider_id = COALESCE(provider_id, (90000000 + id)::text) WHERE direction = 'outbound' AND state = 'pending'"""
        with self.runtime.engine.begin() as connection:
            connection.execute(text(sql))
        return str(self.shop.one("SELECT provider_id FROM conversation_messages WHERE id = :id", id=self.last_id))

    @property
    @abstractmethod
    def address(self) -> str:
        """Who speaks, as the channel calls them."""


@dataclass
class WhatsApp(Talk):
    number: str = "+6580000101"
    to: str = ""

    @property
    def address(self) -> str:
        return self.number

    def say(self, words: str = "", **form: Any) -> list[str]:
        """A message of this phone; keyword arguments are those of the simulator's form."""
        return self.send(self.form(words, **form))

    def form(self, words: str = "", **form: Any) -> dict[str, str]:
        return twilio.build_form(self.config, self.number, words, to=self.to, **form)

    def post(self, form: dict[str, str]) -> int:
        config, path = self.config, twilio.INBOUND_PATH
        signature = twilio.sign(config.twilio_auth_token, config.public_url.rstrip("/") + path, form)
        answer = self.client.post(
            path, data=urlencode(form), headers={"X-Twilio-Signature": signature},
            content_type="application/x-www-form-urlencoded",
        )  # fmt: skip
        return answer.status_code

    def send(self, form: dict[str, str]) -> list[str]:
        assert self.post(form) == 200
        return self.work()

    def press(self, number: int) -> list[str]:
        return self.say(str(number))


@dataclass
class Telegram(Talk):
    user_id: int = 7001

    @property
    def address(self) -> str:
        return str(self.user_id)

    def say(self, words: str | None = None, **update: Any) -> list[str]:
        return self.send(telegram.build_update(self.user_id, words, **update))

    def post(self, update: dict[str, Any]) -> int:
        headers = {telegram.SECRET_HEADER: self.config.telegram_webhook_secret}
        return self.client.post(telegram.INBOUND_PATH, json=update, headers=headers).status_code

    def send(self, update: dict[str, Any]) -> list[str]:
        assert self.post(update) == 200
        return self.work()

    def press(self, number: int) -> list[str]:
        return self.say(callback_data=self.buttons[number - 1][1])

    def share_contact(self, phone: str, *, owner: int | None = None) -> list[str]:
        contact = {"phone_number": phone.lstrip("+"), "user_id": self.user_id if owner is None else owner}
        return self.say(contact=contact)


def work(shop: Shop) -> None:
    """Processes every conversation that is due, until none is."""
    for _ in range(50):
        due = shop.rows("SELECT id FROM conversations WHERE due_at <= now() AND closed_at IS NULL ORDER BY id")
        if not due:
            return
        for (conversation_id,) in due:
            process(shop.runtime, int(str(conversation_id)))
    raise AssertionError("the work never ends")
