"""Every order becomes one invoice, to the cent, and follows its order until it is authorised."""

from __future__ import annotations

from decimal import Decimal

import pytest

from jobs.by_hand.change_order import Change, cancel, change
from jobs.by_hand.order_approval import decline
from jobs.by_hand.wanted_lines import WantedLine
from simulator.faults import Fault, FaultKind
from tests.till import MakeTill, Till

LOST = FaultKind.ACCEPT_THEN_DROP


def test_an_order_is_a_draft_in_xero_at_once_and_authorised_at_the_cutoff(till: Till) -> None:
    number = till.order()
    assert till.push() == 1
    (there,) = till.there()
    assert (there["InvoiceNumber"], there["Reference"], there["Status"]) == (number, number, "DRAFT")
    assert there["Contact"]["Name"] == "Canadian Pizza Pasir Ris"
    assert {(line["AccountCode"], line["TaxType"]) for line in there["LineItems"]} == {("200", "OUTPUTY24")}
    assert there["Total"] == till.shop.one("SELECT total FROM orders")
    assert till.push() == 0
    till.after_the_cutoff()
    assert till.push() == 1
    assert [row["Status"] for row in till.there()] == ["AUTHORISED"]
    row = till.invoice(number)
    assert (row["state"], row["xero_status"], row["due_at"], row["attempts"]) == ("sent", "AUTHORISED", None, 0)


def test_with_cutoff_nothing_is_sent_before_and_one_invoice_after(make_till: MakeTill) -> None:
    till = make_till(invoice_when="cutoff")
    number = till.order()
    assert till.push() == 0
    assert till.calls("invoices.create") == 0
    till.say("make it 200")
    till.after_the_cutoff()
    till.push()
    (there,) = till.there()
    assert (there["Status"], there["LineItems"][0]["Quantity"]) == ("AUTHORISED", Decimal(200))
    assert till.invoice(number)["state"] == "sent"
    assert till.calls("invoices.create") == 1


def test_without_the_credentials_there_is_no_invoice_and_the_order_is_taken(make_till: MakeTill) -> None:
    till = make_till(xero_client_id="")
    till.order()
    assert till.push() == 0
    assert till.shop.one("SELECT count(*) FROM invoices") == 0
    assert till.shop.one("SELECT count(*) FROM orders WHERE status = 'placed'") == 1


def test_a_changed_order_changes_the_same_draft_and_a_cancelled_one_deletes_it(till: Till) -> None:
    number = till.order()
    till.push()
    till.say("make it 200")
    till.push()
    (there,) = till.there()
    assert (there["LineItems"][0]["Quantity"], there["Total"]) == (
        Decimal(200),
        till.shop.one("SELECT total FROM orders"),
    )
    till.say("cancel my order")
    till.say("yes")
    assert till.shop.one("SELECT status FROM orders") == "cancelled"
    till.push()
    assert [row["Status"] for row in till.there(number)] == ["DELETED"]
    assert till.invoice(number)["state"] == "gone"


def test_an_order_that_a_person_changes_or_cancels_does_so_too(till: Till) -> None:
    number = till.order()
    till.push()
    with till.runtime.engine.begin() as connection:
        lines = (WantedLine("PB10-K", Decimal(2), "carton"),)
        change(till.runtime, connection, Change(number, 1, lines, None, "a call"), actor="mei")
    till.push()
    assert [row["LineItems"][0]["Quantity"] for row in till.there(number)] == [Decimal(200)]
    with till.runtime.engine.begin() as connection:
        cancel(till.runtime, connection, number, 2, "closed", actor="mei")
    till.push()
    assert [row["Status"] for row in till.there(number)] == ["DELETED"]
    assert till.invoice(number)["state"] == "gone"


def test_a_change_that_a_person_declines_leaves_the_invoice_at_what_the_order_goes_back_to(till: Till) -> None:
    number = till.order("6000 liners")
    till.push()
    till.say("add 5000 liners")
    assert till.shop.one("SELECT status FROM orders") == "awaiting_approval"
    till.push()
    with till.runtime.engine.begin() as connection:
        decline(connection, till.runtime.settings, number, actor="mei")
    till.push()
    (there,) = till.there(number)
    assert (there["Status"], there["Total"]) == ("DRAFT", till.shop.one("SELECT total FROM orders"))
    assert till.invoice(number)["state"] == "sent"


