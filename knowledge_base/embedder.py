"""Text to unit vectors, and the token counts that chunking needs.

The default is all-MiniLM-L6-v2, which runs without torch (`minilm.py`, for questions `byte_minilm.py`); any other
sentence-transformers model goes by name or folder (`sentence_model.py`). Weights load with the first text to embed,
the tokenizer alone with the first count, nothing on import.

Passages are embedded by several threads of one core each, not by one batch spread over the cores: that was 15 %
faster on two cores, and a busy machine slows it in proportion instead of stalling every matrix product at a barrier.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from knowledge_base.byte_minilm import ByteMiniLm, multiplies_bytes
from knowledge_base.minilm import (
    MINILM_DIMENSION,
    MINILM_MAX_TOKENS,
    MINILM_NAME,
    MINILM_SHA256,
    MiniLm,
    minilm_tokenizer,
)
from knowledge_base.remembered import Remembered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Encoding, Tokenizer

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, how many items are done and how many there are (0: unknown)."""

_QUERY_CACHE_SIZE: Final = 256
MANY_TEXTS: Final = 128
"""From here on a second model is worth loading: an answer has fewer sentences, an ingest more passages.

Asking the processor and loading takes under a second, which 60 passages repay; torch for an accelerator takes longer.
"""


class Embedder(Protocol):
    """What the knowledge base asks of an embedder; vectors are float32 rows of length one."""

    @property
    def name(self) -> str:
        """The model's name."""

    @property
    def revision(self) -> str:
        """What tells these weights from others of the same name."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """How many tokens of one text are seen, special tokens included."""

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors (n, dimension) of questions."""

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """The vector (dimension,) of one question, soon; it may differ from `embed_queries` by a few thousandths."""

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Vectors (n, dimension) of passages, in their order; `progress` counts the texts done."""

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, special tokens included."""

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """The half-open character span of each token, special tokens left out."""


