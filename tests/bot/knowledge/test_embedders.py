"""Vectors of unit length and fixed dimension, the same on every machine; a lesser embedder is logged and counted."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import SecretStr

from bot.knowledge.embedders import (
    HASH_DIMENSION,
    EmbeddingError,
    HashingEmbedder,
    OfflineEmbedder,
    OpenAIEmbedder,
    chosen,
    embed_text,
)
from bot.settings import LLM, Settings
from bot.telemetry import metrics
from simulator.server import Running

TEXTS = ["Can I return boxes?", "", "退货", "   ", "How long does a delivery take, and what does it cost?"]


@pytest.mark.parametrize("embedder", [OfflineEmbedder(), HashingEmbedder()], ids=lambda each: each.name)
def test_vectors_are_of_unit_length_and_do_not_depend_on_company(embedder: OfflineEmbedder | HashingEmbedder) -> None:
    together = embedder.embed(TEXTS)
    assert together.shape == (len(TEXTS), HASH_DIMENSION)
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])
    assert ((together * alone).sum(axis=1) > 0.98).all()


def test_the_model_knows_paraphrases_that_share_no_word() -> None:
    asked, near, far = OfflineEmbedder().embed(
        ["can I get my money back", "Refunds are paid as a credit note", "The warehouse is in Tuas"]
    )
    assert asked @ near > asked @ far + 0.2


def test_one_text_is_embedded_as_a_list_of_floats() -> None:
    vector = embed_text("cups")
    assert len(vector) == HASH_DIMENSION
    assert sum(value * value for value in vector) == pytest.approx(1.0, abs=1e-4)


def test_a_key_chooses_openai_and_off_does_not(settings: Settings) -> None:
    with_key = settings.model_copy(update={"openai_api_key": SecretStr("sk-test-0123456789")})
    assert chosen(with_key).name == f"openai:{settings.openai_embedding_model}"
    assert chosen(with_key.model_copy(update={"llm": LLM.OFF})).name == OfflineEmbedder.name
    assert chosen(settings).name == OfflineEmbedder.name


def test_an_api_that_is_away_is_an_error_that_is_counted() -> None:
    embedder = OpenAIEmbedder(api_key="sk-test-0123456789", base_url="http://127.0.0.1:9/v1", model="m")
    before = metrics.embedding_errors_total._value.get()
    with pytest.raises(EmbeddingError):
        embedder.embed(["x"])
    assert metrics.embedding_errors_total._value.get() == before + 1


def test_openai_is_asked_over_http_and_never_for_an_empty_text(simulator: Running) -> None:
    embedder = OpenAIEmbedder(
        api_key="sk-test-0123456789", base_url=f"{simulator.url}/v1", model="text-embedding-3-small"
    )
    vectors = embedder.embed(["refund", ""])
    assert vectors.shape[0] == 2
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert [entry.sent["input"] for entry in simulator.ledger.entries(operation="embeddings")] == [["refund", " "]]
