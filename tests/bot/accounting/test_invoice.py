"""An order as an invoice: Xero's total is ours for every basket, and the next step is the right one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.accounting.invoice import InvoiceLine, InvoiceOrder, Terms, body, credit_of, difference, held, shares
from bot.accounting.steps import Act, Rules, Standing, next_step
from bot.accounting.xero_setup import Wanted, judge
from bot.settings import AfterAuthorised, InvoiceStatus, InvoiceWhen

TERMS = Terms("200", "OUTPUTY24", 30)
CENT = Decimal("0.01")
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)

quantities = st.decimals("0.001", "5000", places=3)
prices = st.decimals("0.0001", "500", places=4)


def order_of(lines: list[tuple[Decimal, Decimal]], rate: str = "0.09", **changes: object) -> InvoiceOrder:
    made = [
        InvoiceLine(f"S{n}", "Box", count, "piece", price, (count * price).quantize(CENT, ROUND_HALF_UP))
        for n, (count, price) in enumerate(lines)
    ]
    subtotal = sum((line.total for line in made), Decimal("0.00"))
    tax = (subtotal * Decimal(rate)).quantize(CENT, ROUND_HALF_UP)
    order = InvoiceOrder(
        "SO-1",
        1,
        "placed",
        1,
        "A",
        date(2026, 11, 28),
        "SGD",
        Decimal(rate),
        subtotal,
        tax,
        subtotal + tax,
        tuple(made),
    )
    return replace(order, **changes)  # type: ignore[arg-type]


@given(st.lists(st.tuples(quantities, prices), min_size=1, max_size=100), st.sampled_from(["0", "0.09", "0.2", "1"]))
def test_the_shares_of_the_tax_add_up_for_every_basket(lines: list[tuple[Decimal, Decimal]], rate: str) -> None:
    order = order_of(lines, rate)
    found = shares(order.lines, order.tax)
    assert sum(found, Decimal(0)) == order.tax
    assert all(share == share.quantize(CENT) for share in found)


@given(st.lists(st.tuples(quantities, prices), min_size=1, max_size=30))
def test_what_xero_computes_of_the_body_is_the_order(lines: list[tuple[Decimal, Decimal]]) -> None:
    order = order_of(lines)
    sent = body(order, TERMS, "DRAFT", "contact", {})["LineItems"]
    amounts = [
        (Decimal(repr(float(line["Quantity"]))) * Decimal(repr(float(line["UnitAmount"])))).quantize(
            CENT, ROUND_HALF_UP
        )
        for line in sent
    ]
    assert amounts == [line["LineAmount"] for line in sent]
    total = sum(amounts, Decimal(0)) + sum((line["TaxAmount"] for line in sent), Decimal(0))
    assert difference({"Total": total}, order) == ""
    assert "Total is" in difference({"Total": total + CENT}, order)


def test_the_fields_of_an_invoice() -> None:
    order = order_of([(Decimal(200), Decimal("0.28"))])
    sent = body(order, TERMS, "AUTHORISED", "c-1", {"S0": "S0"}, "x-1")
    assert {name: sent[name] for name in ("Type", "InvoiceNumber", "Reference", "Date", "DueDate", "CurrencyCode", "Status", "InvoiceID")} == {
        "Type": "ACCREC", "InvoiceNumber": "SO-1", "Reference": "SO-1", "Date": "2026-11-28", "DueDate": "2026-12-28",
        "CurrencyCode": "SGD", "Status": "AUTHORISED", "InvoiceID": "x-1",
    }  # fmt: skip
    assert sent["Contact"] == {"ContactID": "c-1"}
    assert sent["LineItems"] == [
        {
            "Description": "Box, piece", "Quantity": Decimal(200), "UnitAmount": Decimal("0.28"), "LineAmount": Decimal("56.00"),
            "TaxAmount": Decimal("5.04"), "AccountCode": "200", "TaxType": "OUTPUTY24", "ItemCode": "S0",
        }
    ]  # fmt: skip


def test_a_credit_is_what_became_less_and_nothing_that_became_more() -> None:
    before = order_of([(Decimal(200), Decimal("0.28")), (Decimal(3), Decimal(10))])
    less = order_of([(Decimal(150), Decimal("0.28"))])
    credit = credit_of(held(before), less)
    assert credit is not None
    assert credit.total == before.total - less.total
    assert credit_of(held(less), before) is None
    assert credit_of(held(before), order_of([(Decimal(150), Decimal("0.30"))])) is None


RULES = Rules(InvoiceWhen.PLACED, InvoiceStatus.AUTHORISED, AfterAuthorised.PERSON)
ORDER = order_of([(Decimal(200), Decimal("0.28"))])
SAME, OTHER = held(ORDER), held(order_of([(Decimal(1), Decimal(1))]))
LATER, PAST = NOW + timedelta(hours=1), NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    ("when", "status", "there", "held_there", "cutoff", "act", "target"),
    [
        ("placed", "placed", None, None, LATER, Act.CREATE, "DRAFT"),
        ("placed", "placed", None, None, PAST, Act.CREATE, "AUTHORISED"),
        ("cutoff", "placed", None, None, LATER, Act.WAIT, ""),
        ("cutoff", "placed", None, None, PAST, Act.CREATE, "AUTHORISED"),
        ("placed", "placed", "DRAFT", SAME, LATER, Act.DONE, ""),
        ("placed", "placed", "DRAFT", OTHER, LATER, Act.UPDATE, "DRAFT"),
        ("placed", "placed", "DRAFT", SAME, PAST, Act.UPDATE, "AUTHORISED"),
        ("placed", "placed", "AUTHORISED", SAME, PAST, Act.DONE, ""),
        ("placed", "placed", "AUTHORISED", OTHER, PAST, Act.PERSON, ""),
        ("placed", "placed", "PAID", SAME, PAST, Act.DONE, ""),
        ("placed", "placed", "VOIDED", SAME, PAST, Act.PERSON, ""),
        ("placed", "cancelled", None, None, LATER, Act.GONE, ""),
        ("placed", "cancelled", "DRAFT", SAME, LATER, Act.REMOVE, "DELETED"),
        ("placed", "cancelled", "AUTHORISED", SAME, PAST, Act.REMOVE, "VOIDED"),
        ("placed", "cancelled", "PAID", SAME, PAST, Act.PERSON, ""),
        ("placed", "cancelled", "VOIDED", SAME, PAST, Act.GONE, ""),
        ("placed", "awaiting_approval", "DRAFT", SAME, LATER, Act.WAIT, ""),
    ],
)
def test_the_next_step(
    when: str,
    status: str,
    there: str | None,
    held_there: dict[str, object] | None,
    cutoff: datetime,
    act: Act,
    target: str,
) -> None:
    standing = Standing("x" if there else None, there, held_there, cutoff)
    step = next_step(standing, replace(ORDER, status=status), replace(RULES, when=InvoiceWhen(when)), NOW)
    assert (step.act, step.status) == (act, target)


def test_a_rate_is_the_effective_one_or_the_sum_of_its_parts() -> None:
    parts = {"TaxType": "OUTPUTY24", "TaxComponents": [{"Rate": "4"}, {"Rate": "5"}]}
    accounts = [{"Code": "200", "Type": "REVENUE"}]
    wanted = Wanted("OUTPUTY24", "200", "SGD", Decimal("0.09"))
    assert judge({"BaseCurrency": "SGD"}, [parts], accounts, wanted).ok
    assert not judge({"BaseCurrency": "SGD"}, [parts | {"EffectiveRate": "8"}], accounts, wanted).ok
    assert not judge({"BaseCurrency": "SGD"}, [parts | {"Status": "DELETED"}], accounts, wanted).ok
