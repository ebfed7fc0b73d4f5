"""The proof that a person is forgotten: every text column of every table is looked at, and a new one is looked at by itself.

Rows hang on a person by foreign keys: conversations on contacts, messages on conversations, and so on. In such rows a text is
empty, or its column stands below with the reason why it stays. In all rows of all tables no text holds the person's address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Column, Connection, Table, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import String

from models import Base

WORD = "forgotten"
"""What stands where something has to stand."""
SHORTEST_ADDRESS = 7
"""A shorter one, which no channel gives to people, would be found in any number."""
KEPT: Mapping[str, str] = {
    "which way and in which state it is": """
        contacts.channel conversations.channel conversations.session_id conversations.business_address conversations.owner
        conversations.lease_owner conversation_messages.session_id conversation_messages.direction conversation_messages.channel
        conversation_messages.role conversation_messages.kind conversation_messages.state conversation_messages.reason
        conversation_messages.attempt_id binding_requests.state escalations.priority escalations.team order_events.kind
        failures.kind failures.reference failures.resolution invoices.state invoices.attempt_id""",
    "how it was read, as one word": """
        conversation_messages.language conversation_messages.intent""",
    "what was ordered and invoiced, as the tax law asks; notes are taken out of the history": """
        orders.number orders.channel orders.status orders.currency order_lines.sku order_lines.name order_lines.unit
        order_lines.pack_unit order_lines.said_unit order_events.detail invoices.number invoices.xero_id invoices.xero_status
        invoices.held invoices.asked invoices.reason invoices.error""",
    "the supplier's own people": """
        escalations.assignee escalations.closed_by notes.author read_marks.read_by binding_requests.decided_by
        contact_outlets.bound_by invitations.invited_by""",
    "a keyed hash": "invitations.code_hash",
    "written without values and without texts": "failures.error failures.traceback",
}  # fmt: skip
STAYS = frozenset(name for names in KEPT.values() for name in names.split())


def left(connection: Connection, ids: Mapping[str, Sequence[int]], addresses: Sequence[str]) -> dict[str, int]:
    """How many texts of the person are left, by `table.column`; empty when the person is forgotten.

    `ids` begins the walk: the person's contacts, and messages of ours to others that tell of them.
    """
    found = dict(_in_their_rows(connection, ids))
    for name, count in _anywhere(connection, [address.lstrip("+") for address in addresses]):
        found[name] = found.get(name, 0) + count
    return found


def text_columns(table: Table) -> list[Column[object]]:
    return [each for each in table.columns if isinstance(each.type, String | JSONB) or _is_list_of_texts(each)]


def _is_list_of_texts(column: Column[object]) -> bool:
    return isinstance(column.type, ARRAY) and isinstance(column.type.item_type, String)


def _in_their_rows(connection: Connection, ids: Mapping[str, Sequence[int]]) -> Iterator[tuple[str, int]]:
    theirs = {table: list(known) for table, known in ids.items()}
    for table in Base.metadata.sorted_tables:
        where = _hangs_on(table, theirs)
        if not where:
            continue
        if "id" in table.columns:
            rows = connection.execute(text(f"SELECT id FROM {table.name} WHERE {where}"), _named(theirs))
            theirs[table.name] = [int(row.id) for row in rows]
        columns = [each for each in text_columns(table) if f"{table.name}.{each.name}" not in STAYS]
        yield from _counted(connection, table, columns, "{column} NOT IN ('', '{{}}', '[]') AND {column} NOT LIKE '" + WORD + "%'", where, _named(theirs))  # fmt: skip


def _hangs_on(table: Table, theirs: Mapping[str, Sequence[int]]) -> str:
    """The condition under which a row is the person's; empty when the table hangs on nobody."""
    conditions = [
        f"{key.parent.name} = ANY(:{key.column.table.name})"
        for key in table.foreign_keys
        if key.column.table.name in theirs and key.column.table.name != table.name
    ]
    if table.name in theirs:
        conditions.append(f"id = ANY(:{table.name})")
    return " OR ".join(sorted(conditions))


def _named(theirs: Mapping[str, Sequence[int]]) -> dict[str, object]:
    return {table: list(known) for table, known in theirs.items()}


def _anywhere(connection: Connection, addresses: Sequence[str]) -> Iterator[tuple[str, int]]:
    for address in addresses:
        if len(address) < SHORTEST_ADDRESS:
            continue
        for table in Base.metadata.sorted_tables:
            is_there = "position(:address IN {column}) > 0"
            yield from _counted(connection, table, text_columns(table), is_there, "TRUE", {"address": address})


def _counted(
    connection: Connection, table: Table, columns: Sequence[Column[object]], condition: str, where: str, values: Mapping[str, object]
) -> Iterator[tuple[str, int]]:  # fmt: skip
    """The columns in which it holds for any row, each with the number of rows."""
    if not columns:
        return
    counts = [
        f"count(*) FILTER (WHERE {condition.format(column=f'{each.name}::text')}) AS {each.name}" for each in columns
    ]
    row = connection.execute(text(f"SELECT {', '.join(counts)} FROM {table.name} WHERE {where}"), dict(values)).one()
    yield from ((f"{table.name}.{name}", int(count)) for name, count in row._mapping.items() if count)
