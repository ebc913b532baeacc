"""Whether a word is in use: in the documents' texts, or known whole to the embedder.

A word in use is no misspelling of a medicine and no made-up one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from knowledge_base.question_words import quoted
from knowledge_base.words import folded_words

if TYPE_CHECKING:
    from knowledge_base.embedder import Embedder
    from knowledge_base.passage_store import PassageStore

_NONSENSE: Final = "qzxvwkjquartz"
_N_PASSAGES: Final = 2
"""One passage alone may have the misspelling too."""
_N_READ: Final = 40
"""Passages looked through: the word index finds every form of a word, "warfarin" for "warfarine"."""


class TextWords:
    """Looks words up in one generation of a knowledge base and remembers them."""

    def __init__(self, store: PassageStore, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder
        # A tokenizer that keeps even nonsense whole tells nothing about words.
        self._splits = self._n_pieces(_NONSENSE) > 1
        self._look_up = lru_cache(maxsize=4096)(self._is_in_use)

    def __call__(self, word: str) -> bool:
        """Whether a folded word is in use."""
        return self._look_up(word)

    def _is_in_use(self, word: str) -> bool:
        if self._splits and self._n_pieces(word) == 1:
            return True
        numbers = self._store.numbers_with(f"text : {quoted(word)}", at_most=_N_READ)
        passages = self._store.passages(numbers).values()
        return sum(word in folded_words(passage.text) for passage in passages) >= _N_PASSAGES

    def _n_pieces(self, word: str) -> int:
        return self._embedder.count_tokens(word) - self._embedder.count_tokens("")
