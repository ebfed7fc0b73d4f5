"""The vectors of the documents that many tests build, computed once: the model gives the same text the same vector."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.embedders import Embedder, local


class Remembering:
    """An embedder that asks the one behind it only for texts it has not seen."""

    def __init__(self, model: Embedder) -> None:
        self.name = model.name
        self._model = model
        self._known: dict[str, NDArray[np.float32]] = {}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of unit length for each text, in order."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._model.embed(new), strict=True))
        return np.stack([self._known[text] for text in texts])


@cache
def remembered() -> Remembering:
    """The offline model of this process."""
    return Remembering(local())
