"""What a well-behaved LLM would say: the strict schema of the request filled from the candidates in its own text.

It reads the JSON schema given as `response_format` and the user's message, which may be JSON or plain text with
candidates as `SKU: name`. Fields are filled by what their names mean to the trade.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NUMBER = re.compile(r"\d+(?:\.\d+)?")
LISTED = re.compile(r"^[-*\s\d.]*\"?([A-Z][A-Z0-9]{1,}(?:-[A-Z0-9]+)+)\"?\s*[:=|,\u2013\u2014-]+\s*(.+)$", re.MULTILINE)
SPAN_NAMES = ("span", "text", "words", "as_said", "mention", "phrase", "said")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the request is about: the words to explain and the candidates (SKU to name), in their order."""

    words: tuple[str, ...]
    candidates: Mapping[str, str]
    text: str

    def best(self, words: str) -> str | None:
        """The candidate with the most in common with the words; None when there is none at all."""
        wanted = _pieces(words)
        scores = {sku: len(wanted & _pieces(f"{sku} {name}")) for sku, name in self.candidates.items()}
        top = max(scores, key=lambda sku: scores[sku], default=None)
        return top if top is not None and scores[top] else None


def answer_plausibly(body: dict[str, Any]) -> Any:
    """Fill the request's schema, or say a sentence when it gave none."""
    response_format = body.get("response_format") or {}
    schema = response_format.get("json_schema", {}).get("schema")
    asked = read_request(body)
    if not isinstance(schema, dict):
        return {"answer": asked.best(asked.text)} if response_format.get("type") == "json_object" else "Noted."
    return _fill(schema, schema, "", asked, asked.words[0] if asked.words else asked.text)


def read_request(body: dict[str, Any]) -> Asked:
    """The user's part of the request; the rules (system) are not searched for candidates unless the user has none."""
    texts = [_content(message) for message in body.get("messages", []) if message.get("role") == "user"]
    text = "\n".join(texts)
    words: list[str] = []
    candidates: dict[str, str] = {}
    for value in _json_values(text):
        _collect(value, "", words, candidates)
    for sku, name in LISTED.findall(text):
        candidates.setdefault(sku, name.strip())
    return Asked(tuple(words), candidates, text)


def _content(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content)
    return str(content)


def _json_values(text: str) -> Iterator[Any]:
    """Every JSON object or list that stands in the text."""
    decoder = json.JSONDecoder()
    position = 0
    while found := re.compile(r"[\[{]").search(text, position):
        try:
            value, position = decoder.raw_decode(text, found.start())
        except ValueError:
            position = found.start() + 1
            continue
        yield value


def _collect(value: Any, name: str, words: list[str], candidates: dict[str, str]) -> None:
    """Walks a JSON value: objects with a `sku` are candidates, strings under telling names the words to explain."""
    if isinstance(value, dict):
        if isinstance(value.get("sku"), str):
            candidates.setdefault(value["sku"], str(value.get("name", "")))
        for key, inner in value.items():
            _collect(inner, key, words, candidates)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, name, words, candidates)
    elif isinstance(value, str) and ("candidate" in name or name == "skus"):
        candidates.setdefault(value, value)
    elif isinstance(value, str) and name in (*SPAN_NAMES, "leftover", "unknown", "mentions", "questions"):
        words.append(value)


def _fill(schema: dict[str, Any], root: dict[str, Any], name: str, asked: Asked, words: str) -> Any:
    schema = _resolve(schema, root)
    if "const" in schema:
        return schema["const"]
    if options := schema.get("enum"):
        return _choose(options, name, asked, words)
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return _fill_any(options, root, name, asked, words)
    return _fill_type(schema, root, name, asked, words)


def _fill_any(options: list[dict[str, Any]], root: dict[str, Any], name: str, asked: Asked, words: str) -> Any:
    """The first option that is not null; null instead when nothing can be known."""
    nullable = any(option.get("type") == "null" for option in options)
    wanted = next((option for option in options if option.get("type") != "null"), {})
    value = _fill(wanted, root, name, asked, words)
    return None if nullable and value in ("", 0, None) else value


def _fill_type(schema: dict[str, Any], root: dict[str, Any], name: str, asked: Asked, words: str) -> Any:
    kind = schema.get("type")
    kind = next((one for one in kind if one != "null"), "string") if isinstance(kind, list) else kind
    if kind == "object":
        return {key: _fill(inner, root, key, asked, words) for key, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [_fill(schema.get("items", {}), root, name, asked, said) for said in _items(name, asked, words)]
    if kind in ("integer", "number"):
        return _number(name, asked, words, whole=kind == "integer")
    return True if kind == "boolean" else _string(name, asked, words)


def _items(name: str, asked: Asked, words: str) -> tuple[str, ...]:
    """One item for each group of words to explain; none in a list of questions or notes."""
    if name in ("questions", "notes", "changes"):
        return ()
    return asked.words or (words,)


def _number(name: str, asked: Asked, words: str, *, whole: bool) -> float:
    if "confidence" in name or "probability" in name:
        return 1 if whole else 0.9
    if name in ("candidate", "choice", "index", "pick"):
        best = asked.best(words)
        return list(asked.candidates).index(best) if best else 0
    found = NUMBER.search(words) or NUMBER.search(asked.text)
    value = float(found.group()) if found else 1.0
    return int(value) if whole else value


def _string(name: str, asked: Asked, words: str) -> str:
    if "sku" in name or name in ("candidate", "product", "choice", "pick"):
        return asked.best(words) or ""
    if name in SPAN_NAMES:
        return words
    if "quantity" in name:
        found = NUMBER.search(words)
        return found.group() if found else ""
    return "en" if name == "language" else ""


def _choose(options: list[Any], name: str, asked: Asked, words: str) -> Any:
    best = asked.best(words)
    if best in options:
        return best
    if "sku" in name and None in options:
        return None
    return next((option for option in options if isinstance(option, str) and option in words), options[0])


def _resolve(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    return schema


def _pieces(text: str) -> set[str]:
    """Words, and pairs of letters of longer ones, so that a slip of the pen still finds its product."""
    words = re.findall(r"\w+", text.lower())
    return set(words) | {word[i : i + 3] for word in words for i in range(len(word) - 2)}
