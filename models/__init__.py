"""The facts: tables of PostgreSQL, one file per subject. Constraints do the work; rules live in bot/, not here."""

from models.alias_proposal import AliasProposal
from models.base import Base
from models.contact import Contact, ContactOutlet
from models.conversation import Conversation
from models.escalation import Escalation
from models.failure import Failure
from models.invitation import BindingRequest, Invitation
from models.message import ConversationMessage
from models.operations import Audit, Heartbeat
from models.order import Order, OrderEvent, OrderLine
from models.outlet import Customer, Outlet
from models.price import ContractPrice
from models.product import CatalogVersion, PackUnit, Product, ProductAlias
from models.receipt import DeliveryReceipt
from models.tax import TaxRate

__all__ = [
    "AliasProposal",
    "Audit",
    "Base",
    "BindingRequest",
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
    "Order",
    "OrderEvent",
    "OrderLine",
    "Outlet",
    "PackUnit",
    "Product",
    "ProductAlias",
    "TaxRate",
]
