"""The stock job: load by ORM, read, add the order with its lines, flush, send, commit."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from bot.catalog.index import CatalogIndex
from bot.channels.base import Outgoing
from bot.channels.twilio_client import Twilio
from bot.ordering.pricing import price_line, total_of
from bot.settings import Settings, get_settings
from bot.understanding.intent import Context
from bot.understanding.reader import understand
from jobs.turn.catalog_cache import load_products
from models import Contact, ContactOutlet, Conversation, ConversationMessage, Order, OrderEvent, OrderLine, Outlet
from models.database import make_engine
from models.order import ORDER_NUMBERS


@lru_cache(maxsize=1)
def engine() -> Engine:
    return make_engine(get_settings().database_url, application="stock")


@lru_cache(maxsize=1)
def index() -> CatalogIndex:
    """Built before the forks, so that no job pays for it."""
    with engine().connect() as connection:
        return CatalogIndex.build(load_products(connection))


def answer(message_id: int) -> None:
    """RQ's entry."""
    settings = get_settings()
    with Session(engine()) as session:
        message = session.get_one(ConversationMessage, message_id)
        conversation = session.get_one(Conversation, message.conversation_id)
        contact = session.get_one(Contact, conversation.contact_id)
        outlet_id = session.scalars(select(ContactOutlet.outlet_id).where(ContactOutlet.contact_id == contact.id)).one()
        outlet = session.get_one(Outlet, outlet_id)
        order = _place(session, settings, message, outlet)
        reply = ConversationMessage(
            conversation_id=conversation.id, session_id=conversation.session_id, direction="outbound", channel=message.channel,
            role="assistant", kind="text", content=f"Order {order.number} is placed. Total {order.total}", state="pending",
            in_reply_to=message.id, sequence=1, said_at=datetime.now(UTC),
        )  # fmt: skip
        session.add(reply)
        message.state, message.finished_at = "answered", datetime.now(UTC)
        session.commit()
        twilio = Twilio(settings)
        reply.provider_id = twilio.send(Outgoing(contact.address, conversation.business_address, reply.content))
        reply.state, reply.finished_at = "sent", datetime.now(UTC)
        session.commit()


def _place(session: Session, settings: Settings, message: ConversationMessage, outlet: Outlet) -> Order:
    now = message.said_at.astimezone(settings.zone)
    intent = understand(message.content, index(), Context(), now, outlet_id=outlet.code)
    lines = tuple(price_line(index().products[line.sku], line.quantity, None) for line in intent.lines)
    totals = total_of(lines, settings.tax_rate)
    order = Order(
        number=f"SO-{session.scalar(select(func.nextval(ORDER_NUMBERS.name)))}", outlet_id=outlet.id,
        conversation_id=message.conversation_id, message_id=message.id, channel=message.channel, status="placed",
        currency=settings.currency, subtotal=totals.subtotal, tax_rate=totals.tax_rate, tax=totals.tax, total=totals.total,
        placed_at=datetime.now(UTC),
    )  # fmt: skip
    session.add(order)
    session.flush()
    for position, line in enumerate(lines, 1):
        session.add(
            OrderLine(
                order_id=order.id,
                position=position,
                sku=line.sku,
                name=line.name,
                quantity=line.quantity,
                unit=line.unit,
                unit_price=line.unit_price,
                line_total=line.total,
            )
        )
    for kind in ("received", "resolved", "placed", "persisted"):
        session.add(OrderEvent(order_id=order.id, message_id=message.id, kind=kind))
    return order
