"""Every setting of the product, read once from the environment (and `.env`), checked together.

All problems of a start are reported at once, by name and never by value. In development everything has a working
default: no credentials means the simulator.
"""

from bot.settings.defaults import DEVELOPMENT_SECRET, SIMULATOR_ACCOUNT_SID
from bot.settings.fields import (
    LLM,
    ROOT,
    AfterAuthorised,
    ConfirmOrders,
    Environment,
    InvoiceStatus,
    InvoiceWhen,
    Settings,
    StockShortage,
)
from bot.settings.load import get_settings, load_settings
from bot.settings.problems import REQUIRED_IN_PRODUCTION, problems_of

__all__ = [
    "DEVELOPMENT_SECRET",
    "LLM",
    "REQUIRED_IN_PRODUCTION",
    "ROOT",
    "SIMULATOR_ACCOUNT_SID",
    "AfterAuthorised",
    "ConfirmOrders",
    "Environment",
    "InvoiceStatus",
    "InvoiceWhen",
    "Settings",
    "StockShortage",
    "get_settings",
    "load_settings",
    "problems_of",
]
