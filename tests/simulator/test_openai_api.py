"""OpenAI's real client library talks to the stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import httpx
import openai
import pytest
from openai import OpenAI
from pydantic import BaseModel, ConfigDict, ValidationError

from simulator.adversary import FOREIGN_SKU, HUGE, Mode
from simulator.server import Running

REQUEST = (
    'Leftover: {"leftover": ["5 ctn of the large pizza bx"], "candidates": ['
    '{"sku": "PB10-K", "name": "Pizza Box 10 inch"}, {"sku": "LN-01", "name": "Greaseproof Liner"}]}'
)


class Line(BaseModel):
    model_config = ConfigDict(extra="forbid")
    span: str
    sku: str | None
    quantity: int
    unit: Literal["ctn", "pcs"] | None


class Reading(BaseModel):
    model_config = ConfigDict(extra="forbid")
    lines: list[Line]


@pytest.fixture
def client(running: Running) -> Iterator[OpenAI]:
    with OpenAI(api_key="sk-simulated", base_url=f"{running.url}/v1", max_retries=0, timeout=5) as client:
        yield client


def read(client: OpenAI) -> Reading | None:
    answer = client.chat.completions.parse(
        model="gpt-4.1-mini", messages=[{"role": "user", "content": REQUEST}], response_format=Reading
    )
    return answer.choices[0].message.parsed


def test_plausible_answer_fills_the_schema_from_the_candidates(client: OpenAI) -> None:
    reading = read(client)
    assert reading is not None
    assert reading.lines == [Line(span="5 ctn of the large pizza bx", sku="PB10-K", quantity=5, unit="ctn")]


def test_scripted_answers_come_in_their_order_then_the_mode_rules(client: OpenAI, http: httpx.Client) -> None:
    script = [{"lines": []}, {"mode": "refusal"}]
    http.post("/control/openai", json={"script": script}).raise_for_status()
    assert read(client) == Reading(lines=[])
    assert read(client) is None
    assert read(client) != Reading(lines=[])


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (Mode.LENGTH, openai.LengthFinishReasonError),
        (Mode.CONTENT_FILTER, openai.ContentFilterFinishReasonError),
        (Mode.EMPTY_CHOICES, IndexError),
        (Mode.ERROR_IN_200, Exception),
        (Mode.NOT_JSON, Exception),
        (Mode.BAD_JSON, ValidationError),
        (Mode.MARKDOWN, ValidationError),
        (Mode.RATE_LIMIT, openai.RateLimitError),
        (Mode.SERVER_ERROR, openai.InternalServerError),
        (Mode.INJECTED_PRICE, ValidationError),
        (Mode.INJECTED_OUTLET, ValidationError),
        (Mode.WRONG_TYPES, ValidationError),
        (Mode.MISSING_KEYS, ValidationError),
    ],
)
def test_broken_answers_reach_the_client_as_what_they_are(
    client: OpenAI, running: Running, mode: Mode, expected: type[Exception]
) -> None:
    running.openai.mode = mode
    with pytest.raises(expected):
        read(client)
    assert len(running.ledger.entries(provider="openai", operation="chat.completions")) == 1


def test_well_formed_lies_pass_the_schema(client: OpenAI, running: Running) -> None:
    running.openai.mode = Mode.FOREIGN_SKU
    lie = read(client)
    running.openai.mode = Mode.HUGE_QUANTITY
    excess = read(client)
    running.openai.mode = Mode.TEN_THOUSAND_LINES
    flood = read(client)
    assert lie is not None
    assert excess is not None
    assert flood is not None
    assert (lie.lines[0].sku, excess.lines[0].quantity, len(flood.lines)) == (FOREIGN_SKU, HUGE, 10_000)


def test_stall_ends_with_the_callers_patience(client: OpenAI, running: Running) -> None:
    running.openai.mode = Mode.STALL
    with pytest.raises(openai.APITimeoutError):
        read(client.with_options(timeout=0.2))


def test_embeddings_are_deterministic_and_near_for_near_texts(client: OpenAI) -> None:
    texts = ["delivery on saturday", "saturday delivery please", "pizza box price"]
    vectors = [item.embedding for item in client.embeddings.create(model="text-embedding-3-small", input=texts).data]
    again = client.embeddings.create(model="text-embedding-3-small", input=texts[0], encoding_format="float")
    assert again.data[0].embedding == pytest.approx(vectors[0], abs=1e-6)

    def nearness(one: int, other: int) -> float:
        return sum(a * b for a, b in zip(vectors[one], vectors[other], strict=True))

    assert len(vectors[0]) == 1536
    assert nearness(0, 0) == pytest.approx(1.0, abs=1e-3)
    assert nearness(0, 1) > 0.5 > nearness(0, 2)


def test_no_key_is_refused(running: Running) -> None:
    answer = httpx.post(f"{running.url}/v1/chat/completions", json={"model": "x", "messages": []}, trust_env=False)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")
