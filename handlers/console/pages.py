"""Every page of the console: importing a module adds its addresses to the door."""

from __future__ import annotations

from handlers.console import (
    adding,
    admin,
    bring_in,
    broadcasts,
    canned,
    choosing,
    delivery_days,
    events,
    faq,
    figures,
    inbox,
    new_order,
    orders,
    outlets,
    packing,
    products,
    second_factor,
    sign_in,
    todo,
)

PAGES = (
    sign_in, second_factor, inbox, faq, new_order, orders, packing, todo, broadcasts, canned, choosing, adding, bring_in, products, outlets, delivery_days, figures, admin, events
)  # fmt: skip