def test_an_order_cancelled_before_it_was_sent_is_never_sent(make_till: MakeTill) -> None:
    till = make_till(invoice_when="cutoff")
    number = till.order()
    till.say("cancel my order")
    till.say("yes")
    till.push()
    assert (till.there(), till.invoice(number)["state"]) == ([], "gone")


@pytest.mark.parametrize("kind", [FaultKind.ACCEPT_THEN_DROP, FaultKind.CUT])
def test_after_a_lost_answer_the_number_is_looked_up_before_anything_is_sent_again(till: Till, kind: FaultKind) -> None:
    till.simulator.faults.add(Fault(kind, "xero", "invoices.create"))
    number = till.order()
    till.push()
    assert till.invoice(number)["state"] == "unknown"
    till.due_now()
    till.push()
    assert [row["InvoiceNumber"] for row in till.there()] == [number]
    assert till.invoice(number)["state"] == "sent"
    assert till.calls("invoices.list") == 1
    assert till.calls("invoices.create") == (1 if kind is LOST else 2)


def test_an_answer_that_is_lost_while_the_order_changes_leads_to_what_the_order_is_now(till: Till) -> None:
    till.simulator.faults.add(Fault(LOST, "xero", "invoices.create"))
    number = till.order()
    till.push()
    till.say("make it 200")
    till.push()
    till.push()
    (there,) = till.there(number)
    assert there["LineItems"][0]["Quantity"] == Decimal(200)
    assert there["Total"] == till.shop.one("SELECT total FROM orders")
    assert till.invoice(number)["state"] == "sent"


def test_a_refusal_is_shown_in_xeros_words_and_not_repeated(till: Till) -> None:
    till.order()
    till.push()
    till.xero.books.accounts[0]["Status"] = "ARCHIVED"
    number = till.order("50 10 inch pizza box", number="+6580000108")
    till.push()
    row = till.invoice(number)
    assert (row["state"], row["reason"], row["due_at"]) == ("blocked", "refused", None)
    assert "Account code '200' is not a valid code" in row["error"]
    before = till.calls("invoices.create")
    till.due_now()
    till.push()
    assert till.calls("invoices.create") == before
    failures = till.shop.rows("SELECT kind, reference, error FROM failures WHERE resolved_at IS NULL")
    assert [(kind, reference) for kind, reference, _ in failures] == [("invoice", number)]
    assert "Account code '200'" in str(failures[0][2])


def test_one_bad_invoice_of_many_stops_no_other(make_till: MakeTill) -> None:
    till = make_till(invoice_when="cutoff")
    numbers = [
        till.order(f"{count} 10 inch pizza box", number=phone)
        for count, phone in ((100, "+6580000101"), (50, "+6580000108"))
    ]
    till.order("70 10 inch pizza box", number="+6580000115")
    till.after_the_cutoff()
    till.change(
        "UPDATE order_lines SET line_total = line_total + 1 WHERE order_id = (SELECT id FROM orders WHERE number = :n)",
        n=numbers[0],
    )
    till.push()
    assert till.invoice(numbers[0])["state"] == "blocked"
    assert "does not match the expected line total" in till.invoice(numbers[0])["error"]
    assert till.invoice(numbers[1])["state"] == "sent"
    assert len(till.there()) == 2


def test_a_total_that_is_not_ours_blocks_and_says_both(till: Till) -> None:
    number = till.order()
    till.change("UPDATE orders SET tax = tax + 0.01, total = total + 0.01")
    till.xero.books.own_tax = True
    till.push()
    row = till.invoice(number)
    assert (row["state"], row["reason"]) == ("blocked", "total")
    assert f"Total is {row['total']} in Xero and {till.shop.one('SELECT total FROM orders')} here" in row["error"]


def test_a_number_that_somebody_else_has_taken_is_not_overwritten(till: Till) -> None:
    till.order()
    till.push()
    till.change(
        "UPDATE invoices SET state = 'unknown', due_at = now(), xero_id = NULL, xero_status = NULL, held = NULL"
    )
    (there,) = till.there()
    there["Reference"] = "made by hand"
    till.push()
    row = till.invoice(there["InvoiceNumber"])
    assert (row["state"], row["error"]) == (
        "blocked",
        f"{row['number']}: another invoice in Xero has the order's number",
    )


