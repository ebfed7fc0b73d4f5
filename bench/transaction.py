"""One order's SQL, captured as it happens, run by pgbench as it stands: what PostgreSQL itself allows on this machine.

Ids get values that occur nowhere else, so that in the captured text they can be told apart and become pgbench's variables.
"""

from __future__ import annotations

import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from bot.channels.base import Incoming, MessageKind, Outgoing
from bot.runtime import Runtime
from chaos.house import House
from embedded.account import readable_install
from embedded.postgres import LABEL, binary, package_folder
from jobs.intake.record import OPEN, RECORD, record_once
from jobs.lease import CLAIM
from jobs.outbox import send as sending
from jobs.outbox.finish import FINISH
from jobs.process_conversation import process
from jobs.turn.apply import RELEASE
from jobs.turn.situation import READ
from models.database import autocommit
from models.prepared import PARAMETER

BASE = {"conversations": 9_100_000, "conversation_messages": 8_200_000, "orders": 7_300_000}
WORDS = "{quantity} pcs Pizza Box 10 inch Brown Kraft"


class _NoChannel:
    """Takes every reply at once, and can be asked what it took as WhatsApp's provider can; the provider is not what is measured."""

    name, max_length, can_look_up = "whatsapp", 1600, True

    def __init__(self) -> None:
        self.sent = 0

    def send(self, message: Outgoing) -> str:
        self.sent += 1
        return f"bench-{time.time_ns()}-{self.sent}"

    def find(self, message: Outgoing, *, since: Any, known: frozenset[str]) -> str | None:
        return None


@dataclass
class Captured:
    """The statements of one order from the webhook's to the sender's, and those of the order's transaction alone."""

    opening: str
    """Once a sender, before the first of these: a contact and a conversation."""
    statements: list[str]
    inside: int
    """Statements in the order's own transaction, BEGIN and COMMIT not counted."""


PREPARED = {each.name: each for each in (RECORD, OPEN, CLAIM, READ, RELEASE, sending.CLAIM, FINISH)}
"""What is executed by name is shown to pgbench as it was prepared; pgbench prepares it too (-M prepared)."""


def order(runtime: Runtime, phone: str, number: int, channel: _NoChannel) -> None:
    """One order in this process: record, answer, send."""
    incoming = Incoming(
        "whatsapp", f"SM{time.time_ns():032x}"[-34:], phone, runtime.settings.whatsapp_senders[0], MessageKind.TEXT,
        WORDS.format(quantity=100 + number), runtime.clock(),
    )  # fmt: skip
    recorded = record_once(runtime.engine, incoming, fingerprint="bench", window_ms=0, flood=0)
    written = process(runtime, recorded.conversation_id)
    if written is None or not written.order_number:
        raise RuntimeError(f"no order came of {incoming.text!r}: {written}")
    sending.send(runtime, written.outbound[0], {"whatsapp": channel})


