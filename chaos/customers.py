"""The customers of a run, on WhatsApp and Telegram: each orders amounts nobody else orders and remembers what was accepted."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from chaos.house import House
from simulator import telegram, twilio
from simulator.config import SimulatorConfig
from simulator.senders import Sent, TelegramSender, TwilioSender

PRODUCT = "Pizza Box 10 inch Brown Kraft"
FIRST_QUANTITY, LAST_QUANTITY, STEP, MOST_STEPS = 113, 90_000, 16, 40
"""In pieces: one amount a message, so that sums tell every loss and every double. Nothing may look like an order given twice,
which the bot would ask about: all leave 1 when divided by the step, so that a burst of two leaves 2 and is no single amount,
and they rise by uneven strides, so that two bursts of two do not come to the same."""


@dataclass(slots=True)
class SentOrder:
    """One message and what became of its webhook."""

    sid: str
    phone: str
    quantity: int
    at: float
    statuses: tuple[int | None, ...] = ()

    @property
    def accepted(self) -> bool:
        return any(status is not None and 200 <= status < 300 for status in self.statuses)


@dataclass
class Customers:
    """`order` posts in the background; `wait` for the answers."""

    house: House
    seed: int
    duplicates: float = 0.0
    port: int = 0
    """Where the webhooks go; 0 is the house's own web process."""
    said: list[SentOrder] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self._pool = ThreadPoolExecutor(32, thread_name_prefix="customer")
        self._lock = threading.Lock()
        self._asked: dict[str, int] = {}
        self._futures: list[Future[None]] = []
        self._office = self.house.simulator.simulator

    def order(self, phone: str) -> SentOrder:
        """One order of the next amount of this phone, or of this Telegram user."""
        with self._lock:
            stride = STEP * self.random.randint(1, MOST_STEPS)
            quantity = self._asked[phone] + stride if phone in self._asked else FIRST_QUANTITY
            self._asked[phone] = FIRST_QUANTITY if quantity > LAST_QUANTITY else quantity
        sid, send = (self._update if phone.isdecimal() else self._form)(phone, f"{quantity} pcs {PRODUCT}")
        said = SentOrder(sid, phone, quantity, time.time())
        self.said.append(said)
        copies = 2 if self.random.random() < self.duplicates else 1
        self._futures.append(self._pool.submit(self._post, said, send, copies))
        return said

    def order_at_rate(self, phones: list[str], per_s: float, seconds: float) -> None:
        """A random one of `phones` orders, `per_s` times a second on average."""
        until = time.monotonic() + seconds
        next_at = time.monotonic()
        while time.monotonic() < until:
            self.order(self.random.choice(phones))
            next_at += 1 / per_s
            time.sleep(max(0.0, next_at - time.monotonic()))

    def wait(self, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        for future in self._futures:
            future.result(timeout=max(0.1, deadline - time.monotonic()))
        self._futures.clear()

    def close(self) -> None:
        self._pool.shutdown(wait=True)

    def _post(self, said: SentOrder, send: Callable[[int, int], Sent], copies: int) -> None:
        said.statuses = send(copies, copies).statuses

    def _form(self, phone: str, words: str) -> tuple[str, Callable[[int, int], Sent]]:
        """The id that the message will be known by, and how it is posted: how many copies, over how many connections."""
        form = twilio.build_form(self._office.config, phone, words)
        sender = TwilioSender(self._config(), self._office.from_whatsapp.office)
        return form["MessageSid"], lambda copies, connections: sender.send(form, None, copies, connections)

    def _update(self, chat: str, words: str) -> tuple[str, Callable[[int, int], Sent]]:
        update = telegram.build_update(int(chat), words)
        sender = TelegramSender(self._config(), self._office.from_telegram.office, self._office.telegram)
        sid = f"{self._office.config.bot_id}:{update['update_id']}"
        return sid, lambda copies, connections: sender.send(update, copies, connections)

    def _config(self) -> SimulatorConfig:
        config = self._office.config
        return replace(config, app_url=f"http://127.0.0.1:{self.port}") if self.port else config
