"""Which of the messages that wait are read together, as one turn; plain rows in, plain values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from bot.channels.base import MessageKind
from bot.situation import Said

ALBUM = frozenset({MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.DOCUMENT})
"""Sent several at a time, each as a message of its own; they are one act and get one reply."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A message not read yet; with the edits of it, whose words it has then."""

    ids: tuple[int, ...]
    kind: str
    content: str
    said_at: datetime
    payload: Mapping[str, Any]
    edited_before: bool = False
    """An edit of it arrived first and was answered: it has nothing to say any more."""

    @property
    def stands_alone(self) -> bool:
        points = self.payload.get("replied_to") or self.payload.get("forwarded")
        return self.edited_before or self.kind != MessageKind.TEXT or bool(points)


def first_turn(raw: list[list[Any]], *, alone: bool) -> Said:
    """The texts of a burst as one; a message that is not text, is forwarded or points at another stands alone, and each does
    where `alone` is asked for."""
    rows = _with_edits([_row(*row) for row in raw])
    together = [rows[0]]
    if rows[0].edited_before:
        return Said(rows[0].ids, "", MessageKind.TEXT, rows[0].said_at, {"edited_before": True})
    if not (alone or rows[0].stands_alone):
        together += takewhile(lambda row: not row.stands_alone, rows[1:])
    elif rows[0].kind in ALBUM and not alone:
        together += takewhile(lambda row: row.kind in ALBUM, rows[1:])
    content = "\n".join(row.content for row in together if row.content or len(together) == 1)
    ids = sorted(message_id for row in together for message_id in row.ids)
    cut = {"cut": True} if any(row.payload.get("cut") for row in together) else {}
    payload = {**together[-1].payload, **cut}
    return Said(tuple(ids), content, MessageKind(together[0].kind), together[-1].said_at, payload)


def _row(message_id: int, kind: str, content: str, said_at: str, payload: dict[str, Any], edited_before: bool) -> _Row:
    return _Row((message_id,), kind, content, datetime.fromisoformat(said_at), payload, edited_before)


def _with_edits(rows: Sequence[_Row]) -> list[_Row]:
    """An edit of a message that was not read yet takes its place, whichever of the two arrived first."""
    read = [row for row in rows if row.kind != MessageKind.EDIT and not row.edited_before]
    originals = {row.payload["message_id"] for row in read if row.payload.get("message_id")}
    edits: dict[Any, list[_Row]] = {}
    kept = []
    for row in rows:
        named = row.payload.get("message_id")
        if row.kind == MessageKind.EDIT and named in originals:
            edits.setdefault(named, []).append(row)
        else:
            kept.append(row)
    return [_edited(row, edits.get(row.payload.get("message_id"), [])) for row in kept]


def _edited(row: _Row, edits: list[_Row]) -> _Row:
    """The latest by the customer's own clock has the last word; of edits in the same second, the one that arrived last."""
    if not edits:
        return row
    last = max(edits, key=lambda edit: (edit.said_at, edit.ids))
    ids = (*row.ids, *(message_id for edit in edits for message_id in edit.ids))
    return _Row(ids, row.kind, last.content, last.said_at, {**row.payload, **last.payload})
