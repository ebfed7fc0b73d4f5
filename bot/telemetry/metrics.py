"""Every metric name of the product, with the closed sets its labels come from.

A label outside its set is counted as "other": no customer's text, phone or id can ever become a time series. Numbers
that PostgreSQL knows (queue depths, ages) are not kept here but read at scrape time: jobs/reads/gauges.py, names below.
With PROMETHEUS_MULTIPROC_DIR set, all processes of a machine write there and any of them can answer the scrape.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from itertools import product
from typing import Generic, TypeVar

from prometheus_client import Counter, Histogram

from bot.channels import registry
from bot.metrics_folder import make
from models.failure_kind import FailureKind

make()

CHANNELS = registry.CHANNELS.keys()
DOORS = (
    *(spec.door.rpartition(".")[2] for spec in registry.CHANNELS.values() if spec.door),
    "health",
    "messages_api",
    "products_api",
    "console",
    "simulator",
)
FAST_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
QUERY_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 15.0)
SLOW_S = (0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0, 300.0)
OTHER = "other"

Kind = TypeVar("Kind", Counter, Histogram)


class Closed(Generic[Kind]):
    """A metric whose labels come from closed sets. `.labels(*values)` takes them in the order of the declaration."""

    def __init__(self, metric: Kind, sets: Sequence[Collection[str]]) -> None:
        self._metric: Kind = metric
        # The names of channels are a live view, so that one registered later has its own label.
        self.sets = tuple(values if isinstance(values, Set) else frozenset(values) for values in sets)
        for values in product(*sets):
            metric.labels(*values)  # present from the first scrape, so that an alert can see "never happened"

    def labels(self, *values: str) -> Kind:
        known = (value if value in allowed else OTHER for value, allowed in zip(values, self.sets, strict=True))
        child: Kind = self._metric.labels(*known)
        return child


def _counter(name: str, text: str, **sets: Collection[str]) -> Closed[Counter]:
    return Closed(Counter(f"tria_{name}", text, tuple(sets)), tuple(sets.values()))


def _histogram(name: str, text: str, buckets: Sequence[float], **sets: Collection[str]) -> Closed[Histogram]:
    return Closed(Histogram(f"tria_{name}", text, tuple(sets), buckets=tuple(buckets)), tuple(sets.values()))


# Doors
inbound_total = _counter(
    "inbound_total",
    "Inbound messages by what the door did with them",
    channel=CHANNELS,
    outcome=("recorded", "duplicate", "altered", "receipt", "ignored", "failed"),
)
webhook_rejected_total = _counter(
    "webhook_rejected_total",
    "Webhook calls refused at the door",
    channel=CHANNELS,
    reason=("signature", "secret", "token", "too_large", "media_type", "bad_payload", "rate_limit", "database"),
)
http_requests_total = _counter(
    "http_requests_total",
    "Answers by door and class of status",
    door=DOORS,
    status=("2xx", "3xx", "4xx", "5xx"),
)
http_request_seconds = _histogram(
    "http_request_seconds",
    "Time to answer, by door",
    FAST_S,
    door=DOORS,
)
rate_limited_total = _counter("rate_limited_total", "Senders told to slow down", channel=CHANNELS)
ring_failed_total = Counter("tria_ring_failed_total", "Jobs that could not be rung because Redis was away")

# Work
orders_placed_total = _counter("orders_placed_total", "Orders placed", channel=CHANNELS)
orders_held_total = _counter(
    "orders_held_total", "Orders not placed at once", reason=("confirmation", "approval", "question")
)
unknown_sender_total = _counter("unknown_sender_total", "Messages of senders bound to no outlet", channel=CHANNELS)
escalations_total = _counter("escalations_total", "Conversations handed to a person", channel=CHANNELS)
escalations_told_total = _counter(
    "escalations_told_total", "Escalations that the team was told of", kind=("new", "overdue")
)
jobs_failed_total = _counter(
    "jobs_failed_total",
    "Jobs that ended in an exception",
    kind=(*FailureKind, "canary", "sweep", "reread"),
)
fenced_total = Counter("tria_fenced_total", "Writes refused because the lease had passed to another worker")
process_seconds = Histogram(
    "tria_process_seconds", "One process_conversation job, claim to commit", buckets=(*FAST_S, 5.0, 10.0)
)
sweeper_rung_total = _counter(
    "sweeper_rung_total", "Rows that the sweeper rang again", kind=("process", "deliver", "canary", "invoice", "reread")
)
query_seconds = Histogram(
    "tria_query_seconds", "One statement of ours in PostgreSQL, with its way there and back", buckets=QUERY_S
)
canary_seconds = Histogram("tria_canary_seconds", "The synthetic order, start to rollback", buckets=FAST_S)

# Replies
replies_total = _counter(
    "replies_total",
    "Tries to send a reply by outcome",
    channel=CHANNELS,
    outcome=("sent", "pending", "unknown", "dead", "held"),
)
replies_unrecorded_total = _counter(
    "replies_unrecorded_total", "Tries whose end PostgreSQL refused to record as it was", channel=CHANNELS
)
replies_ceiling_total = _counter(
    "replies_ceiling_total", "Replies given up because nothing may be tried more often", channel=CHANNELS
)
replies_unconfirmed_total = _counter(
    "replies_unconfirmed_total", "Replies given up after sends that were never confirmed", channel=CHANNELS
)
broadcast_recipients_total = _counter(
    "broadcast_recipients_total", "Contacts of an announcement, by what became of writing to them",
    outcome=("enqueued", "failed", "opted_out", "passed_over"),
)  # fmt: skip
replies_undelivered_total = _counter(
    "replies_undelivered_total", "Replies that the provider took and could not deliver", channel=CHANNELS
)
reply_latency_seconds = Histogram(
    "tria_reply_latency_seconds", "From the inbound row to the provider's acceptance of its reply", buckets=SLOW_S
)
deliver_seconds = _histogram("deliver_seconds", "One request to the provider", SLOW_S, channel=CHANNELS)
receipts_total = _counter(
    "receipts_total",
    "Delivery receipts by what they say",
    channel=CHANNELS,
    status=("queued", "sent", "failed", "delivered", "read", "unknown"),
)

# Language model
llm_calls_total = _counter(
    "llm_calls_total",
    "Calls to the language model",
    outcome=(
        "ok",
        "refused",
        "cut",
        "invalid",
        "rate_limit",
        "timeout",
        "failed",
        "circuit_open",
        "over_budget",
        "busy",
    ),
)
llm_breaker_total = _counter(
    "llm_breaker_total",
    "Changes of the language model breaker, by the state it went to",
    state=("closed", "open", "half-open"),
)
llm_cost_usd_total = Counter("tria_llm_cost_usd_total", "Spent on the language model, US dollars")
knowledge_answers_total = _counter(
    "knowledge_answers_total",
    "Questions put to the supplier's documents",
    verdict=("answered", "offered", "unknown", "unavailable"),
)
knowledge_cache_total = _counter(
    "knowledge_cache_total", "Answers looked for in the cache", result=("hit", "miss", "error")
)
knowledge_written_total = _counter(
    "knowledge_written_total", "Answers written by the language model", outcome=("sent", "refused")
)
knowledge_seconds = Histogram("tria_knowledge_seconds", "One question to the documents", buckets=FAST_S)
embedding_errors_total = Counter("tria_embedding_errors_total", "Calls for embeddings that failed")
embedding_fallback_total = _counter(
    "embedding_fallback_total", "Embeddings made by a lesser embedder than was wanted", to=("offline", "hash", "none")
)
llm_seconds = Histogram("tria_llm_seconds", "One call to the language model", buckets=SLOW_S)

# Accounting
xero_calls_total = _counter(
    "xero_calls_total",
    "Calls to the accounting system by what came back",
    outcome=("2xx", "3xx", "4xx", "429", "5xx", "lost", "unreachable"),
)
xero_refreshes_total = _counter(
    "xero_refreshes_total", "Refreshes of its access token", outcome=("ok", "refused", "lost", "failed")
)
xero_breaker_total = _counter(
    "xero_breaker_total",
    "Changes of the accounting system's breaker, by the state it went to",
    state=("closed", "open", "half-open"),
)
invoices_total = _counter(
    "invoices_total",
    "Tries to bring an invoice up to its order, by outcome",
    outcome=("sent", "gone", "waiting", "unknown", "temporary", "blocked", "failed"),
)

GAUGES = {
    "tria_inbound_messages": "Inbound messages of the last 24 hours by state",
    "tria_outbound_messages": "Outbound messages of the last 24 hours, and older ones that are not final, by state",
    "tria_last_message_time_seconds": "When the last message of a customer came, in seconds since 1970",
    "tria_oldest_unanswered_seconds": "Age of the oldest inbound message that the bot still owes an answer",
    "tria_oldest_unsent_seconds": "For how long the most overdue reply waits to be sent",
    "tria_failures_open": "Failures that nobody has settled",
    "tria_escalations_open": "Conversations waiting for a person",
    "tria_escalations_overdue": "Of these, past the time in which somebody had to look",
    "tria_orders": "Orders by status",
    "tria_invoices_by_state": "Invoices by state",
    "tria_invoices_overdue_seconds": "For how long the most overdue invoice waits to be sent",
    "tria_xero_blocked": "1 while nothing is invoiced until a person acts",
    "tria_xero_token_age_seconds": "Since the refresh token of the accounting system was last used; it dies after 60 days",
    "tria_xero_differences": "What the last reconciliation of orders and invoices found",
    "tria_xero_calls_left_today": "Calls to the accounting system that its day limit still allows",
    "tria_heartbeat_age_seconds": "Seconds since the last sign of life",
    "tria_backup_age_seconds": "Seconds since the last good backup; nothing before the first one",
    "tria_canary_ok": "1 when the last synthetic order went the whole way",
    "tria_certificate_left_seconds": "For how long the certificate at PUBLIC_URL is still good",
    "tria_database_up": "1 when PostgreSQL answered this scrape",
    "tria_database_dead_rows": "Dead rows in the message ledger, as PostgreSQL's statistics have it",
    "tria_pool_connections": "Connections of this process's pool, by state",
}
PROCESSES = {
    "tria_processes": "Our processes on this machine, by kind",
    "tria_process_resident_bytes": "Memory of the largest process of a kind",
    "tria_process_cpu_seconds": "Processor time of all living processes of a kind",
    "tria_process_open_files": "Descriptors of the process of a kind that has most",
}
