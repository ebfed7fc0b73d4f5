"""The order counter in memory: the real reading, decision and sentences over plain values, without a database.

What jobs/turn/situation.py reads and jobs/turn/apply.py writes is kept here as values, so that a dialogue costs milliseconds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from bot.catalog.catalog_csv import read_catalog
from bot.catalog.index import CatalogIndex
from bot.catalog.product import Product
from bot.channels.base import MessageKind
from bot.conversation import aside, decide
from bot.conversation.reading import read
from bot.conversation.reply_language import language_for
from bot.conversation.turn import Turn
from bot.conversation.waiting import Alarm, on_time
from bot.decision import Decision, OrderWrite
from bot.identity.outlets_csv import read_outlets
from bot.ordering.delivery import DeliveryRules
from bot.ordering.prices import NO_CONTRACTS, PriceList
from bot.replies.render import Rendered, Voice, render
from bot.settings import ROOT, ConfirmOrders
from bot.situation import Aside, Contact, OpenQuestion, OrderView, Outlet, Rules, Said, Situation, Usual
from bot.understanding.intent import Intent
from tests.journeys.pointing import Memory, names_of_all, speaker_of

ZONE = ZoneInfo("Asia/Singapore")
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=ZONE)
FIRST_NUMBER = 100_001
RECENT = timedelta(minutes=30)
REMIND, EXPIRE = timedelta(minutes=30), timedelta(minutes=240)


@cache
def demo_products() -> tuple[Product, ...]:
    return tuple(read_catalog(ROOT / "data" / "catalog.csv"))


@cache
def demo_index() -> CatalogIndex:
    return CatalogIndex.build(demo_products())


@cache
def demo_outlets() -> dict[str, Outlet]:
    rules = DeliveryRules(ZONE, time(17, 0))
    rows = read_outlets(ROOT / "data" / "outlets.csv")
    return {
        row.code: Outlet(
            number, row.code, row.name, ConfirmOrders.WHEN_UNSURE, rules, Decimal("0.01"), row.default_language, number
        )
        for number, row in enumerate(rows, 1)
    }


@dataclass
class Counter:
    """One contact of one or several outlets, and everything that was said and ordered."""

    outlets: tuple[Outlet, ...]
    now: datetime = TUESDAY
    index: CatalogIndex = field(default_factory=demo_index)
    rules: Rules = field(default_factory=lambda: Rules(10_000, Decimal("100000.00"), 100, "SGD"))
    prices: PriceList = NO_CONTRACTS
    usual: dict[tuple[int, str], Usual] = field(default_factory=dict)
    opted_out: bool = False
    orders: list[OrderView] = field(default_factory=list)
    question: OpenQuestion | None = None
    chosen: int | None = None
    language: str | None = None
    wished: str | None = None
    buttons: tuple[str, ...] = ()
    last_intent: Intent | None = None
    last_decision: Decision | None = None
    person: bool = False
    """One of the team has the conversation, and the bot is silent."""
    aside: Aside = field(default_factory=Aside)
    memory: Memory = field(default_factory=Memory)
    _last_reply: str | None = None
    _message: int = 0
    _said: list[tuple[int, datetime, Any]] = field(default_factory=list)
    _remind_at: datetime | None = None
    _expire_at: datetime | None = None

    @classmethod
    def of(cls, *codes: str, **changes: Any) -> Counter:
        """`changes` of Outlet go to every outlet, the others to the counter."""
        own = {name: changes.pop(name) for name in list(changes) if name in Outlet.__slots__}
        return cls(tuple(replace(demo_outlets()[code], **own) for code in codes or ("CP-PR",)), **changes)

    def say(self, text: str, *, said_at: datetime | None = None) -> list[str]:
        return self._turn(text, MessageKind.TEXT, {}, said_at or self.now)

    def press(self, number: int) -> list[str]:
        """Presses a button of the last message that had some."""
        return self._turn("", MessageKind.BUTTON, {"data": self.buttons[number - 1]}, self.now)

    def do(self, text: str, kind: MessageKind, payload: dict[str, Any]) -> list[str]:
        """A message that is more than words: a quote, an edit, a reaction, a photo."""
        return self._turn(text, kind, payload, self.now)

    def hand_back(self) -> list[str]:
        """The person is done; the question that was open before is forgotten (jobs/handoff/takeover.py)."""
        self.person, self.question = False, None
        return []

    def wait(self, minutes: int) -> list[str]:
        """Lets time pass; what the bot says meanwhile without being asked."""
        end, said = self.now + timedelta(minutes=minutes), []
        while alarm := min((at for at in (self._remind_at, self._expire_at) if at and at <= end), default=None):
            self.now = alarm
            said += self._alarm(alarm)
        self.now = end
        return said

    @property
    def order(self) -> OrderView:
        return self.orders[-1]

    def _alarm(self, at: datetime) -> list[str]:
        expired = self._expire_at is not None and self._expire_at <= at
        situation = self.situation()
        decision = on_time(situation, Alarm(expired, may_remind=not self.opted_out)) or Decision()
        self._remind_at = None
        return self._apply(decision, situation, situation.language, by_alarm=True)

    def _turn(self, text: str, kind: MessageKind, payload: dict[str, Any], said_at: datetime) -> list[str]:
        self._message += 1
        said = Said((self._message,), text, kind, said_at, payload)
        names = names_of_all(tuple((outlet.id, outlet.name) for outlet in demo_outlets().values()))
        seen = replace(
            self.situation(),
            speaker=speaker_of(text, self.question, names),
            referred=self.memory.referred(payload),
        )
        said, situation, intent = read(*aside.called(said, seen), ZONE)
        turn = Turn(intent, said, situation, self.now)
        if self.person and not aside.is_called(said):
            decision = aside.silent(turn)
        else:
            decision = decide(intent, said, situation, self.now)
            decision = aside.come_back(turn, decision) if self.person else decision
        self._note_aside(text, decision)
        self.last_intent, self.last_decision = intent, decision
        if situation.outlet and len(self.outlets) > 1:
            self.chosen = decision.chosen_outlet_id or situation.outlet.id
        self.wished = decision.language or self.wished
        if decision.opted_out is not None:
            self.opted_out = decision.opted_out
        said_back = self._apply(decision, situation, decision.language or language_for(intent, said, situation))
        written = decision.order
        self.memory.note(self._message, intent, decision, (written.order_id or len(self.orders)) if written else None)
        self.person = (self.person and not decision.calls_bot) or (
            decision.escalate is not None and decision.escalate.takes_over
        )
        return said_back

    def _note_aside(self, text: str, decision: Decision) -> None:
        """What the ledger knows of a conversation that a person has (jobs/handoff/meanwhile.py)."""
        if decision.reason == "person_in_charge":
            unread = "\n".join(filter(None, (self.aside.unread, text)))
            self.aside = Aside(told=self.aside.told or bool(decision.replies), unread=unread)
        else:
            self.aside = Aside()

    def situation(self) -> Situation:
        """Where things stand, as the read beat would hand it over."""
        draft = next((order for order in self.orders if order.is_draft), None)
        chosen = draft.outlet_id if draft else self.chosen
        outlet = self.outlets[0] if len(self.outlets) == 1 else next((o for o in self.outlets if o.id == chosen), None)
        placed = [self._with_recent(order) for order in reversed(self.orders) if order.placed_at]
        return Situation(
            contact=Contact(1, "whatsapp", "+6580000101", self.wished, self.opted_out),
            outlets=self.outlets,
            outlet=outlet,
            index=self.index,
            rules=self.rules,
            tax_rate=Decimal("0.09"),
            draft=draft,
            orders=tuple(placed),
            usual=self.usual,
            prices=self.prices,
            conversation_id=1,
            question=self.question,
            spoken=self.language is not None,
            language=self.language or (outlet.language if outlet else "en"),
            last_reply=self._last_reply,
            aside=self.aside if self.person else None,
        )

    def _with_recent(self, order: OrderView) -> OrderView:
        recent = tuple(said for id_, at, said in self._said if id_ == order.id and self.now - at < RECENT)
        return replace(order, recent=recent)

    def _apply(self, decision: Decision, situation: Situation, language: str, *, by_alarm: bool = False) -> list[str]:
        self.question, self.language = _kept(decision.question), language
        number = self._write(decision.order) if decision.order else ""
        for other in decision.also:
            self._write(other)
        self._set_alarms(by_alarm)
        outlet = situation.outlet
        voice = Voice(
            language,
            "SGD",
            outlet.name if outlet else "",
            outlet.delivery if outlet else None,
            Decimal("0.09"),
            number,
            self.now.astimezone(ZONE).date(),
        )
        rendered = [render(reply, voice) for reply in decision.replies]
        for reply in rendered:
            self.buttons = tuple(button.data for button in reply.buttons) or self.buttons
        texts = [_shown(reply) for reply in rendered]
        self._last_reply = texts[-1] if texts else self._last_reply
        return texts

    def _set_alarms(self, by_alarm: bool) -> None:
        waits = self.question is not None or any(order.is_draft for order in self.orders)
        if not waits:
            self._remind_at = self._expire_at = None
        elif not by_alarm:
            reminded = self._expire_at is not None and self._remind_at is None
            self._remind_at = None if reminded else self.now + REMIND
            self._expire_at = self.now + EXPIRE

    def _write(self, write: OrderWrite) -> str:
        old = next((order for order in self.orders if order.id == write.order_id), None)
        id_ = old.id if old else len(self.orders) + 1
        placed_at = old.placed_at if old else None
        if write.status in ("placed", "awaiting_approval"):
            placed_at = placed_at or self.now.astimezone(UTC)
        number = old.number if old else f"SO-{FIRST_NUMBER + len(self.orders)}"
        order = OrderView(
            id_, number, write.status, write.version + 1, write.lines, write.totals.total, write.delivery_date, placed_at,
            write.outlet_id, write.notes, old.conversation_id if old else 1,
        )  # fmt: skip
        if write.said:
            self._said.append((id_, self.now, write.said))
        self.orders = [order if o.id == id_ else o for o in self.orders] if old else [*self.orders, order]
        return number


def _shown(reply: Rendered) -> str:
    """As WhatsApp shows it: the labels numbered below."""
    listed = [f"{number}. {button.label}" for number, button in enumerate(reply.buttons, 1)]
    return "\n".join([reply.text, *listed])


def _kept(question: OpenQuestion | None) -> OpenQuestion | None:
    """As the database keeps it."""
    return OpenQuestion.from_json(json.loads(json.dumps(question.to_json()))) if question else None


def basket(order: OrderView) -> dict[str, Decimal]:
    return {line.sku: line.quantity for line in order.lines}


def day(text: str) -> date:
    return date.fromisoformat(text)
