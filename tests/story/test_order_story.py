"""The story that everything else serves: a webhook in, a row, a reply out. Over real HTTP, through the real worker."""

from __future__ import annotations

from simulator import twilio
from simulator.server import Running
from tests.conftest import Shop

PASIR_RIS = "+6580000101"
JEWEL = "+6580000199"


def whatsapp(simulator: Running, shop: Shop, text: str, sender: str = PASIR_RIS) -> list[str]:
    """Says `text` as a shift lead would; the replies that reached the phone."""
    before = simulator.ledger.last_id
    form = twilio.build_form(simulator.simulator.config, sender, text)
    sent = simulator.simulator.from_whatsapp.send(form)
    assert sent.statuses == (200,)
    shop.work()
    return [
        e.sent["Body"]
        for e in simulator.ledger.entries(after=before, provider="twilio", operation="messages.create")
    ]


def test_pizza_boxes_are_ordered_and_the_reply_names_everything(shop: Shop, simulator: Running) -> None:
    replies = whatsapp(simulator, shop, "I need 100 x 10 inch pizza boxes")
    assert shop.rows("SELECT sku, quantity, unit FROM order_lines") == [("PB10-K", 100, "piece")]
    number, subtotal, tax, total = shop.rows("SELECT number, subtotal, tax, total FROM orders")[0]
    assert [str(subtotal), str(tax), str(total)] == ["28.00", "2.52", "30.52"]
    assert len(replies) == 1
    for part in (
        "Canadian Pizza Pasir Ris",
        "Pizza Box 10 inch Brown Kraft",
        "100 pcs",
        "0.28",
        "9 %",
        "30.52",
        str(number),
    ):
        assert part in replies[0]
