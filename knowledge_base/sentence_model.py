"""A sentence-transformers model under torch: by name or folder, on the machine's best device.

Always float32: bfloat16 through AMX ends the process with an illegal instruction on virtual machines that
show AMX and do not allow it, and without AMX it is slower; float16 (cosine 0.999998) was between no and
37 % faster. Knows no cache and no batches.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.manifest import file_sha256
from knowledge_base.minilm import MINILM_NAME, MINILM_SHA256, verified_minilm_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

_BATCH_TOKENS: Final = 4096
_BATCH_TOKENS_GPU: Final = 65536
_DEFAULT_MAX_TOKENS: Final = 256
"""For a model that states none."""


class SentenceModel:
    """One loaded model; None as its name means the packaged MiniLM.

    Raises:
        KnowledgeBaseError: there is no such model, or it cannot be read.
    """

    def __init__(self, name: str | None) -> None:
        self._name = name
        self._model = _load(name)
        self._on_cpu = self._model.device.type == "cpu"
        self._thread = threading.local()

    @property
    def revision(self) -> str:
        """The weights' checksum, or the hub's commit for a model that came from there."""
        if self._name is None:
            return MINILM_SHA256[:16]
        weights = sorted(Path(self._name).rglob("*.safetensors")) or sorted(Path(self._name).rglob("pytorch_model.bin"))
        if weights:
            return file_sha256(weights[0])[:16]
        config = getattr(getattr(self._model[0], "auto_model", None), "config", None)
        return str(getattr(config, "_commit_hash", None) or "unknown")

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension())

    @property
    def max_tokens(self) -> int:
        """How many tokens of one text are seen, prompts included."""
        return int(self._model.max_seq_length or _DEFAULT_MAX_TOKENS)

    @property
    def prompts(self) -> tuple[str, str]:
        """The words some models want before a question and before a passage."""
        return self._prompt("query"), self._prompt("document", "passage")

    @property
    def batch_tokens(self) -> int:
        """Word pieces in one forward pass beyond which larger batches are no faster."""
        return _BATCH_TOKENS if self._on_cpu else _BATCH_TOKENS_GPU

    @property
    def n_workers(self) -> int:
        """How many threads embed passages side by side: one a core on a CPU."""
        import torch

        return torch.get_num_threads() if self._on_cpu else 1

    def tokenizer(self) -> Tokenizer:
        """Its tokenizer, without truncation and padding.

        Raises:
            KnowledgeBaseError: it has none that gives offsets.
        """
        from tokenizers import Tokenizer

        fast = getattr(self._model.tokenizer, "backend_tokenizer", None)
        if fast is None:
            raise KnowledgeBaseError(f"embedder {self._name} has no fast tokenizer; choose another model")
        tokenizer = Tokenizer.from_str(fast.to_str())
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def embed(self, texts: Sequence[str], *, alone: bool) -> NDArray[np.float32]:
        """Unit vectors (n, dimension) in one forward pass, over all cores if it is `alone`, else over one."""
        import torch

        if not alone and not getattr(self._thread, "is_single", False):
            # Torch counts threads for each calling thread.
            torch.set_num_threads(1)
            self._thread.is_single = True
        with torch.inference_mode():
            features = self._model.preprocess(list(texts))
            device = self._model.device
            features = {key: value.to(device) if hasattr(value, "to") else value for key, value in features.items()}
            vectors = self._model(features)["sentence_embedding"].float().cpu().numpy()
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: NDArray[np.float32] = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
        return unit

    def _prompt(self, *names: str) -> str:
        prompts = self._model.prompts
        return next((str(prompts[name]) for name in names if prompts.get(name)), "")


def _load(name: str | None) -> Any:  # noqa: ANN401 - sentence-transformers is imported late and untyped here
    # Nothing is asked of the model hub unless the user says HF_HUB_OFFLINE=0.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    source = str(verified_minilm_folder()) if name is None else name
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        model = SentenceTransformer(source)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise KnowledgeBaseError(
            f"embedder {name or MINILM_NAME} cannot be loaded ({reason}); give the folder of a "
            "sentence-transformers model, or set HF_HUB_OFFLINE=0 to fetch one by name"
        ) from error
    return model.eval()
