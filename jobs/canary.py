"""The synthetic order: a made-up outlet orders a real product through the real code, in a transaction that is rolled back.

It runs as a job in the worker, so its heartbeat says that the queue, the worker, the database, the catalog, the reader,
the decision, the replies and every column they write are in order. It leaves no trace but that heartbeat.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection, text

from bot.errors import TriaError
from bot.runtime import Runtime, get_runtime
from bot.telemetry import error_words, get_logger, metrics
from jobs import heartbeat, lease
from jobs.lanes import CANARY
from jobs.process_conversation import think, write
from jobs.turn.situation import read_situation
from models.database import transaction

log = get_logger(__name__)

QUANTITY = 12

SET_UP = text("""
WITH customer AS (INSERT INTO customers (name) VALUES (:tag) RETURNING id),
outlet AS (
    INSERT INTO outlets (code, customer_id, name, confirm_orders, min_order_total) SELECT :tag, id, :tag, 'never', 0 FROM customer RETURNING id),
contact AS (INSERT INTO contacts (channel, address, is_synthetic) VALUES ('api', :tag, true) RETURNING id),
bound AS (INSERT INTO contact_outlets (contact_id, outlet_id, bound_by) SELECT contact.id, outlet.id, 'canary' FROM contact, outlet),
conversation AS (
    INSERT INTO conversations (contact_id, channel, business_address, due_at) SELECT id, 'api', :tag, now() FROM contact RETURNING id, session_id)
INSERT INTO conversation_messages (conversation_id, session_id, direction, channel, provider_id, role, kind, content, state, said_at)
SELECT id, session_id, 'inbound', 'api', :tag, 'user', 'text', :content, 'received', now() FROM conversation
RETURNING conversation_id
""")
CANDIDATES = 20
"""So many products are tried before it is the reading that is broken and not a name."""
PRODUCTS = text("""
SELECT p.name FROM products p WHERE p.is_active AND p.unit_price > 0
ORDER BY p.name = (SELECT detail ->> 'product' FROM heartbeats WHERE name = 'canary') DESC NULLS LAST, p.id LIMIT :most
""")
"""The one that was read last time first."""
PLACED = text(
    "SELECT o.status, l.quantity, l.name FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE o.id = :id"
)


class CanaryFailedError(TriaError):
    """The synthetic order did not come out as it must."""


@dataclass
class Steps:
    """Which step is under way, so that a failure can be named; and which product was ordered."""

    name: str = "start"
    product: str = ""

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.name = name
        yield


class _NotReadError(CanaryFailedError):
    """No order came of this product's name: it has a twin, or its words mean something else too. Another one is tried."""


class _RollBackError(TriaError):
    """Ends the canary's transaction without a trace."""


def run_canary(_id: int = 0) -> None:
    """RQ's entry. That the ring came through the queue and the loop is what it proves of them; the rest is its lane's."""
    runtime = get_runtime()
    if runtime.lanes is None:
        watch(runtime)
    else:
        runtime.lanes.take(CANARY, 0, partial(_watch, runtime))


def _watch(runtime: Runtime) -> None:
    watch(runtime)


def watch(runtime: Runtime) -> bool:
    """Places the synthetic order, takes it back, and writes down how it went."""
    steps, began = Steps(), time.monotonic()
    problem: str | None = None
    try:
        place_and_take_back(runtime, steps)
    except Exception as error:  # whatever broke is what the canary is for: it is named in the heartbeat
        log.exception("synthetic order failed", step=steps.name)
        problem = error_words(error)
    seconds = time.monotonic() - began
    metrics.canary_seconds.observe(seconds)
    detail = {
        "ok": problem is None,
        "step": steps.name,
        "error": problem,
        "product": steps.product,
        "ms": round(seconds * 1000, 1),
        "at": datetime.now(UTC).isoformat(),
    }
    heartbeat.beat(runtime.engine, "canary", detail)
    heartbeat.beat(runtime.engine, "worker", {"owner": lease.owner()})
    return problem is None


def place_and_take_back(runtime: Runtime, steps: Steps) -> None:
    """The whole journey on one connection, with the first product whose name reads. Raises what went wrong; `steps.name` says
    where."""
    with steps.step("catalog"), transaction(runtime.engine) as connection:
        names = list(connection.execute(PRODUCTS, {"most": CANDIDATES}).scalars())
    if not names:
        raise CanaryFailedError("no active product has a price")
    for name in names:
        try:
            _one(runtime, steps, name)
        except _NotReadError:
            continue
        steps.product = name
        return
    raise CanaryFailedError(f"none of {len(names)} products could be ordered by its name")


def _one(runtime: Runtime, steps: Steps, name: str) -> None:
    try:
        with transaction(runtime.engine) as connection:
            _journey(runtime, connection, steps, name)
            raise _RollBackError
    except _RollBackError:
        return


def _journey(runtime: Runtime, connection: Connection, steps: Steps, name: str) -> None:
    with steps.step("record"):
        values = {"tag": f"canary-{uuid.uuid4().hex}", "content": f"{QUANTITY} x {name}"}
        conversation_id = connection.execute(SET_UP, values).scalar_one()
    with steps.step("claim"):
        held = lease.claim(connection, conversation_id)
        if held is None:
            raise CanaryFailedError("the conversation could not be claimed")
    with steps.step("read"):
        said, situation = read_situation(runtime, connection, held)
        if said is None:
            raise CanaryFailedError("the message was not found again")
    with steps.step("understand"):
        thought = think(runtime, held, said, situation)
    with steps.step("write"):
        written = write(runtime, connection, held, thought)
    with steps.step("check"):
        _check(connection, written.order_id, name, written.texts)


def _check(connection: Connection, order_id: int | None, name: str, texts: tuple[str, ...]) -> None:
    if order_id is None:
        raise _NotReadError("no order came of it")
    rows = connection.execute(PLACED, {"id": order_id}).all()
    if len(rows) == 1 and (rows[0].status != "placed" or rows[0].name != name):
        raise _NotReadError("another order came of it")
    if len(rows) != 1 or (rows[0].status, rows[0].quantity, rows[0].name) != ("placed", QUANTITY, name):
        raise CanaryFailedError("the order read back is not the one that was placed")
    if not any(name in reply for reply in texts):
        raise CanaryFailedError("the reply does not name the product")
