"""What a question is after, learned: a softmax head over the frozen question vector and the cues of the aspect table.

The weights in `data/query_adapter.safetensors` belong to one embedder and one order of aspects, both named in
the file; `scripts/train_query_adapter.py` makes them. Knows no passages and no medicine: their names are masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import as_file, files
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from knowledge_base.embedder import Embedder

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MASK: Final = "the drug"
"""What stands for a medicine's name in the text that is embedded: the name itself says nothing of what is asked."""
CUE_SCALE: Final = 0.3
"""How large a cue is beside a unit vector; with 1 the head leaned on cues and read new wordings worse."""
_SHARPNESS: Final = 1.3
"""Few wordings leave the head less sure than it is right; chosen on wordings and medicines held back."""
_SEPARATOR: Final = "\n"


class QueryAdapter:
    """A linear map from a question's vector and cues to the probability of each aspect."""

    def __init__(self, weights: NDArray[np.float32], bias: NDArray[np.float32], aspects: tuple[str, ...]) -> None:
        self._weights = weights
        self._bias = bias
        self.aspects = aspects

    @classmethod
    def read(cls, path: Path, embedder: Embedder) -> Self | None:
        """The adapter of a file, or None if it was made for another embedder."""
        from safetensors import safe_open

        with safe_open(path, framework="numpy") as file:
            made_for = file.metadata()
            if (made_for["embedder"], made_for["revision"]) != (embedder.name, embedder.revision):
                return None
            names = tuple(made_for["aspects"].split(_SEPARATOR))
            return cls(file.get_tensor("weights"), file.get_tensor("bias"), names)

    def write(self, path: Path, embedder: Embedder) -> None:
        """Store the adapter for this embedder."""
        from safetensors.numpy import save_file

        made_for = {"embedder": embedder.name, "revision": embedder.revision, "aspects": _SEPARATOR.join(self.aspects)}
        save_file({"weights": self._weights, "bias": self._bias}, path, metadata=made_for)

    def shares(self, vector: NDArray[np.float32], fits: Mapping[str, float]) -> Mapping[str, float]:
        """The probability of each aspect, the likeliest first; they sum to 1.

        Args:
            vector: of the question with `MASK` for the medicine (dimension,).
            fits: how well each aspect's cues fit, as `AspectTable.fits` gives it.
        """
        cues = CUE_SCALE * np.array([fits.get(name, 0.0) for name in self.aspects], dtype=np.float32)
        logits = np.concatenate([vector, cues]) @ self._weights + self._bias
        odds = np.exp(_SHARPNESS * (logits - logits.max()))
        odds /= odds.sum()
        order = np.argsort(-odds, kind="stable")
        return MappingProxyType({self.aspects[place]: float(odds[place]) for place in order})


def query_adapter(embedder: Embedder) -> QueryAdapter | None:
    """The shipped adapter, or None for an embedder it was not made for."""
    with as_file(files("knowledge_base") / "data" / "query_adapter.safetensors") as path:
        return QueryAdapter.read(path, embedder)
