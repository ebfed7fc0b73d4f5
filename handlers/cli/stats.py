"""`flask stats`: how many of everything there are."""

from __future__ import annotations

from handlers.cli.command import command, json_option, local_time, print_json, print_table
from handlers.current import current_runtime
from jobs.reads import stats


@command(None, "stats", example="flask stats --json")
@json_option
def command_stats(as_json: bool) -> None:
    """Counts of products, outlets, messages by state, orders by status, and what waits for a person."""
    with current_runtime().engine.connect() as connection:
        last = stats.last_order_at(connection)
        found = {
            "catalog": stats.catalog_counts(connection),
            "inbound_24h": stats.inbound_by_state(connection),
            "outbound": stats.outbound_by_state(connection),
            "orders": stats.orders_by_status(connection),
            "waiting": {
                "failures_open": stats.failures_open(connection),
                "escalations_open": stats.escalations_open(connection),
            },
            "last_order_at": last.isoformat() if last else None,
        }
    if as_json:
        print_json(found)
        return
    rows = [
        (group, name, count)
        for group, counts in found.items()
        if isinstance(counts, dict)
        for name, count in counts.items()
    ]
    print_table(
        "stats", ("what", "which", "count"), [*rows, ("orders", "last placed", local_time(last) if last else "never")]
    )
