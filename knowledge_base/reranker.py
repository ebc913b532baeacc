"""A second look at the first passages by a cross-encoder, which reads question and passage together.

None by default: it costs a forward pass a passage. Any sentence-transformers cross-encoder goes by name or folder
(Nogueira and Cho, arXiv 1901.04085); the weights load with the first question. Knows no index and no drugs.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.passage_text import embedding_text

if TYPE_CHECKING:
    from knowledge_base.types import Passage

_BATCH: Final = 16
"""Pairs in one forward pass; on a CPU more were no faster."""


class Reranker(Protocol):
    """What retrieval asks of a reranker."""

    def score(self, question: str, passages: Sequence[Passage]) -> list[float]:
        """How well each passage answers, in [0, 1]; scores of one question compare."""


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder by name or folder; safe to share between threads."""

    def __init__(self, model_name: str) -> None:
        self.name = model_name
        self._lock = threading.Lock()
        self._model: Any = None

    def score(self, question: str, passages: Sequence[Passage]) -> list[float]:
        """How well each passage answers, in [0, 1].

        Raises:
            KnowledgeBaseError: the model cannot be loaded, or gives more than one score a pair.
        """
        if not passages:
            return []
        pairs = [(question, embedding_text(passage)) for passage in passages]
        with self._lock:
            scores = self._load().predict(pairs, batch_size=_BATCH, show_progress_bar=False)
        return [float(score) for score in scores]

    def _load(self) -> Any:  # noqa: ANN401 - sentence-transformers is imported late and untyped here
        if self._model is None:
            self._model = _load_model(self.name)
        return self._model


def _load_model(name: str) -> Any:  # noqa: ANN401 - see above
    # Nothing is asked of the model hub unless the user says HF_HUB_OFFLINE=0.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        model = CrossEncoder(name, activation_fn=torch.nn.Sigmoid())
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise KnowledgeBaseError(
            f"reranker {name} cannot be loaded ({reason}); give VADEMECUM_RERANKER the folder of a "
            "sentence-transformers cross-encoder, set HF_HUB_OFFLINE=0 to fetch one by name, or leave it empty"
        ) from error
    if model.num_labels != 1:
        raise KnowledgeBaseError(
            f"reranker {name} gives {model.num_labels} scores a pair, not one; choose a cross-encoder for ranking"
        )
    return model
