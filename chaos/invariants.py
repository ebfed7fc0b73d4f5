"""The seven invariants of docs/reliability.md, asked of PostgreSQL and of the simulator's ledger. Each violation is one sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from chaos.copies import MOST, copies_of
from chaos.customers import SentOrder
from chaos.house import SECRET, House

NOT_READ = ("parked", "ignored")
"""A person has the one; the other was said while flooding, and its sender was told."""
FINAL = ("answered", "merged", "handed_over", "parked", "ignored")


def violations(house: House, said: Sequence[SentOrder], *, crashes_while_sending: int = 0) -> list[str]:
    """Everything that must hold once the faults have ended and the backlog is empty."""
    return [
        *_accepted_and_final(house, said),
        *_orders(house, said),
        *_replies(house, crashes_while_sending),
        *_order_of_effects(house),
        *_sums(house),
        *_secrets(house, said),
        *_nothing_open(house),
    ]


def _accepted_and_final(house: House, said: Sequence[SentOrder]) -> list[str]:
    """I1: each accepted message is there once, in a final state; and none of them had to be parked."""
    states = dict(house.rows("SELECT provider_id, state FROM conversation_messages WHERE direction = 'inbound'"))
    found = [
        f"I1 {each.sid} was accepted and is not there" for each in said if each.accepted and each.sid not in states
    ]
    found += [f"I1 {sid} is still {state}" for sid, state in states.items() if state not in FINAL]
    return found + [f"I1 {sid} was parked" for sid, state in states.items() if state == "parked"]


def _orders(house: House, said: Sequence[SentOrder]) -> list[str]:
    """I2: what each phone ordered adds up to what was accepted from it: nothing lost, nothing twice, bursts or not."""
    accepted: Counter[str] = Counter()
    states = dict(house.rows("SELECT provider_id, state FROM conversation_messages WHERE direction = 'inbound'"))
    for each in said:
        if (each.accepted or each.sid in states) and states.get(each.sid) not in NOT_READ:
            accepted[each.phone] += each.quantity
    ordered = dict(
        house.rows(
            "SELECT k.address, sum(l.quantity)::bigint FROM orders o JOIN order_lines l ON l.order_id = o.id"
            " JOIN conversations c ON c.id = o.conversation_id JOIN contacts k ON k.id = c.contact_id"
            " WHERE o.status = 'placed' AND NOT o.is_synthetic GROUP BY k.address"
        )
    )
    return [
        f"I2 {phone} asked for {accepted[phone]} and {ordered.get(phone, 0)} are ordered"
        for phone in accepted.keys() | ordered.keys()
        if accepted[phone] != ordered.get(phone, 0)
    ]


def _replies(house: House, allowed: int) -> list[str]:
    """I3: every answered message has its reply with the customer; no reply came there more than twice, and by WhatsApp, where the
    provider is asked before, only after a crash while sending."""
    silent = house.rows(
        "SELECT m.provider_id FROM conversation_messages m WHERE m.state = 'answered' AND NOT EXISTS ("
        " SELECT 1 FROM conversation_messages r WHERE r.in_reply_to = m.id AND (r.state = 'sent' OR r.reason = 'unconfirmed'))"
    )
    found = [f"I3 {sid} was answered and nothing was sent" for (sid,) in silent]
    copies = copies_of(house)
    found += [
        f"I3 {each.address} has a reply {each.arrived} times"
        for each in copies
        if each.written and each.arrived > MOST * each.written
    ]
    found += [
        f"I3 a reply to {each.address} was given up and never arrived"
        for each in copies
        if each.arrived < each.given_up
    ]
    extra = sum(each.extra for each in copies if each.channel == "whatsapp")
    return found + ([f"I3 {extra} copies by WhatsApp, {allowed} crashes while sending"] if extra > allowed else [])


def _order_of_effects(house: House) -> list[str]:
    """I4: of one conversation an earlier message is never finished after a later one, and replies left in their order."""
    late = house.rows(
        "SELECT a.id, b.id FROM conversation_messages a JOIN conversation_messages b ON b.conversation_id = a.conversation_id"
        " AND b.id > a.id AND a.direction = 'inbound' AND b.direction = 'inbound' AND a.state <> 'ignored' AND b.state <> 'ignored'"
        " WHERE b.finished_at < a.finished_at"
    )
    position = {
        str(provider_id): (int(conversation), int(row))
        for provider_id, conversation, row in house.rows(
            "SELECT provider_id, conversation_id, id FROM conversation_messages"
            " WHERE direction = 'outbound' AND provider_id IS NOT NULL"
        )
    }
    sent: dict[int, list[int]] = defaultdict(list)
    for entry in house.simulator.ledger.entries(operation="messages.create"):
        if entry.effect and (found := position.get(entry.effect)):
            sent[found[0]].append(found[1])
    swapped = [conversation for conversation, ids in sent.items() if ids != sorted(ids)]
    return [f"I4 message {a} was finished after {b}" for a, b in late] + [
        f"I4 replies of conversation {conversation} left out of order" for conversation in swapped
    ]


def _sums(house: House) -> list[str]:
    """I5: totals are the sums of their lines, and every price is the catalog's."""
    wrong = house.rows(
        "SELECT o.number FROM orders o JOIN order_lines l ON l.order_id = o.id GROUP BY o.id"
        " HAVING o.subtotal <> sum(l.line_total) OR o.total <> o.subtotal + o.tax"
    )
    prices = house.rows(
        "SELECT o.number FROM orders o JOIN order_lines l ON l.order_id = o.id JOIN products p ON p.sku = l.sku"
        " WHERE l.unit_price <> p.unit_price"
    )
    return [f"I5 the sums of {number} are wrong" for (number,) in wrong] + [
        f"I5 a price in {number} is not the catalog's" for (number,) in prices
    ]


