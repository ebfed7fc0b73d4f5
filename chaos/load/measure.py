"""From rows to figures: how long answers took, how many there were, how processes grew, what the ledger adds up to."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from sqlalchemy import text

from chaos.customers import SentOrder
from chaos.house import House
from chaos.load.profile import Phase
from chaos.load.report import Counted, PhaseFigures
from chaos.nearest_rank import nearest_rank
from jobs.reads.ledger import verify_ledger

WAITS = (
    "SELECT extract(epoch FROM m.created_at)::float8, extract(epoch FROM max(r.finished_at) - m.created_at)::float8"
    " FROM conversation_messages m JOIN conversation_messages r ON r.in_reply_to = m.id AND r.state = 'sent'"
    " WHERE m.direction = 'inbound' GROUP BY m.id ORDER BY m.created_at"
)
RECOVERED_WINDOW_S = 10.0
RECOVERED_FACTOR, RECOVERED_SLACK_S = 1.5, 0.5
"""Back at what it was: not more than this above the p95 before."""

Wait = tuple[float, float]
"""When a message came (seconds since 1970) and how long its answer took (seconds)."""


def waits(house: House) -> list[Wait]:
    return [(float(at), float(seconds)) for at, seconds in house.rows(WAITS)]


def percentile(values: Sequence[float], share: int) -> float | None:
    """To the millisecond; None where nothing was answered, as the report's schema has it."""
    return round(nearest_rank(values, share), 3) if values else None


def of_phase(phase: Phase, began: float, ended: float, found: Sequence[Wait]) -> PhaseFigures:
    """Of the messages that came in that time."""
    within = [seconds for at, seconds in found if began <= at < ended]
    p50, p95, p99 = (percentile(within, share) for share in (50, 95, 99))
    return PhaseFigures(
        name=phase.name, users=phase.users, seconds=round(ended - began, 1), messages=len(within), p50_s=p50, p95_s=p95, p99_s=p99
    )  # fmt: skip


def recovered_after_s(before_p95: float | None, ended: float, found: Sequence[Wait]) -> float | None:
    """From the end of the spike until a window of messages was answered as fast as before; None when none was."""
    if before_p95 is None:
        return None
    limit = max(before_p95 * RECOVERED_FACTOR, before_p95 + RECOVERED_SLACK_S)
    after = [(at - ended, seconds) for at, seconds in found if at >= ended]
    start = 0.0
    while after and start <= after[-1][0]:
        window = [seconds for at, seconds in after if start <= at < start + RECOVERED_WINDOW_S]
        p95 = percentile(window, 95)
        if p95 is not None and p95 <= limit:
            return start
        start += 1.0
    return None


def errors(said: Sequence[SentOrder], answered: int) -> float:
    """The share of messages that were not accepted or whose answer never came."""
    return round(max(0.0, 1 - answered / len(said)), 4) if said else 1.0


def growth_per_hour(samples: Sequence[tuple[float, Mapping[str, float]]]) -> float | None:
    """MB an hour of the kind of process that grows fastest, by least squares; None with fewer than three samples."""
    if len(samples) < 3:
        return None
    hours = [at / 3600 for at, _ in samples]
    kinds = set.intersection(*(set(sizes) for _, sizes in samples))
    slopes = [statistics.linear_regression(hours, [sizes[kind] for _, sizes in samples]).slope for kind in kinds]
    return round(max(slopes), 1) if slopes else None


def counted(house: House, said: Sequence[SentOrder]) -> Counted:
    with house.engine.connect() as connection:
        ledger = verify_ledger(connection, None)
        orders, replies, failures = connection.execute(
            text(
                "SELECT (SELECT count(*) FROM orders WHERE status = 'placed' AND NOT is_synthetic),"
                " (SELECT count(*) FROM conversation_messages WHERE direction = 'outbound' AND state = 'sent'),"
                " (SELECT count(*) FROM failures WHERE resolved_at IS NULL)"
            )
        ).one()
    accepted = sum(each.accepted for each in said)
    return Counted(
        sent=len(said), accepted=accepted, received=ledger["received"], final=ledger["final"], open=ledger["open"],
        orders=orders, replies=replies, failures=failures, adds_up=bool(ledger["ok"]) and not ledger["open"] and ledger["received"] >= accepted,
    )  # fmt: skip