def test_nothing_that_was_given_up_loses_its_invoice_and_replay_makes_exactly_one(till: Till) -> None:
    till.order("10 10 inch pizza box", number="+6580000108")
    till.push()
    till.simulator.faults.add(Fault(FaultKind.ERROR, "xero", "invoices.create", status=503, count=None))
    number = till.order()
    for _ in range(14):
        till.runtime.accounting.permits.breaker.circuit.close()  # type: ignore[attr-defined]
        till.due_now()
        till.push()
    assert till.invoice(number)["state"] == "failed"
    assert till.shop.one("SELECT count(*) FROM failures WHERE kind = 'invoice' AND resolved_at IS NULL") == 1
    assert till.shop.one("SELECT count(*) FROM orders WHERE status = 'placed'") == 2
    till.simulator.faults.remove()
    till.change(
        "UPDATE invoices SET state = 'unknown', attempts = 0, due_at = now() WHERE number = :number", number=number
    )
    till.runtime.accounting.permits.breaker.circuit.close()  # type: ignore[attr-defined]
    till.push()
    assert len(till.there(number)) == 1
    assert till.shop.one("SELECT count(*) FROM failures WHERE kind = 'invoice' AND resolved_at IS NULL") == 0


def test_a_customer_who_wishes_is_told_of_the_invoice_once(make_till: MakeTill) -> None:
    till = make_till(invoice_notice=True)
    number = till.order()
    till.push()
    till.after_the_cutoff()
    till.push()
    till.change("UPDATE invoices SET state = 'unknown', due_at = now()")
    till.push()
    said = [
        text
        for (text,) in till.shop.rows(
            "SELECT content FROM conversation_messages WHERE direction = 'outbound' ORDER BY id"
        )
    ]
    assert [text for text in said if "invoice" in str(text).lower()] == [
        f"🧾 The invoice for order {number} has been sent."
    ]


@pytest.mark.parametrize("answer", ["person", "credit_note"])
def test_a_change_after_authorising_waits_for_a_person_or_is_credited(make_till: MakeTill, answer: str) -> None:
    till = make_till(xero_after_authorised=answer)
    number = till.order("200 10 inch pizza box")
    till.push()
    till.after_the_cutoff()
    till.push()
    before = till.there(number)[0]["Total"]
    till.orders_become(150)
    till.push()
    total = till.shop.one("SELECT total FROM orders")
    assert till.there(number)[0]["Total"] == before
    if answer == "person":
        assert till.invoice(number)["state"] == "blocked"
        assert "changed after its invoice was authorised" in till.invoice(number)["error"]
    else:
        (note,) = till.xero.books.credit_notes.values()
        assert (note["CreditNoteNumber"], before - note["Total"]) == (f"{number}-CN1", total)
        assert till.invoice(number)["state"] == "sent"
        till.change("UPDATE invoices SET due_at = now(), state = 'unknown'")
        till.push()
        assert len(till.xero.books.credit_notes) == 1


def test_names_with_signs_other_scripts_and_three_hundred_letters_reach_xero_whole(till: Till) -> None:
    names = ('A&W <Jewel> "1"', "加拿大比萨（巴西立）有限公司", "x" * 300)
    phones = ("+6580000101", "+6580000108", "+6580000115")
    codes = ("CP-PR", "CP-TP", "CP-BD")
    for name, code in zip(names, codes, strict=True):
        till.change(
            "UPDATE customers SET name = :name WHERE id = (SELECT customer_id FROM outlets WHERE code = :code)",
            name=name,
            code=code,
        )
    till.change("UPDATE products SET name = 'Box & <Lid> 盒' WHERE sku = 'PB10-K'")
    for phone in phones:
        till.order(number=phone)
    for _ in range(2):
        till.push()
        till.due_now()
    there = {row["Contact"]["Name"] for row in till.there()}
    assert {names[0], names[1]} < there
    (long,) = there - {names[0], names[1]}
    assert len(long) == 255
    assert len(till.xero.books.contacts) == 3
    assert till.shop.one("SELECT count(*) FROM invoices WHERE state <> 'sent'") == 0
