"""Does one text follow from another? A cross-encoder for natural language inference says so, where one is set up.

Any sentence-transformers cross-encoder with three labels goes by name or folder; which label is which is read from
its configuration (`id2label`), as models differ in their order. Weights load with the first pair.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from knowledge_base.errors import VademecumError

_LABELS: Final = ("entailment", "neutral", "contradiction")
_BATCH: Final = 16
"""Pairs in one forward pass; on a CPU more were no faster."""


class EntailmentError(VademecumError):
    """The model cannot be loaded, or is none of natural language inference."""


class Odds(NamedTuple):
    """How likely each reading is; the three sum to 1."""

    entailment: float
    neutral: float
    contradiction: float


class Entails(Protocol):
    """What checking asks of a model of entailment."""

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[Odds]:
        """The odds of each (premise, hypothesis)."""
        ...


class CrossEncoderEntailment:
    """A sentence-transformers cross-encoder with three labels, by name or folder; safe to share between threads."""

    def __init__(self, model_name: str) -> None:
        self.name = model_name
        self._lock = threading.Lock()
        self._model: Any = None
        self._order: tuple[int, ...] = ()

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[Odds]:
        """The odds of each (premise, hypothesis).

        Raises:
            EntailmentError: the model cannot be loaded, or its labels are not those of inference.
        """
        if not pairs:
            return []
        with self._lock:
            if self._model is None:
                self._model, self._order = _load_model(self.name)
            rows = self._model.predict(list(pairs), batch_size=_BATCH, show_progress_bar=False, apply_softmax=True)
        return [Odds(*(float(row[place]) for place in self._order)) for row in rows]


def label_order(id2label: Mapping[int, str]) -> tuple[int, ...]:
    """The places of entailment, neutral and contradiction among a model's labels.

    Raises:
        ValueError: a label is missing or there are others.
    """
    by_label = {label.lower().strip(): int(place) for place, label in id2label.items()}
    if set(by_label) != set(_LABELS):
        raise ValueError(f"its labels are {', '.join(sorted(by_label))}")
    return tuple(by_label[label] for label in _LABELS)


def _load_model(name: str) -> tuple[Any, tuple[int, ...]]:
    # Nothing is asked of the model hub unless the user says HF_HUB_OFFLINE=0.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import CrossEncoder
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        model = CrossEncoder(name)
        return model, label_order(model.config.id2label)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise EntailmentError(
            f"VADEMECUM_NLI_MODEL {name} cannot be used ({reason}); give the folder of a cross-encoder with the labels "
            "entailment, neutral and contradiction, set HF_HUB_OFFLINE=0 to fetch one by name, or leave it empty"
        ) from error
