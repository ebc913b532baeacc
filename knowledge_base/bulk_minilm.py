"""all-MiniLM-L6-v2 for many passages: its linear layers and attention in bfloat16, the rest in float32.

Processors with matrix units (Intel AMX) multiply bfloat16 eight times as fast as float32. Sums along the residual
stream, layer norms and the mean stay in float32: the vectors then have a cosine above 0.9999 to those of float32,
where a model wholly in bfloat16 falls to 0.998. The network is BERT's encoder (Devlin et al. 2019). Knows no cache.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

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
    import torch
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

_LAYERS: Final = 6
_HEADS: Final = 12
_EPSILON: Final = 1e-12
_MASKED: Final = -1e9
_PROBE_SECONDS: Final = 60
"""Importing torch takes two seconds on a machine that does nothing else."""
_PROBE: Final = (
    "import sys, torch; a = torch.ones(64, 64, dtype=torch.bfloat16);"
    "ok = torch.cpu._is_amx_tile_supported() and bool(((a @ a) == 64).all()); sys.exit(0 if ok else 1)"
)


def has_matrix_units(probe: str = _PROBE) -> bool:
    """Whether bfloat16 products are fast here, found out in a process of its own.

    Some virtual machines show AMX and do not allow it: the first product then ends the process that tried.
    """
    if sys.platform != "linux" or "amx_bf16" not in Path("/proc/cpuinfo").read_text(encoding="utf-8"):
        return False
    try:
        tried = subprocess.run(  # noqa: S603 - this interpreter and a constant
            [sys.executable, "-c", probe], capture_output=True, timeout=_PROBE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


class _Layer:
    """One layer's weights: matrices in bfloat16, norms in float32."""

    def __init__(self, weights: dict[str, torch.Tensor], prefix: str) -> None:
        import torch

        def linear(*names: str) -> tuple[torch.Tensor, torch.Tensor]:
            matrix, bias = (
                torch.cat([weights[f"{prefix}.{name}.{part}"] for name in names]).bfloat16()
                for part in ("weight", "bias")
            )
            # Laid out as the product reads it: a third faster than turned round each time.
            return matrix.t().contiguous().t(), bias

        self.inward = linear("attention.self.query", "attention.self.key", "attention.self.value")
        self.outward = linear("attention.output.dense")
        self.up, self.down = linear("intermediate.dense"), linear("output.dense")
        self.attention_norm, self.norm = (
            (weights[f"{prefix}.{name}.weight"], weights[f"{prefix}.{name}.bias"])
            for name in ("attention.output.LayerNorm", "output.LayerNorm")
        )


class BulkMiniLm:
    """The network in mixed precision under torch; safe to share between threads."""

    dimension: Final = MINILM_DIMENSION
    max_tokens: Final = MINILM_MAX_TOKENS
    revision: Final = MINILM_SHA256[:16]
    prompts: Final = ("", "")
    # What a layer makes of so many tokens stays in a core's own cache.
    batch_tokens: Final = 1024

    def __init__(self) -> None:
        from safetensors.torch import load_file

        weights = load_file(verified_minilm_folder() / MINILM_WEIGHTS)
        self._words = weights["embeddings.word_embeddings.weight"]
        kinds = weights["embeddings.token_type_embeddings.weight"]
        self._places = weights["embeddings.position_embeddings.weight"] + kinds[0]
        self._norm = weights["embeddings.LayerNorm.weight"], weights["embeddings.LayerNorm.bias"]
        self._layers = [_Layer(weights, f"encoder.layer.{number}") for number in range(_LAYERS)]
        self._tokenizer = minilm_tokenizer()
        self._tokenizer.enable_truncation(MINILM_MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._thread = threading.local()

    @property
    def n_workers(self) -> int:
        """How many threads embed passages side by side: one a core."""
        return n_cores()

    def tokenizer(self) -> Tokenizer:
        """A tokenizer of its own, without truncation and padding."""
        return minilm_tokenizer()

    def embed(self, texts: Sequence[str], *, alone: bool) -> NDArray[np.float32]:
        """Unit vectors (n, 384) in one forward pass, over all cores if it is `alone`, else over one."""
        import torch

        if not alone and not getattr(self._thread, "is_single", False):
            # Torch counts threads for each calling thread.
            torch.set_num_threads(1)
            self._thread.is_single = True
        encodings = self._tokenizer.encode_batch(list(texts))
        ids = torch.tensor([encoding.ids for encoding in encodings])
        seen = torch.tensor([encoding.attention_mask for encoding in encodings], dtype=torch.bool)
        with torch.inference_mode():
            vectors: NDArray[np.float32] = self._forward(ids, seen).numpy()
        return vectors

    def _forward(self, ids: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """Unit vectors (n, width) of word pieces (n, tokens), where `seen` is false for padding."""
        import torch
        from torch.nn import functional

        n, tokens = ids.shape
        width = (self.dimension,)
        x = functional.layer_norm(self._words[ids] + self._places[:tokens], width, *self._norm, _EPSILON)
        x = x.view(-1, self.dimension)
        mask = None
        if not bool(seen.all()):
            mask = torch.zeros(n, 1, 1, tokens).masked_fill_(~seen[:, None, None], _MASKED).bfloat16()
        for layer in self._layers:
            heads = functional.linear(x.bfloat16(), *layer.inward)
            # Laid out head by head: attention over strided heads takes twice as long.
            query, key, value = heads.view(n, tokens, 3, _HEADS, -1).permute(2, 0, 3, 1, 4).contiguous()
            mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
            mixed = functional.linear(mixed.transpose(1, 2).reshape(n * tokens, -1), *layer.outward)
            x = functional.layer_norm(x.add_(mixed), width, *layer.attention_norm, _EPSILON)
            inner = functional.gelu(functional.linear(x.bfloat16(), *layer.up))
            x = functional.layer_norm(x.add_(functional.linear(inner, *layer.down)), width, *layer.norm, _EPSILON)
        kept = x.view(n, tokens, -1) * seen[..., None]
        return functional.normalize(kept.sum(dim=1) / seen.sum(dim=1, keepdim=True))
