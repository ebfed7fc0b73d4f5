"""A worker that ends between a request to Xero and the word that it happened leaves one invoice, one contact, one credit note."""

from __future__ import annotations

import re

import pytest

from bot import failpoints
from bot.settings import ROOT
from chaos.crash_sweep import FAILPOINTS
from tests.till import MakeTill, Till

PLACES = (
    "token.after_take", "token.after_answer", "token.after_store", "contact.before_write", "contact.after_write", "contact.after_link",
    "invoice.after_claim", "invoice.after_asked", "invoice.before_call", "invoice.after_call", "invoice.before_finish",
    "invoice.after_finish",
)  # fmt: skip
CREDITS = ("credit.before_call", "credit.after_call")


class Death(BaseException):
    """Nothing of ours catches it: like a kill it ends the push where it is, and only transactions see it."""


def _die(name: str) -> None:
    raise Death(name)


def broken_at(till: Till, place: str) -> None:
    """One push that ends there; then the leases that it held are over."""
    failpoints._armed[place] = failpoints._Armed(1, _die)
    try:
        with pytest.raises(Death):
            till.push()
    finally:
        failpoints.arm("")
    till.change("UPDATE accounting_connection SET refreshing_until = NULL, refreshing_id = NULL")
    till.due_now()


def test_every_place_at_which_an_invoice_may_break_is_tried_here_and_the_sweep_has_those_a_worker_passes() -> None:
    files = (ROOT / "jobs" / "invoices").glob("*.py")
    named = {name for file in files for name in re.findall(r'failpoints\.hit\("([^"]+)"\)', file.read_text("utf-8"))}
    assert named == {*PLACES, *CREDITS}
    assert set(PLACES) <= set(FAILPOINTS)


@pytest.mark.parametrize("place", PLACES)
def test_what_broke_on_the_way_is_brought_to_its_end_once(till: Till, place: str) -> None:
    number = till.order()
    broken_at(till, place)
    till.push()
    till.due_now()
    till.push()
    (there,) = till.there()
    assert (there["InvoiceNumber"], there["Total"]) == (number, till.shop.one("SELECT total FROM orders"))
    assert till.invoice(number)["state"] == "sent"
    assert len(till.xero.books.contacts) == 1
    assert till.xero.identity.refused == 0


@pytest.mark.parametrize("place", CREDITS)
def test_a_credit_note_that_broke_on_the_way_is_made_once(make_till: MakeTill, place: str) -> None:
    till = make_till(xero_after_authorised="credit_note")
    number = till.order("200 10 inch pizza box")
    till.push()
    till.after_the_cutoff()
    till.push()
    before = till.there(number)[0]["Total"]
    till.orders_become(150)
    broken_at(till, place)
    till.push()
    (note,) = till.xero.books.credit_notes.values()
    assert before - note["Total"] == till.shop.one("SELECT total FROM orders")
    assert till.invoice(number)["state"] == "sent"
