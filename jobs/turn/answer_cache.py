"""Answers to questions, remembered in Redis by documents' version, outlet, language and words. Nothing here touches an order.

A new build has another version, so that nothing has to be deleted. Redis away costs a look into the documents and no more.
"""

from __future__ import annotations

import hashlib
import json

import redis

from bot.knowledge.found import Answer
from bot.language.folding import fold
from bot.runtime import Runtime
from bot.telemetry import get_logger, metrics

log = get_logger(__name__)

KEPT_S = 24 * 3600
PREFIX = "tria:answer"


def key(version: str, outlet: str, language: str, text: str) -> str:
    """Case, blanks and the question mark at the end make no other question."""
    words = " ".join(fold(text).text.split()).rstrip("?!. ")
    return f"{PREFIX}:{version}:{outlet}:{language}:{hashlib.sha256(words.encode()).hexdigest()[:32]}"


def read(runtime: Runtime, at: str) -> Answer | None:
    try:
        raw = runtime.redis.get(at)
    except redis.RedisError as error:
        _failed(error)
        return None
    if raw is None:
        metrics.knowledge_cache_total.labels("miss").inc()
        return None
    try:
        known = Answer.from_json(json.loads(raw))
    except (LookupError, TypeError, ValueError) as error:  # of another version of ours: looked up anew
        _failed(error)
        return None
    metrics.knowledge_cache_total.labels("hit").inc()
    return known


def write(runtime: Runtime, at: str, found: Answer) -> None:
    try:
        runtime.redis.set(at, json.dumps(found.to_json(), ensure_ascii=False), ex=KEPT_S)
    except redis.RedisError as error:
        _failed(error)


def _failed(error: Exception) -> None:
    metrics.knowledge_cache_total.labels("error").inc()
    log.warning("an answer could not be cached", error=type(error).__name__)
