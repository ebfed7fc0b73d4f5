"""Chroma over HTTP: the few calls that we make of its API (version 2), each within a time of its own.

Its own Python client takes three seconds and 75 MB to import in every worker and waits for ever for a server that hangs.
The server alone opens the folder of vectors: two processes on one folder read stale results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.errors import TemporaryError

TIMEOUT_S = 5.0
PLACE = "/api/v2/tenants/default_tenant/databases/default_database/collections"
BATCH = 500
"""Records in one call; the server takes ten times as many."""


class ChromaError(TemporaryError):
    """Chroma is away or refuses."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a collection holds under an id. `facts` are plain values."""

    id: str
    text: str
    vector: Sequence[float]
    facts: Mapping[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Near:
    """A record found by its vector; `likeness` is 1 for the same direction."""

    id: str
    text: str
    facts: Mapping[str, Any]
    likeness: float


class Chroma:
    """One process's line to one server. Thread-safe; makes no connection before the first call."""

    def __init__(self, address: str, timeout_s: float = TIMEOUT_S) -> None:
        base = address if "://" in address else f"http://{address}"
        self.address = urlsplit(base).netloc
        self._http = httpx.Client(base_url=base, timeout=timeout_s, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def answers(self) -> bool:
        try:
            self._ask("GET", "/api/v2/heartbeat")
        except ChromaError:
            return False
        return True

    def names(self) -> set[str]:
        return {str(each["name"]) for each in self._ask("GET", PLACE)}

    def count(self, name: str) -> int:
        """0 for a collection that is not there."""
        found = self._find(name)
        return int(self._ask("GET", f"{PLACE}/{found}/count")) if found else 0

    def make(self, name: str) -> None:
        body = {"name": name, "get_or_create": True, "configuration": {"hnsw": {"space": "cosine"}}}
        self._ask("POST", PLACE, body)

    def drop(self, name: str) -> None:
        if self._find(name):
            self._ask("DELETE", f"{PLACE}/{name}")

    def rename(self, name: str, to: str) -> None:
        self._ask("PUT", f"{PLACE}/{self._id(name)}", {"new_name": to})

    def put(self, name: str, records: Sequence[Record]) -> None:
        """Adds what is new and replaces what is there. The vectors of a collection all have one dimension."""
        where = f"{PLACE}/{self._id(name)}/upsert"
        for part in _parts(records):
            body = {
                "ids": [record.id for record in part],
                "documents": [record.text for record in part],
                "embeddings": [[float(value) for value in record.vector] for record in part],
                "metadatas": [dict(record.facts) or {"_": True} for record in part],
            }
            self._ask("POST", where, body)

    def ids(self, name: str) -> set[str]:
        """Of every record; none where the collection is not there."""
        found = self._find(name)
        if not found:
            return set()
        every: set[str] = set()
        while page := self._page(found, len(every)):
            every |= page
        return every

    def records(self, name: str, ids: Sequence[str]) -> list[Record]:
        """Those of the ids that are there."""
        found = self._find(name)
        if not found:
            return []
        out = []
        for part in _parts(ids):
            body = {"ids": list(part), "include": ["documents", "metadatas", "embeddings"]}
            got = self._ask("POST", f"{PLACE}/{found}/get", body)
            rows = zip(got["ids"], got["documents"], got["embeddings"], got["metadatas"], strict=True)
            out += [Record(id_, text or "", vector, facts or {}) for id_, text, vector, facts in rows]
        return out

    def near(self, name: str, vector: Sequence[float], most: int, where: Mapping[str, Any] | None = None) -> list[Near]:
        """The most alike first; none where the collection is not there."""
        found = self._find(name)
        if not found:
            return []
        body = {"query_embeddings": [[float(value) for value in vector]], "n_results": most} | {
            "include": ["documents", "metadatas", "distances"]
        }
        got = self._ask("POST", f"{PLACE}/{found}/query", body | ({"where": dict(where)} if where else {}))
        rows = zip(got["ids"][0], got["documents"][0], got["metadatas"][0], got["distances"][0], strict=True)
        return [Near(id_, text or "", facts or {}, 1.0 - distance) for id_, text, facts, distance in rows]

    def delete(self, name: str, ids: Sequence[str]) -> None:
        found = self._find(name)
        for part in _parts(ids) if found else ():
            self._ask("POST", f"{PLACE}/{found}/delete", {"ids": list(part)})

    def _page(self, found: str, offset: int) -> set[str]:
        body = {"include": [], "limit": BATCH, "offset": offset}
        return set(self._ask("POST", f"{PLACE}/{found}/get", body)["ids"])

    def _id(self, name: str) -> str:
        found = self._find(name)
        if found is None:
            raise ChromaError(f"Chroma has no collection {name}")
        return found

    def _find(self, name: str) -> str | None:
        """Looked up each time: a rebuilt collection has the same name and another id."""
        answer = self._send("GET", f"{PLACE}/{name}", None)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return str(self._read(answer)["id"])

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        return self._read(self._send(method, path, body))

    def _send(self, method: str, path: str, body: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, json=body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ChromaError(f"Chroma at {self.address} cannot be reached: {type(error).__name__}") from error

    def _read(self, answer: httpx.Response) -> Any:
        try:
            value = answer.json()
        except ValueError as error:
            raise ChromaError(f"Chroma at {self.address} answers {answer.status_code} and no JSON") from error
        if not answer.is_success:
            words = value.get("message", "") if isinstance(value, dict) else ""
            raise ChromaError(f"Chroma at {self.address} answers {answer.status_code}: {str(words)[:200]}")
        return value


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[at : at + BATCH] for at in range(0, len(rows), BATCH))
