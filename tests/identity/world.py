"""What the identity scenarios need: people, bindings, codes, and the one promise that is checked after each of them."""

from __future__ import annotations

from dataclasses import dataclass

from flask.testing import FlaskClient

from jobs.access.binding import bind, contact_of, outlet_of, unbind
from jobs.access.invitations import invite
from jobs.access.join_requests import decide_request
from tests.conftest import Shop
from tests.talk import Telegram, WhatsApp

PASIR_RIS, TAMPINES, JEWEL = "+6580000101", "+6580000108", "+6580000150"
STRANGER = "+6580009999"
ORDER = "100 10 inch pizza box"
BOXES = [("PB10-K", 100)]

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
