"""all-MiniLM-L6-v2 for questions, its linear layers in 8-bit whole numbers.

A question's dozen tokens are multiplied in less time than 42 MB of weights are fetched; in bytes they are 11 MB. Each
output of a layer has a scale of its own, its input one, or one for each token where tokens differ most. Channels that
are large in every question are made smaller before, and their weights larger (SmoothQuant, Xiao et al. 2023). Vectors
have a cosine of 0.999 to those of float32, which everything but search keeps: `docs/decisions/0017-search-in-bytes.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from knowledge_base.minilm import MINILM_WEIGHTS, MiniLm

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LARGEST: Final = 127
_FAST: Final = frozenset(("avx512_vnni", "avx_vnni"))
"""Intel's and AMD's processors without one of these let sums of products overflow; others were not measured."""


def multiplies_bytes(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor multiplies 8-bit whole numbers faster than float32; only Linux is asked."""
    if sys.platform != "linux" or not cpuinfo.is_file():
        return False
    return not _FAST.isdisjoint(cpuinfo.read_text(encoding="utf-8").split())


class ByteMiniLm(MiniLm):
    """The network with its weights in bytes, ready to run; safe to share between threads."""

    def embed(self, texts: Sequence[str], *, alone: bool) -> NDArray[np.float32]:
        """Unit vectors (n, 384), each text by itself: what stands beside it would change how it is rounded."""
        import numpy as np

        vectors: NDArray[np.float32] = np.concatenate(
            [super(ByteMiniLm, self).embed([one], alone=alone) for one in texts]
        )
        return vectors

    def _graph(self) -> tuple[bytes, Mapping[str, NDArray[Any]]]:
        return (files("knowledge_base") / "data" / "minilm_bytes.onnx").read_bytes(), dict(self._in_bytes())

    def _in_bytes(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """The names and values of what the graph takes besides the weights file."""
        from safetensors import safe_open
        from safetensors.numpy import load_file

        with as_file(files("knowledge_base") / "data" / "minilm_smoothing.safetensors") as path:
            smoothing = load_file(path)
        for name, factors in smoothing.items():
            yield name, 1 / factors
        with safe_open(self._folder / MINILM_WEIGHTS, framework="numpy") as weights:
            # One at a time: the file has 90 MB.
            for name in weights.keys():  # noqa: SIM118 - no mapping
                layer, kind = name.rsplit(".", 1)
                if kind == "weight" and layer.startswith("encoder.") and not layer.endswith("LayerNorm"):
                    weight, smooth = weights.get_tensor(name), smoothing.get(layer.rpartition(".")[0])
                    yield from _quantised(layer, weight if smooth is None else weight * smooth)


def _quantised(layer: str, weight: NDArray[np.float32]) -> Iterator[tuple[str, NDArray[Any]]]:
    """A layer's weights (outputs, inputs) in bytes, one scale an output, as the graph takes them."""
    import numpy as np

    scale = np.abs(weight).max(axis=1) / np.float32(_LARGEST)
    yield f"{layer}.bytes", np.ascontiguousarray(np.rint(weight / scale[:, None]).astype(np.int8).T)
    yield f"{layer}.scale", scale
    yield f"{layer}.zero", np.zeros(len(scale), dtype=np.int8)