class TextModel(Protocol):
    """A loaded model as the embedder drives it; `embed` may be called from several threads."""

    @property
    def revision(self) -> str:
        """What tells these weights from others of the same name."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """How many tokens of one text are seen, prompts included."""

    @property
    def prompts(self) -> tuple[str, str]:
        """The words put before a question and before a passage."""

    @property
    def batch_tokens(self) -> int:
        """Word pieces in one forward pass beyond which larger batches are no faster."""

    @property
    def n_workers(self) -> int:
        """How many threads embed passages side by side."""

    def tokenizer(self) -> Tokenizer:
        """A tokenizer of its own, without truncation and padding."""

    def embed(self, texts: Sequence[str], *, alone: bool) -> NDArray[np.float32]:
        """Unit vectors (n, dimension) in one forward pass, over all cores if it is `alone`, else over one."""


class SentenceTransformerEmbedder:
    """A sentence-transformers model; None as its name means the packaged MiniLM. Safe to share between threads."""

    def __init__(self, model_name: str | None = None) -> None:
        self._model_name = model_name
        self._lock = threading.RLock()
        self._model: TextModel | None = None
        self._question_model: TextModel | None = None
        self._bulk_model: TextModel | None = None
        self._is_bulk_known = False
        self._tokenizer: Tokenizer | None = None
        self._n_special = 0
        self._queries = Remembered(partial(self._vectors, self._load), _QUERY_CACHE_SIZE)
        self._questions = Remembered(partial(self._vectors, self._load_for_questions), _QUERY_CACHE_SIZE)

    @property
    def name(self) -> str:
        """The name as given, or MiniLM's."""
        return self._model_name or MINILM_NAME

    @property
    def revision(self) -> str:
        """The weights' checksum, or the hub's commit for a model that came from there."""
        return MINILM_SHA256[:16] if self._model_name is None else self._load().revision

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return MINILM_DIMENSION if self._model_name is None else self._load().dimension

    @property
    def max_tokens(self) -> int:
        """How many tokens of one text are seen, special tokens included."""
        if self._model_name is None:
            return MINILM_MAX_TOKENS
        model = self._load()
        return model.max_tokens - len(self._encode(model.prompts[1]))

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, special tokens included."""
        return len(self._encode(text)) + self._n_special

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """The half-open character span of each token, special tokens left out."""
        offsets: list[tuple[int, int]] = self._encode(text).offsets
        return offsets

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors (n, dimension) of questions; the last few hundred are remembered."""
        import numpy as np

        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        known = self._queries(texts)
        return np.stack([known[text] for text in texts])

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """The vector (dimension,) of one question, in bytes where that is faster; remembered, too."""
        return self._questions([text])[text]

    def _vectors(self, load: Callable[[], TextModel], texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of questions, by the model that `load` gives."""
        model = load()
        prompt = model.prompts[0]
        # Over all cores: alone on the machine a question is back sooner, and it is all that anybody waits for.
        return dict(zip(texts, model.embed([prompt + text for text in texts], alone=True), strict=True))

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Vectors (n, dimension) of passages, in their order; `progress` counts the texts done."""
        import numpy as np

        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        if not texts:
            return vectors
        model = self._load(n_texts=len(texts))
        prompt = model.prompts[1]
        lengths = [min(self.count_tokens(text), self.max_tokens) for text in texts]
        n_workers = model.n_workers if sum(lengths) > model.batch_tokens else 1
        batches = list(_batches(lengths, min(model.batch_tokens, max(sum(lengths) // n_workers, 1))))
        n_done = 0
        with ThreadPoolExecutor(n_workers, thread_name_prefix="embedder") as workers:
            running = [
                (batch, workers.submit(model.embed, [prompt + texts[i] for i in batch], alone=n_workers == 1))
                for batch in batches
            ]
            try:
                for batch, future in running:
                    vectors[batch] = future.result()
                    n_done += len(batch)
                    if progress is not None:
                        progress("embedding", n_done, len(texts))
            finally:
                workers.shutdown(wait=False, cancel_futures=True)
        return vectors

    def _encode(self, text: str) -> Encoding:
        if self._tokenizer is None:
            with self._lock:
                tokenizer = minilm_tokenizer() if self._model_name is None else self._load().tokenizer()
                self._n_special = tokenizer.num_special_tokens_to_add(is_pair=False)
                self._tokenizer = tokenizer
        return self._tokenizer.encode(text, add_special_tokens=False)

    def _load_for_questions(self) -> TextModel:
        with self._lock:
            if self._question_model is None:
                in_bytes = self._model_name is None and multiplies_bytes()
                self._question_model = ByteMiniLm() if in_bytes else self._load()
            return self._question_model

    def _load(self, n_texts: int = 1) -> TextModel:
        """The model for so many texts: with an accelerator at hand a large number goes there."""
        with self._lock:
            if self._model_name is None and n_texts >= MANY_TEXTS:
                if not self._is_bulk_known:
                    self._bulk_model, self._is_bulk_known = _bulk_model(), True
                if self._bulk_model is not None:
                    return self._bulk_model
            if self._model is None:
                self._model = MiniLm() if self._model_name is None else _torch_model(self._model_name)
            return self._model


def _bulk_model() -> TextModel | None:
    """What embeds many passages faster than the model for questions, if there is anything."""
    if _has_accelerator():
        return _torch_model(None)
    from knowledge_base.bulk_minilm import BulkMiniLm, has_matrix_units

    return BulkMiniLm() if has_matrix_units() else None


def _torch_model(name: str | None) -> TextModel:
    from knowledge_base.sentence_model import SentenceModel

    return SentenceModel(name)


def _has_accelerator() -> bool:
    """Whether torch finds a device besides the CPU; torch is only asked where there can be one."""
    if sys.platform == "linux" and not any(Path("/dev").glob("nvidia*")) and not Path("/dev/kfd").exists():
        return False
    import torch

    return torch.accelerator.is_available()


def _batches(lengths: Sequence[int], max_tokens: int) -> Iterator[list[int]]:
    """Positions grouped by length, longest first, at most `max_tokens` with padding (one text at least)."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        if batch and lengths[batch[0]] * (len(batch) + 1) > max_tokens:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch
