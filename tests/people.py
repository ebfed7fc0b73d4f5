"""People who write to the bot in a test, and what is around them.

`WhatsApp` and `Telegram` post signed webhooks to the real doors, have the work done in this process and read the replies from
the ledger. `WhatsAppPhone` and `TelegramChat` go the whole way: the simulator posts over HTTP, a real worker works, and the
replies are what the provider was sent. `World` binds people to outlets and sees who ordered for whom.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

from flask.testing import FlaskClient
from sqlalchemy import text

from bot.runtime import Runtime
from jobs.access.binding import bind, contact_of, outlet_of, unbind
from jobs.access.invitations import invite
from jobs.access.join_requests import decide_request
from jobs.process_conversation import process
from simulator import telegram, twilio
from simulator.config import SimulatorConfig
from simulator.ledger import Entry
from simulator.senders import Sent
from simulator.server import Running
from tests.conftest import Shop

PASIR_RIS, TAMPINES, JEWEL = "+6580000101", "+6580000108", "+6580000150"
STRANGER = "+6580009999"
ORDER = "100 10 inch pizza box"
BOXES = [("PB10-K", 100)]


class OnWhatsApp(ABC):
    """What a phone says, however it is sent."""

    number: str
    to: str

    @property
    @abstractmethod
    def config(self) -> SimulatorConfig: ...

    @abstractmethod
    def send(self, form: dict[str, str]) -> list[str]: ...

    def form(self, words: str = "", **form: Any) -> dict[str, str]:
        return twilio.build_form(self.config, self.number, words, to=self.to, **form)

    def say(self, words: str = "", **form: Any) -> list[str]:
        """A message of this phone; keyword arguments are those of the simulator's form."""
        return self.send(self.form(words, **form))

    def press(self, number: int) -> list[str]:
        """WhatsApp shows numbered text, so pressing is typing the number."""
        return self.say(str(number))


class OnTelegram(ABC):
    """What a chat says, however it is sent."""

    user_id: int

    @abstractmethod
    def send(self, update: dict[str, Any]) -> list[str]: ...

    def say(self, words: str | None = None, **update: Any) -> list[str]:
        return self.send(telegram.build_update(self.user_id, words, **update))

    def share_contact(self, phone: str, *, owner: int | None = None) -> list[str]:
        contact = {"phone_number": phone.lstrip("+"), "user_id": self.user_id if owner is None else owner}
        return self.say(contact=contact)


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
class WhatsApp(Talk, OnWhatsApp):
    number: str = "+6580000101"
    to: str = ""

    @property
    def address(self) -> str:
        return self.number

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


@dataclass
class Telegram(Talk, OnTelegram):
    user_id: int = 7001

    @property
    def address(self) -> str:
        return str(self.user_id)

    def post(self, update: dict[str, Any]) -> int:
        headers = {telegram.SECRET_HEADER: self.config.telegram_webhook_secret}
        return self.client.post(telegram.INBOUND_PATH, json=update, headers=headers).status_code

    def send(self, update: dict[str, Any]) -> list[str]:
        assert self.post(update) == 200
        return self.work()

    def press(self, number: int) -> list[str]:
        return self.say(callback_data=self.buttons[number - 1][1])


def work(shop: Shop) -> None:
    """Processes every conversation that is due, until none is."""
    for _ in range(50):
        due = shop.rows("SELECT id FROM conversations WHERE due_at <= now() AND closed_at IS NULL ORDER BY id")
        if not due:
            return
        for (conversation_id,) in due:
            process(shop.runtime, int(str(conversation_id)))
    raise AssertionError("the work never ends")


class Phone(Protocol):
    """What a test needs of either channel: say or press something, and the replies it led to."""

    def say(self, words: str) -> list[str]: ...

    def press(self, number: int) -> list[str]: ...


@dataclass
class WhatsAppPhone(OnWhatsApp):
    simulator: Running
    shop: Shop
    number: str = PASIR_RIS
    to: str = ""

    @property
    def config(self) -> SimulatorConfig:
        return self.simulator.simulator.config

    def send(self, form: dict[str, str], *, copies: int = 1, connections: int = 1) -> list[str]:
        def post() -> Sent:
            return self.simulator.simulator.from_whatsapp.send(form, copies=copies, connections=connections)

        return [str(e.sent["Body"]) for e in _exchange(self.simulator, self.shop, post, "twilio", "messages.create")]


@dataclass
class TelegramChat(OnTelegram):
    simulator: Running
    shop: Shop
    user_id: int = 7001
    messages: list[Entry] = field(default_factory=list)

    def press(self, number: int) -> list[str]:
        """Presses a button of the last message that has any."""
        entry = [m for m in self.messages if "inline_keyboard" in _markup(m)][-1]
        data = _markup(entry)["inline_keyboard"][number - 1][0]["callback_data"]
        return self.say(callback_data=data, pressed_message_id=int(entry.effect or 0))

    def send(self, update: dict[str, Any]) -> list[str]:
        def post() -> Sent:
            return self.simulator.simulator.from_telegram.send(update)

        entries = _exchange(self.simulator, self.shop, post, "telegram", "sendMessage")
        self.messages += entries
        return [str(e.sent["text"]) for e in entries]

    @property
    def keyboard(self) -> dict[str, Any]:
        """The keyboard under the last message."""
        return _markup(self.messages[-1])


def _markup(entry: Entry) -> dict[str, Any]:
    markup = entry.sent.get("reply_markup") or {}
    return dict(markup)


def _exchange(simulator: Running, shop: Shop, post: Callable[[], Sent], provider: str, operation: str) -> list[Entry]:
    before = simulator.ledger.last_id
    sent = post()
    assert set(sent.statuses) == {200}, sent
    shop.work()
    assert simulator.simulator.office.idle(), "receipts are still on their way"
    return simulator.ledger.entries(after=before, provider=provider, operation=operation)


# An order's outlet is one that the contact of its conversation is bound to, or was bound to by an audited act.
CROSSED = """
SELECT o.number FROM orders o JOIN conversations c ON c.id = o.conversation_id JOIN contacts k ON k.id = c.contact_id
WHERE NOT EXISTS (SELECT 1 FROM contact_outlets b WHERE b.contact_id = k.id AND b.outlet_id = o.outlet_id)
  AND NOT EXISTS (SELECT 1 FROM audit a JOIN contacts bound ON a.subject = 'contact:' || bound.id
                  WHERE a.action = 'bind' AND (a.detail->>'outlet')::bigint = o.outlet_id
                    AND (bound.id = k.id OR bound.address = ANY(:same)))
"""


@dataclass
class World:
    shop: Shop
    client: FlaskClient

    def phone(self, number: str = PASIR_RIS, to: str = "") -> WhatsApp:
        return WhatsApp(self.shop, self.client, number=number, to=to)

    def chat(self, user_id: int = 7001) -> Telegram:
        return Telegram(self.shop, self.client, user_id=user_id)

    def bind(self, address: str, code: str, channel: str = "whatsapp", *, manager: bool = False) -> None:
        with self.shop.runtime.engine.begin() as connection:
            contact_id, outlet_id = contact_of(connection, channel, address), outlet_of(connection, code)
            bind(connection, contact_id, [outlet_id], by="test", actor="test", manager=manager)

    def unbind(self, address: str, code: str | None = None, channel: str = "whatsapp") -> int:
        with self.shop.runtime.engine.begin() as connection:
            return unbind(connection, channel, address, code, actor="test")

    def invite(self, code: str, hours: float = 24) -> str:
        secret = self.shop.runtime.settings.secret_key.get_secret_value()
        with self.shop.runtime.engine.begin() as connection:
            return invite(connection, code, hours=hours, actor="test", secret=secret)[0]

    def decide(self, request_id: int, *, approve: bool, code: str | None = None) -> None:
        with self.shop.runtime.engine.begin() as connection:
            outlet_id = outlet_of(connection, code) if code else None
            decide_request(
                connection, self.shop.runtime.settings, request_id, approve=approve, actor="test", outlet_id=outlet_id
            )

    def orders(self) -> list[tuple[str, str]]:
        """Outlet code and status, in order of placing; drafts are orders too."""
        rows = self.shop.rows(
            "SELECT t.code, o.status FROM orders o JOIN outlets t ON t.id = o.outlet_id ORDER BY o.id"
        )
        return [(str(code), str(status)) for code, status in rows]

    def placed(self) -> list[str]:
        return [code for code, status in self.orders() if status == "placed"]

    def requests(self) -> list[tuple[object, ...]]:
        return self.shop.rows("SELECT id, outlet_id, state FROM binding_requests ORDER BY id")

    def bindings(self, address: str) -> list[str]:
        sql = """SELECT o.code FROM contact_outlets b JOIN contacts k ON k.id = b.contact_id JOIN outlets o ON o.id = b.outlet_id
            WHERE k.address = :address ORDER BY o.code"""
        return [str(code) for (code,) in self.shop.rows(sql, address=address)]

    def audited(self, action: str) -> int:
        return int(str(self.shop.one("SELECT count(*) FROM audit WHERE action = :action", action=action)))

    def crossed(self, *same: str) -> list[tuple[object, ...]]:
        return self.shop.rows(CROSSED, same=list(same))