def _secrets(house: House, said: Sequence[SentOrder]) -> list[str]:
    """I6: no secret, phone or customer's words in a log or in Redis."""
    marks = [SECRET, "simulator-twilio-token", "simulator-telegram-token", "simulator-xero", "Pizza Box 10 inch"]
    marks += [each.phone for each in said[:20]]
    found = []
    for log in house.folder.glob("*.log"):
        content = log.read_text(encoding="utf-8", errors="replace")
        found += [f"I6 {log.name} shows {mark!r}" for mark in marks if mark in content]
    dump = _redis_text(house)
    return found + [f"I6 Redis holds {mark!r}" for mark in marks if mark in dump]


def _redis_text(house: House) -> str:
    import redis

    client = redis.Redis.from_url(house.valkey.url)
    try:
        return " ".join(str(client.dump(key)) + str(key) for key in client.scan_iter(count=1000))
    finally:
        client.close()


def _nothing_open(house: House) -> list[str]:
    """I7: nothing waits, and no conversation has an alarm or a lease left over."""
    found = [f"I7 {count} rows are {state}" for state, count in house.rows(
        "SELECT state, count(*) FROM conversation_messages WHERE state IN ('received', 'pending', 'sending', 'unknown')"
        " GROUP BY state"
    )]  # fmt: skip
    held = int(house.one("SELECT count(*) FROM conversations WHERE lease_until IS NOT NULL"))
    return found + ([f"I7 {held} leases are left over"] if held else [])


def invoice_violations(house: House) -> list[str]:
    """One invoice an order in Xero's books, none more, and every total equal to the cent."""
    ours = dict(house.rows("SELECT number, total FROM orders WHERE status = 'placed' AND NOT is_synthetic"))
    alive = [row for row in house.simulator.xero.books.invoices.values() if row["Status"] not in ("DELETED", "VOIDED")]
    theirs = {row["InvoiceNumber"]: row["Total"] for row in alive}
    different = [number for number, total in ours.items() if number in theirs and theirs[number] != total]
    unsent = house.one("SELECT count(*) FROM invoices WHERE state NOT IN ('sent', 'gone')")
    counted = (
        (len(alive) - len(theirs), "invoices are double"),
        (len(set(ours) - set(theirs)), "orders have no invoice"),
        (len(set(theirs) - set(ours)), "invoices have no order"),
        (len(different), "totals differ"),
        (unsent, "invoices are not sent"),
        (house.simulator.xero.identity.refused, "refreshes were refused"),
    )
    return [f"I2 {count} {what}" for count, what in counted if count] + (_why_unsent(house) if unsent else [])


def _why_unsent(house: House) -> list[str]:
    waiting = house.rows(
        "SELECT state, reason, count(*), min(due_at - now()) FROM invoices WHERE state NOT IN ('sent', 'gone') GROUP BY 1, 2"
    )
    paused = house.rows(
        "SELECT paused_by, paused_until - now(), blocked, facts->>'problems' FROM accounting_connection"
    )
    words = [f"{count} {state} ({reason}), due in {due}" for state, reason, count, due in waiting]
    return [f"I2 not sent: {'; '.join(words)}; paused by, for, blocked, problems: {paused}"]
