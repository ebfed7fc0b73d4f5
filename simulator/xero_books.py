"""Xero's books: contacts, items, invoices and credit notes, with the sums and the refusals of the real ones.

Line amounts round half-up to the cent, tax is computed for each line and rounded before it is summed, unless the caller says
what a line's tax is. Unit prices keep two decimals, or four when asked for.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from simulator.xero_countries import COUNTRIES, Country, accounts

CENT, MAX_NAME, MAX_NUMBER, MAX_CODE = Decimal("0.01"), 255, 255, 30
CHANGES = {
    "DRAFT": {"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"},
    "SUBMITTED": {"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"},
    "AUTHORISED": {"AUTHORISED", "VOIDED"},
}
"""What an invoice's status may become; what is paid, voided or deleted stays."""
KEPT = (
    "Type",
    "InvoiceNumber",
    "Reference",
    "Date",
    "DueDate",
    "CurrencyCode",
    "LineAmountTypes",
    "Status",
    "CreditNoteNumber",
)

Row = dict[str, Any]


class RefusedError(Exception):
    """A validation error, in Xero's words."""


@dataclass
class Books:
    """Everything one organisation holds, by id. Not thread-safe by itself: callers hold `lock`."""

    country: Country = field(default_factory=lambda: COUNTRIES["SG"])
    name: str = "Demo Company (SG)"
    accounts: list[Row] = field(default_factory=accounts)
    contacts: dict[str, Row] = field(default_factory=dict)
    items: dict[str, Row] = field(default_factory=dict)
    invoices: dict[str, Row] = field(default_factory=dict)
    credit_notes: dict[str, Row] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    by_number: dict[str, str] = field(default_factory=dict)
    own_tax: bool = False
    """Compute each line's tax whatever the caller says of it."""

    def organisation(self) -> Row:
        return {
            "OrganisationID": "b2c885a9-0000-4000-8000-000000000000",
            "Name": self.name,
            "LegalName": self.name,
            "CountryCode": self.country.code,
            "BaseCurrency": self.country.currency,
            "OrganisationType": "COMPANY",
            "IsDemoCompany": True,
        }

    def invoice(self, given: Mapping[str, Any], *, create: bool, four_decimals: bool, backorders: bool = False) -> Row:
        """The invoice as it is afterwards. Raises RefusedError. Without an id, or with a number that is known, POST updates."""
        known = self._known(given, create=create)
        if known is None:
            known = {"InvoiceID": str(uuid.uuid4()), "Status": "DRAFT", "AmountPaid": 0}
        row = self._document(known, given, four_decimals=four_decimals)
        if row.get("Type") != "ACCREC":
            raise RefusedError("Invoice type is not valid.")
        if row["Status"] == "AUTHORISED" and not row.get("DueDate"):
            raise RefusedError("A due date is required when the invoice is approved.")
        if row["Status"] not in ("DELETED", "VOIDED"):
            self._check_stock(row, backorders=backorders)
        self.invoices[row["InvoiceID"]] = row
        self.by_number[row["InvoiceNumber"]] = row["InvoiceID"]
        return row

    def credit_note(self, given: Mapping[str, Any], *, four_decimals: bool) -> Row:
        number = str(given.get("CreditNoteNumber") or "")
        if any(each["CreditNoteNumber"] == number for each in self.credit_notes.values()):
            raise RefusedError("Credit Note # must be unique.")
        known = {"CreditNoteID": str(uuid.uuid4()), "Status": "DRAFT"}
        row = self._document(known, given, four_decimals=four_decimals)
        if row.get("Type") != "ACCRECCREDIT":
            raise RefusedError("Credit note type is not valid.")
        self.credit_notes[row["CreditNoteID"]] = row
        return row

    def contact(self, given: Mapping[str, Any]) -> Row:
        known = self._known_contact(given)
        row = {**(known or {"ContactID": str(uuid.uuid4()), "ContactStatus": "ACTIVE"}), **given}
        if not row.get("Name"):
            raise RefusedError("The contact name must be specified.")
        if len(row["Name"]) > MAX_NAME:
            raise RefusedError(f"The field Name must be a string with a maximum length of {MAX_NAME}.")
        for other in self.contacts.values():
            if other["ContactID"] != row["ContactID"] and other["Name"].lower() == row["Name"].lower():
                raise RefusedError(
                    f"The contact name {row['Name']} is already assigned to another contact. The contact name must be unique"
                    " across all active contacts."
                )
        self.contacts[row["ContactID"]] = row
        return row

    def item(self, given: Mapping[str, Any]) -> Row:
        known = self._known_by(self.items, given, "ItemID", "Code")
        row = {**(known or {"ItemID": str(uuid.uuid4()), "IsTrackedAsInventory": False, "IsSold": True}), **given}
        if not row.get("Code"):
            raise RefusedError("Item code must be specified.")
        if len(row["Code"]) > MAX_CODE:
            raise RefusedError(f"The field Code must be a string with a maximum length of {MAX_CODE}.")
        self.items[row["ItemID"]] = row
        return row

    def stock(self, code: str, quantity: str) -> None:
        """The item is tracked from now on, with so much on hand."""
        with self.lock:
            row = self.item({"Code": code})
            row |= {"IsTrackedAsInventory": True, "QuantityOnHand": float(quantity)}

    def _known(self, given: Mapping[str, Any], *, create: bool) -> Row | None:
        number, asked = str(given.get("InvoiceNumber") or ""), str(given.get("InvoiceID") or "")
        if asked and asked not in self.invoices:
            raise RefusedError("The invoice ID does not exist.")
        same = self.invoices.get(self.by_number.get(number, ""))
        if create and same is not None and same["Status"] != "DELETED":
            raise RefusedError("Invoice # must be unique.")
        if create:
            return None
        return self.invoices.get(asked) or (same if same is not None and same["Status"] != "DELETED" else None)

    def _document(self, known: Row, given: Mapping[str, Any], *, four_decimals: bool) -> Row:
        """What an invoice and a credit note have in common."""
        status = str(given.get("Status") or known["Status"])
        if status != known["Status"] and status not in CHANGES.get(known["Status"], set()):
            raise RefusedError("Invoice not of valid status for modification")
        row = known | {name: given[name] for name in KEPT if name in given} | {"Status": status}
        row.setdefault("CurrencyCode", self.country.currency)
        if row["CurrencyCode"] != self.country.currency:
            raise RefusedError(f"Organisation is not subscribed to currency {row['CurrencyCode']}")
        if len(str(row.get("InvoiceNumber") or "")) > MAX_NUMBER:
            raise RefusedError(f"Invoice # must be {MAX_NUMBER} characters or less.")
        row.setdefault("Date", datetime.now(UTC).date().isoformat())
        date.fromisoformat(row["Date"])
        if "Contact" in given or "Contact" not in row:
            row["Contact"] = self._contact_of(given.get("Contact") or {})
        if "LineItems" in given:
            row["LineItems"] = [self._line(line, four_decimals=four_decimals) for line in given["LineItems"]]
        if status not in ("DRAFT", "DELETED") and not row.get("LineItems"):
            raise RefusedError("One or more line items must be specified")
        return row | self._sums(row)

    def _contact_of(self, given: Mapping[str, Any]) -> Row:
        if given.get("ContactID"):
            if given["ContactID"] not in self.contacts:
                raise RefusedError("The contact does not exist.")
            return self.contacts[given["ContactID"]]
        if not given.get("Name"):
            raise RefusedError("A contact must be specified for this type of transaction")
        same = next(
            (each for each in self.contacts.values() if each["Name"].lower() == str(given["Name"]).lower()), None
        )
        return same or self.contact(given)

    def _line(self, given: Mapping[str, Any], *, four_decimals: bool) -> Row:
        if not given.get("Description"):
            raise RefusedError("Description is required")
        code, tax = str(given.get("AccountCode") or ""), str(given.get("TaxType") or "")
        if not any(each["Code"] == code and each["Status"] == "ACTIVE" for each in self.accounts):
            raise RefusedError(f"Account code '{code}' is not a valid code for this document.")
        rate = self.country.rate_of(tax)
        if rate is None:
            raise RefusedError(
                f"The TaxType code '{tax}' does not exist or cannot be used for this type of transaction."
            )
        if (item := given.get("ItemCode")) and not any(each["Code"] == item for each in self.items.values()):
            raise RefusedError(f"Item code '{item}' is not valid.")
        quantity = _number(given, "Quantity", "1").quantize(Decimal("0.0001"))
        unit = _rounded(_number(given, "UnitAmount", "0"), Decimal("0.0001") if four_decimals else CENT)
        amount = _rounded(quantity * unit)
        if "LineAmount" in given and _number(given, "LineAmount", "0") != amount:
            raise RefusedError(
                f"The line total {_number(given, 'LineAmount', '0')} does not match the expected line total {amount}"
            )
        taxed = (
            _number(given, "TaxAmount", "0") if "TaxAmount" in given and not self.own_tax else _rounded(amount * rate)
        )
        kept = {name: given[name] for name in ("Description", "ItemCode") if name in given}
        numbers = {"Quantity": quantity, "UnitAmount": unit, "LineAmount": amount, "TaxAmount": taxed}
        return {"LineItemID": str(uuid.uuid4()), **kept, "AccountCode": code, "TaxType": tax, **numbers}

    def _sums(self, row: Row) -> Row:
        lines = row.get("LineItems") or []
        subtotal = sum((line["LineAmount"] for line in lines), Decimal("0.00"))
        tax = sum((line["TaxAmount"] for line in lines), Decimal("0.00"))
        if row.get("LineAmountTypes") == "Inclusive":
            subtotal -= tax
        total = subtotal + tax
        due = Decimal("0.00") if row["Status"] in ("VOIDED", "DELETED") else total
        return {"SubTotal": subtotal, "TotalTax": tax, "Total": total, "AmountDue": due}

    def _check_stock(self, row: Row, *, backorders: bool) -> None:
        tracked = {item["Code"]: item for item in self.items.values() if item.get("IsTrackedAsInventory")}
        for line in row.get("LineItems") or []:
            item = tracked.get(str(line.get("ItemCode")))
            if item and not backorders and line["Quantity"] > Decimal(str(item.get("QuantityOnHand", 0))):
                raise RefusedError(f"The quantity of item {item['Code']} is more than is on hand.")

    def _known_contact(self, given: Mapping[str, Any]) -> Row | None:
        return self._known_by(self.contacts, given, "ContactID", "ContactNumber")

    def _known_by(self, rows: Mapping[str, Row], given: Mapping[str, Any], id_name: str, other: str) -> Row | None:
        if given.get(id_name):
            if given[id_name] not in rows:
                raise RefusedError(f"The {id_name} does not exist.")
            return rows[given[id_name]]
        if not given.get(other):
            return None
        return next((each for each in rows.values() if each.get(other) == given[other]), None)


def _number(given: Mapping[str, Any], name: str, default: str) -> Decimal:
    try:
        return Decimal(str(given.get(name, default)))
    except InvalidOperation as error:
        raise RefusedError(f"{name} is not a number") from error


def _rounded(amount: Decimal, step: Decimal = CENT) -> Decimal:
    return amount.quantize(step, rounding=ROUND_HALF_UP)


def shown(row: Row) -> Row:
    """As the API writes it: numbers as numbers, dates also as Microsoft's milliseconds."""
    found = {name: _shown(value) for name, value in row.items()}
    for name in ("Date", "DueDate"):
        if name in row:
            day = datetime.combine(date.fromisoformat(str(row[name])), datetime.min.time(), UTC)
            found |= {
                f"{name}String": day.strftime("%Y-%m-%dT00:00:00"),
                name: f"/Date({int(day.timestamp() * 1000)}+0000)/",
            }
    return found


def _shown(value: Any) -> Any:
    writers: dict[type, Callable[[Any], Any]] = {
        Decimal: float,
        list: lambda rows: [_shown(row) for row in rows],
        dict: lambda row: {name: _shown(inner) for name, inner in row.items()},
    }
    return writers.get(type(value), lambda same: same)(value)
