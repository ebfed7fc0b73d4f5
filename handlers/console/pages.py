"""Every page of the console: importing a module adds its addresses to the door."""

from __future__ import annotations

from handlers.console import broadcasts, events, inbox, orders, sign_in, todo

PAGES = (sign_in, inbox, orders, todo, broadcasts, events)
