"""An order as an invoice: the body that is sent, the sums that must come back, and the form in which we remember it.

Xero computes tax for each line, rounds it and sums; our tax is that of the whole order. So each line is told its share of
our tax, and Xero's total is ours to the cent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot.ordering.pricing import CENT, to_cents

MAX_DESCRIPTION = 4_000
LINE_AMOUNT_TYPES = "Exclusive"


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """`quantity` counts base units; `note` is how the customer said it ("2 carton")."""

    sku: str
    name: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    total: Decimal
    note: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceOrder:
    """What an invoice is made of, as our rows have it. `placed_on` is the supplier's own day."""

    number: str
    version: int
    status: str
    customer_id: int
    customer: str
    placed_on: date
    currency: str
    tax_rate: Decimal
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    lines: tuple[InvoiceLine, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What every invoice of this supplier has in common."""

    account_code: str
    tax_type: str
    payment_days: int


def shares(lines: Sequence[InvoiceLine], tax: Decimal) -> list[Decimal]:
    """The tax of each line, in cents, so that they add up to the order's: each its rounded share, the rest to the largest lines."""
    subtotal = sum((line.total for line in lines), Decimal(0))
    if not subtotal:
        return [Decimal("0.00") for _ in lines]
    found = [to_cents(tax * line.total / subtotal) for line in lines]
    rest = tax - sum(found)
    step = CENT if rest > 0 else -CENT
    by_size = sorted(range(len(lines)), key=lambda place: lines[place].total, reverse=True)
    for turn in range(int(abs(rest) / CENT)):
        found[by_size[turn % len(by_size)]] += step
    return found


def body(
    order: InvoiceOrder,
    terms: Terms,
    status: str,
    contact_id: str,
    item_codes: Mapping[str, str],
    xero_id: str | None = None,
) -> dict[str, Any]:
    """One invoice as the API takes it. `item_codes` by SKU, of those that exist there."""
    taxes = shares(order.lines, order.tax)
    invoice = {
        "Type": "ACCREC",
        "InvoiceNumber": order.number,
        "Reference": order.number,
        "Contact": {"ContactID": contact_id},
        "Date": order.placed_on.isoformat(),
        "DueDate": (order.placed_on + timedelta(days=terms.payment_days)).isoformat(),
        "LineAmountTypes": LINE_AMOUNT_TYPES,
        "CurrencyCode": order.currency,
        "Status": status,
        "LineItems": [_line(line, tax, terms, item_codes) for line, tax in zip(order.lines, taxes, strict=True)],
        "SubTotal": order.subtotal,
        "TotalTax": order.tax,
        "Total": order.total,
    }
    return invoice | ({"InvoiceID": xero_id} if xero_id else {})


def removal(xero_id: str, number: str, status: str) -> dict[str, Any]:
    """What voids or deletes an invoice."""
    return {"InvoiceID": xero_id, "InvoiceNumber": number, "Status": status}


def _line(line: InvoiceLine, tax: Decimal, terms: Terms, item_codes: Mapping[str, str]) -> dict[str, Any]:
    said = f" ({line.note})" if line.note else ""
    known = {"ItemCode": item_codes[line.sku]} if line.sku in item_codes else {}
    return {
        "Description": f"{line.name}, {line.unit}{said}"[:MAX_DESCRIPTION],
        "Quantity": line.quantity,
        "UnitAmount": line.unit_price,
        "LineAmount": line.total,
        "TaxAmount": tax,
        "AccountCode": terms.account_code,
        "TaxType": terms.tax_type,
        **known,
    }


def held(order: InvoiceOrder) -> dict[str, Any]:
    """The order as we remember that Xero holds it, as JSON: equal for equal content, whatever its version."""
    return {
        "subtotal": str(order.subtotal),
        "tax": str(order.tax),
        "total": str(order.total),
        "lines": [
            [line.sku, f"{line.quantity.normalize():f}", f"{line.unit_price.normalize():f}", str(line.total)]
            for line in order.lines
        ],
    }


def difference(answer: Mapping[str, Any], order: InvoiceOrder) -> str:
    """What Xero's invoice says otherwise than the order; empty when both are the same to the cent."""
    if answer.get("Total") is None:
        return "Xero's answer names no total"
    asked = (("Total", order.total), ("TotalTax", order.tax), ("SubTotal", order.subtotal))
    sums = [
        f"{name} is {Decimal(str(answer[name]))} in Xero and {ours} here"
        for name, ours in asked
        if answer.get(name) is not None and Decimal(str(answer[name])) != ours
    ]
    currency = answer.get("CurrencyCode")
    if currency and currency != order.currency:
        sums.append(f"the currency is {currency} in Xero and {order.currency} here")
    return "; ".join(sums)


@dataclass(frozen=True, slots=True)
class Credit:
    """What became less since the invoice was authorised."""

    lines: tuple[InvoiceLine, ...]
    subtotal: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.tax


def credit_of(before: Mapping[str, Any], order: InvoiceOrder) -> Credit | None:
    """What a credit note must say so that invoice and credit note are the order; None when anything became more or other."""
    now = {line.sku: line for line in order.lines}
    names = {line.sku: line for line in order.lines}
    lines = []
    for sku, quantity, price, total in before["lines"]:
        kept = now.pop(sku, None)
        less = Decimal(total) - (kept.total if kept else Decimal(0))
        if less < 0 or (kept and kept.unit_price != Decimal(price)):
            return None
        if less:
            count = Decimal(quantity) - (kept.quantity if kept else Decimal(0))
            name, unit = (names[sku].name, names[sku].unit) if sku in names else (sku, "")
            lines.append(InvoiceLine(sku, name, count, unit, Decimal(price), less))
    if now or not lines:
        return None
    subtotal, tax = Decimal(before["subtotal"]) - order.subtotal, Decimal(before["tax"]) - order.tax
    return Credit(tuple(lines), subtotal, tax) if tax >= 0 else None


def credit_body(order: InvoiceOrder, credit: Credit, terms: Terms, contact_id: str, number: str) -> dict[str, Any]:
    """A credit note; one line's rounded amount is sent as one, because a difference of rounded totals is no quantity times price."""
    taxes = shares(credit.lines, credit.tax)
    lines = [
        {
            "Description": f"{line.name}: {line.quantity.normalize():f} {line.unit} less than invoiced".strip()[
                :MAX_DESCRIPTION
            ],
            "Quantity": Decimal(1),
            "UnitAmount": line.total,
            "LineAmount": line.total,
            "TaxAmount": tax,
            "AccountCode": terms.account_code,
            "TaxType": terms.tax_type,
        }
        for line, tax in zip(credit.lines, taxes, strict=True)
    ]
    return {
        "Type": "ACCRECCREDIT",
        "CreditNoteNumber": number,
        "Reference": order.number,
        "Contact": {"ContactID": contact_id},
        "Date": order.placed_on.isoformat(),
        "LineAmountTypes": LINE_AMOUNT_TYPES,
        "CurrencyCode": order.currency,
        "Status": "AUTHORISED",
        "LineItems": lines,
    }
