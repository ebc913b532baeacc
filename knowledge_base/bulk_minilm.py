"""all-MiniLM-L6-v2 for many passages under OpenVINO: matrix products in bfloat16, sums and norms in float32.

Processors with matrix units (Intel AMX) multiply bfloat16 eight times as fast as float32. The residual stream, layer
norms and the mean stay in float32: the vectors then have a cosine above 0.9999 to those of float32, where a model
wholly in bfloat16 falls to 0.998. The network is BERT's encoder (Devlin et al. 2019). Knows no cache.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from knowledge_base.cores import n_cores
from knowledge_base.minilm import (
    MINILM_DIMENSION,
    MINILM_MAX_TOKENS,
    MINILM_SHA256,
    MINILM_WEIGHTS,
    minilm_tokenizer,
    verified_minilm_folder,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

_LAYERS: Final = 6
_HEADS: Final = 12
_HEAD_SIZE: Final = MINILM_DIMENSION // _HEADS
_EPSILON: Final = 1e-12
_MASKED: Final = 1e9
"""Taken off the attention to padding; its share is then zero."""
_PAD_TO: Final = 16
"""OpenVINO writes and keeps machine code for every shape it meets: this leaves some dozens."""
_PROBE_SECONDS: Final = 60
"""It takes half a second on a machine that does nothing else."""
_PROBE: Final = "import sys; from knowledge_base.bulk_minilm import try_matrix_units as t; sys.exit(0 if t() else 1)"


def has_matrix_units(probe: str = _PROBE) -> bool:
    """Whether bfloat16 products are fast here, found out in a process of its own.

    Some virtual machines show AMX and do not allow it: the first product then ends the process that tried.
    """
    if sys.platform != "linux" or "amx_bf16" not in Path("/proc/cpuinfo").read_text(encoding="utf-8"):
        return False
    try:
        tried = subprocess.run(  # noqa: S603 - this interpreter and a constant
            [sys.executable, "-P", "-c", probe],
            capture_output=True,
            timeout=_PROBE_SECONDS,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


def try_matrix_units() -> bool:
    """Whether a product goes through the matrix units and comes out right; it may end the process instead."""
    import numpy as np

    openvino, opset = _openvino()
    size = 64
    ones = np.ones((size, size), np.float32)
    # Of fixed size: the way is then settled in the compiling.
    given = opset.parameter([size, size], np.float32)
    compiled = _compile(openvino, openvino.Model([opset.matmul(given, opset.constant(ones), False, True)], [given]))
    product = compiled.create_infer_request().infer([ones])[0]
    ways = [str(node.get_rt_info()["primitiveType"].value) for node in compiled.get_runtime_model().get_ops()]
    return bool((product == size).all()) and any("amx_bf16" in way for way in ways)


class BulkMiniLm:
    """The network with its weights, ready to run; safe to share between threads."""

    dimension: Final = MINILM_DIMENSION
    max_tokens: Final = MINILM_MAX_TOKENS
    revision: Final = MINILM_SHA256[:16]
    prompts: Final = ("", "")
    batch_tokens: Final = 2048

    def __init__(self) -> None:
        from safetensors.numpy import load_file

        openvino, opset = _openvino()
        weights = load_file(verified_minilm_folder() / MINILM_WEIGHTS)
        self._compiled = _compile(openvino, _Network(opset, weights).build(openvino))
        self._tokenizer = minilm_tokenizer()
        self._tokenizer.enable_truncation(MINILM_MAX_TOKENS)
        self._tokenizer.enable_padding(pad_to_multiple_of=_PAD_TO)
        self._thread = threading.local()

    @property
    def n_workers(self) -> int:
        """How many threads embed passages side by side: one a core."""
        return n_cores()

    def tokenizer(self) -> Tokenizer:
        """A tokenizer of its own, without truncation and padding."""
        return minilm_tokenizer()

    def embed(self, texts: Sequence[str], *, alone: bool) -> NDArray[np.float32]:
        """Unit vectors (n, 384) in one forward pass, over one core whether it is `alone` or not."""
        import numpy as np

        request = getattr(self._thread, "request", None)
        if request is None:
            request = self._thread.request = self._compiled.create_infer_request()
        encodings = self._tokenizer.encode_batch(list(texts))
        ids = np.array([encoding.ids for encoding in encodings], dtype=np.int64)
        seen = np.array([encoding.attention_mask for encoding in encodings], dtype=np.float32)
        # The request keeps the memory of what it gives.
        vectors: NDArray[np.float32] = request.infer([ids, seen])[0].copy()
        return vectors


class _Network:
    """The graph as it is put together: `opset` makes its nodes, `weights` are named as in the file."""

    def __init__(self, opset: Any, weights: dict[str, NDArray[np.float32]]) -> None:  # noqa: ANN401 - no types
        self._opset = opset
        self._weights = weights

    def build(self, openvino: Any) -> Any:  # noqa: ANN401 - see above
        """Word pieces (n, tokens) and 1 for each that is not padding (n, tokens) to unit vectors (n, width)."""
        import numpy as np

        opset, place = self._opset, "embeddings."
        ids, seen = opset.parameter([-1, -1], np.int64), opset.parameter([-1, -1], np.float32)
        n_tokens = opset.gather(opset.shape_of(ids), self._int(1), self._int(0))
        kind = self._weights[place + "token_type_embeddings.weight"][0]
        places = opset.constant(self._weights[place + "position_embeddings.weight"] + kind)
        x = opset.add(
            opset.gather(self._constant(place + "word_embeddings.weight"), ids, self._int(0)),
            opset.slice(places, self._int(0), n_tokens, self._int(1), self._int(0)),
        )
        x = self._norm(x, place + "LayerNorm")
        bias = opset.multiply(opset.subtract(seen, np.float32(1)), np.float32(_MASKED))
        bias = opset.unsqueeze(bias, self._int(1, 2))
        for number in range(_LAYERS):
            x = self._layer(x, bias, f"encoder.layer.{number}.")
        kept = opset.reduce_sum(opset.multiply(x, opset.unsqueeze(seen, self._int(2))), self._int(1))
        # Of length one, so that the sum is as good as the mean.
        return openvino.Model([opset.normalize_l2(kept, self._int(1), _EPSILON, "add")], [ids, seen])

    def _layer(self, x: Any, bias: Any, name: str) -> Any:  # noqa: ANN401 - see above
        opset, attention = self._opset, name + "attention."
        heads = [
            opset.transpose(
                opset.reshape(self._linear(x, f"{attention}self.{part}"), self._int(0, 0, _HEADS, _HEAD_SIZE), True),
                self._int(0, 2, 1, 3),
            )
            for part in ("query", "key", "value")
        ]
        mixed = opset.transpose(opset.scaled_dot_product_attention(*heads, bias), self._int(0, 2, 1, 3))
        mixed = opset.reshape(mixed, self._int(0, 0, MINILM_DIMENSION), True)
        x = self._norm(opset.add(x, self._linear(mixed, attention + "output.dense")), attention + "output.LayerNorm")
        inner = opset.gelu(self._linear(x, name + "intermediate.dense"), "erf")
        return self._norm(opset.add(x, self._linear(inner, name + "output.dense")), name + "output.LayerNorm")

    def _linear(self, x: Any, name: str) -> Any:  # noqa: ANN401 - see above
        product = self._opset.matmul(x, self._constant(name + ".weight"), False, True)
        return self._opset.add(product, self._constant(name + ".bias"))

    def _norm(self, x: Any, name: str) -> Any:  # noqa: ANN401 - see above
        even = self._opset.mvn(x, self._int(-1), True, _EPSILON, "inside_sqrt")
        return self._opset.add(
            self._opset.multiply(even, self._constant(name + ".weight")), self._constant(name + ".bias")
        )

    def _constant(self, name: str) -> Any:  # noqa: ANN401 - see above
        return self._opset.constant(self._weights[name])

    def _int(self, *values: int) -> Any:  # noqa: ANN401 - see above
        import numpy as np

        return self._opset.constant(np.array(values, np.int64))


def _openvino() -> tuple[Any, Any]:
    """OpenVINO and the operations a graph is made of, imported so that it reports nothing to anybody.

    With its companion package at hand, `import openvino` tells its makers that it was imported.
    """
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # what the import system takes for "absent"
    import openvino
    from openvino import opset13

    return openvino, opset13


def _compile(openvino: Any, model: Any) -> Any:  # noqa: ANN401 - no types
    """The model in bfloat16, a stream a core; not tied to cores, which other programs may be using."""
    options = {
        "INFERENCE_PRECISION_HINT": "bf16",
        "NUM_STREAMS": n_cores(),
        "INFERENCE_NUM_THREADS": n_cores(),
        "ENABLE_CPU_PINNING": False,
    }
    return openvino.Core().compile_model(model, "CPU", options)