def capture(house: House, runtime: Runtime) -> Captured:
    """Runs one order and keeps its SQL with the values in it."""
    for table, base in BASE.items():
        house.change(f"ALTER TABLE {table} ALTER COLUMN id RESTART WITH {base}")
    statements: list[tuple[str, bool]] = []
    channel = _NoChannel()
    phones = house.phones(2)
    order(runtime, phones[0], 0, channel)  # the catalog is in memory and every plan made

    def keep(connection: Any, cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        autocommit = bool(connection.connection.dbapi_connection.autocommit)
        if (name := statement.split(" ", 2)[1]) in PREPARED and statement.startswith("EXECUTE"):
            statement = PARAMETER.sub(r"%(\1)s", PREPARED[name].sql)
        if not statement.startswith("PREPARE"):
            statements.append((cursor.mogrify(statement, parameters).decode(), not autocommit))

    event.listen(Engine, "before_cursor_execute", keep)
    with autocommit(runtime.engine) as connection:
        business = runtime.settings.whatsapp_senders[0]
        OPEN.on(connection, {"channel": "whatsapp", "address": phones[1], "business_address": business})
    order(runtime, phones[1], 0, channel)
    event.remove(Engine, "before_cursor_execute", keep)
    (opening, _), *rest = statements
    return Captured(opening, [sql for sql, _ in rest], _inside(rest))


def _inside(statements: list[tuple[str, bool]]) -> int:
    """Those of the one transaction that writes the order."""
    release = next(at for at, (sql, inside) in enumerate(statements) if inside and "SET lease_until = NULL" in sql)
    begin = end = release
    while end < len(statements) and statements[end][1]:
        end += 1
    while begin and statements[begin - 1][1]:
        begin -= 1
    return end - begin


def pgbench(house: House, runtime: Runtime, captured: Captured, seconds: int) -> float:
    """Orders a second of the captured SQL at one client, over the network as we are."""
    script = Path(house.folder) / "order.sql"
    script.write_text(_script(captured))
    script.chmod(0o644)
    account = house.postgres.account
    program = binary("pgbench", readable_install(package_folder(), LABEL, account))
    done = subprocess.run(
        [str(program), "-n", "-M", "prepared", "-c", "1", "-T", str(seconds), "-f", str(script), house.postgres.url],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or not found:
        raise RuntimeError(f"pgbench failed: {done.stderr[-1500:]}")
    return float(found[1])


def _script(captured: Captured) -> str:
    """Each run is another sender's first order: the same statements with ids of their own."""
    lines = ["\\set n random(1, 2000000000)"]
    inside = False
    for sql in (captured.opening, *captured.statements):
        sql = _variables(re.sub(r"\s+", " ", sql.strip()))
        writes_order = "SET lease_until = NULL" in sql
        if writes_order and not inside:
            lines.append("BEGIN;")
            inside = True
        lines.append(sql + (_keep(sql) or ";"))
        if inside and "INSERT INTO order_events" in sql:
            lines.append("COMMIT;")
            inside = False
    return "\n".join(lines) + "\n"


def _variables(sql: str) -> str:
    sql = re.sub(r"'SM[0-9a-f]{32}'", "'SM' || :n", sql).replace("'+6590000001'", "'+65' || :n")
    sql = re.sub(r"'bench-\d+-\d+'", "'bench-' || :n || '-' || :msg", sql)
    reply = BASE["conversation_messages"] + 3
    # An id inside a JSON text is part of that text: no cast can stand there.
    for number, name in ((BASE["conversation_messages"] + 1, "msg"), (reply - 1, "msg"), (reply, "reply")):
        sql = re.sub(rf'("message_id": ){number}\b', rf"\1' || :{name} || '", sql)
    for table, name in (("conversations", "conv"), ("conversation_messages", "msg"), ("orders", "ord")):
        base = BASE[table]
        sql = re.sub(rf"\b{base + 1}\b", f"CAST(:{name} AS bigint)", sql)
    sql = re.sub(rf"\b{reply}\b", "CAST(:reply AS bigint)", sql)
    return re.sub(rf"\b{reply - 1}\b", "CAST(:msg AS bigint)", sql)


def _keep(sql: str) -> str:
    """Which ids an answer gives to the statements after it."""
    if sql.startswith("WITH touched"):
        return " \\gset r_\n\\set conv :r_conversation_id\n\\set msg :r_message_id"
    if sql.startswith("INSERT INTO orders"):
        return " \\gset o_\n\\set ord :o_id"
    if sql.startswith("INSERT INTO conversation_messages"):
        return " \\gset w_\n\\set reply :w_id"
    return ""


def own_rate(house: House, runtime: Runtime, phones: list[str], seconds: float) -> float:
    """Orders a second of the whole path in this one process, one after the other, without a provider."""
    channel, count, began = _NoChannel(), 0, time.monotonic()
    while time.monotonic() - began < seconds:
        order(runtime, phones[2 + count % (len(phones) - 2)], count // (len(phones) - 2), channel)
        count += 1
    return count / (time.monotonic() - began)
