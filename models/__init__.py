"""The facts: tables of PostgreSQL, one file per subject. Constraints do the work; rules live in bot/, not here."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from models.alias_proposal import AliasProposal
    from models.base import Base
    from models.broadcast import Broadcast, BroadcastRecipient
    from models.canned_answer import CannedAnswer
    from models.contact import Contact, ContactOutlet
    from models.conversation import Conversation
    from models.escalation import Escalation
    from models.failure import Failure
    from models.invitation import BindingRequest, Invitation
    from models.invoice import AccountingConnection, AccountingLink, Invoice
    from models.message import ConversationMessage
    from models.operations import Audit, AuditSeal, Heartbeat
    from models.order import Order, OrderEvent, OrderLine
    from models.order_rereading import OrderRereading
    from models.outlet import Customer, Outlet
    from models.price import ContractPrice
    from models.product import CatalogVersion, PackUnit, Product, ProductAlias
    from models.receipt import DeliveryReceipt
    from models.special_day import SpecialDay
    from models.tax import TaxRate
    from models.team_notes import Note, ReadMark
    from models.user import RecoveryCode, User, UserSession

__all__ = [
    "AccountingConnection",
    "AccountingLink",
    "AliasProposal",
    "Audit",
    "AuditSeal",
    "Base",
    "BindingRequest",
    "Broadcast",
    "BroadcastRecipient",
    "CannedAnswer",
    "CatalogVersion",
    "Contact",
    "ContactOutlet",
    "ContractPrice",
    "Conversation",
    "ConversationMessage",
    "Customer",
    "DeliveryReceipt",
    "Escalation",
    "Failure",
    "Heartbeat",
    "Invitation",
    "Invoice",
    "Note",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderRereading",
    "Outlet",
    "PackUnit",
    "Product",
    "ProductAlias",
    "ReadMark",
    "RecoveryCode",
    "SpecialDay",
    "TaxRate",
    "User",
    "UserSession",
]


def __getattr__(name: str) -> Any:
    """Imports every table at the first use of any: a table that nobody imported would be missing from the metadata, and most
    commands need none of the classes."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for module in iter_modules(__path__):
        found = vars(import_module(f"{__name__}.{module.name}"))
        globals().update({known: found[known] for known in __all__ if known in found})
    return globals()[name]
