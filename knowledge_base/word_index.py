"""BM25 over the word index of one generation (Robertson and Zaragoza 2009), scored in memory.

SQLite's FTS5 keeps the words and where they stand. Its own `bm25()` visits every posting of every word for
each question, even where a medicine leaves a hundred passages to rank; here the postings of a word are
read once and remembered, and only rows in question are scored. The score is FTS5's, to the last
digits: k1 = 1.2, b = 0.75, words of the heading counted twice. Knows rows and phrases, no questions.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

import numpy as np

from knowledge_base.fusion import Hits
from knowledge_base.remembered import Remembered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from knowledge_base.passage_store import PassageStore

_K1: Final = 1.2
_B: Final = 0.75
_MIN_IDF: Final = 1e-6
"""What FTS5 gives a word that more than half of the passages have."""
_HEADING_WEIGHT: Final = 2.0
"""A word of the heading counts twice, as titles do in most engines."""
_ROW_SHIFT: Final = 33
"""A place is one number: the row, one bit for the text (not the heading), and the word's count in 32 bits."""
_CACHE_BYTES: Final = 256 * 2**20
"""The postings of the few hundred words that most questions use, in a base of a million passages."""
_STEMS_CACHE: Final = 8192
_ROWS_OF_COLUMNS: Final = 32
_LEAST: Final = 1e-300
"""Scores are above 0, and none is as low as this."""
_SPARSE: Final = 8
"""So many times fewer rows than postings, and looking the rows up is faster than passing over the postings."""


T = TypeVar("T")


class _Postings(NamedTuple):
    """The rows that hold a phrase, ascending, and what it adds to the score of each."""

    row: NDArray[np.int32]
    gain: NDArray[np.float64]


class WordIndex:
    """Ranks passages by phrases; rows count through the passages in the order of their numbers.

    Safe to share between threads.
    """

    def __init__(self, store: PassageStore) -> None:
        self._store = store
        self._numbers = store.columns.number
        self._places: _Cache[NDArray[np.int64]] = _Cache()
        self._postings: _Cache[_Postings] = _Cache()
        self._stems = Remembered(self._stems_of, _STEMS_CACHE)

    def best(self, phrases: Sequence[str], k: int, rows: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """The `k` rows that hold the phrases best, best first, among `rows` (ascending) if given."""
        return self._best(phrases, k, rows)[0]

    def best_scored(self, phrases: Sequence[str], k: int, rows: NDArray[np.int64] | None = None) -> Hits:
        """The numbers of the same passages with their BM25, best first."""
        found, scores = self._best(phrases, k, rows)
        return Hits(self._numbers[found], scores)

    def _best(
        self, phrases: Sequence[str], k: int, rows: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        scores = self._scores(phrases, rows)
        # Equal scores at the cut are kept until the order below decides between them.
        at = np.flatnonzero(scores >= kth_best(scores, k))
        at = at[np.argsort(-scores[at], kind="stable")[:k]]
        return at if rows is None else rows[at], scores[at]

    def scores(
        self, phrases: Sequence[str], rows: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The rows that hold any of the phrases, ascending, and their BM25 scores."""
        scores = self._scores(phrases, rows)
        at = np.flatnonzero(scores >= _LEAST)
        return at if rows is None else rows[at], scores[at]

    def _scores(self, phrases: Sequence[str], rows: NDArray[np.int64] | None) -> NDArray[np.float64]:
        """The BM25 score of every row, or of those in question; 0 where none of the phrases is held."""
        scores = np.zeros(len(self._numbers) if rows is None else len(rows), dtype=np.float64)
        for stems in self._stemmed(phrases):
            if not stems or not len(scores):
                continue
            postings = self._postings_of(stems)
            at, chosen = _within(postings.row, rows)
            # No row comes twice; added this way it takes a third of the time of `scores[at] += ...`.
            np.add.at(scores, at, postings.gain[chosen])
        return scores

    def all_said(self, phrases: Sequence[str]) -> float:
        """BM25 of a passage of mean length that holds each of the phrases once."""
        return sum(self._idf(len(self._postings_of(stems).row)) for stems in self._stemmed(phrases) if stems)

    def _idf(self, n_rows: int) -> float:
        """How much a phrase tells that so many rows hold."""
        idf = math.log((len(self._numbers) - n_rows + 0.5) / (n_rows + 0.5))
        return idf if idf > 0 else _MIN_IDF

    @cached_property
    def _length_share(self) -> NDArray[np.float64]:
        """BM25's `1 - b + b * length / mean length` of every row."""
        numbers, n_words = self._store.word_counts()
        lengths = n_words[np.searchsorted(numbers, self._numbers)]
        if not len(lengths):
            return np.empty(0, dtype=np.float64)
        return np.asarray(1 - _B + _B * lengths / lengths.mean(), dtype=np.float64)

    def _stemmed(self, phrases: Sequence[str]) -> list[tuple[str, ...]]:
        known = self._stems(phrases)
        return [known[phrase] for phrase in phrases]

    def _stems_of(self, phrases: Sequence[str]) -> dict[str, tuple[str, ...]]:
        return dict(zip(phrases, self._store.stems(phrases), strict=True))

    def _postings_of(self, stems: tuple[str, ...]) -> _Postings:
        if (known := self._postings.get(stems)) is not None:
            return known
        places = self._places_of(stems[0])
        for offset, stem in enumerate(stems[1:], start=1):
            if not len(places):
                break
            places = _followed(places, self._places_of(stem) - offset)
        rows, starts = np.unique(places >> _ROW_SHIFT, return_index=True)
        in_text = (places >> (_ROW_SHIFT - 1)) & 1
        weights = np.where(in_text, 1.0, _HEADING_WEIGHT)
        frequency = np.add.reduceat(weights, starts) if len(starts) else weights
        gain = self._idf(len(rows)) * (frequency * (_K1 + 1) / (frequency + _K1 * self._length_share[rows]))
        postings = _Postings(rows.astype(np.int32), gain)
        self._postings.put(stems, postings, postings.row.nbytes + gain.nbytes)
        return postings

    def _places_of(self, stem: str) -> NDArray[np.int64]:
        if (known := self._places.get((stem,))) is not None:
            return known
        numbers, in_row = self._store.word_places(stem)
        rows = np.searchsorted(self._numbers, numbers)
        # What a run in progress, or one that was killed, has added is in the word index too.
        visible = self._numbers[np.minimum(rows, len(self._numbers) - 1)] == numbers
        places = np.sort(rows[visible] << _ROW_SHIFT | in_row[visible])
        self._places.put((stem,), places, places.nbytes)
        return places


class _Cache(Generic[T]):
    """The values used last, up to a number of bytes; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: OrderedDict[tuple[str, ...], tuple[T, int]] = OrderedDict()
        self._n_bytes = 0

    def get(self, key: tuple[str, ...]) -> T | None:
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: tuple[str, ...], value: T, n_bytes: int) -> None:
        with self._lock:
            if key in self._values:
                return
            self._values[key] = (value, n_bytes)
            self._n_bytes += n_bytes
            while self._n_bytes > _CACHE_BYTES and len(self._values) > 1:
                _, (_, freed) = self._values.popitem(last=False)
                self._n_bytes -= freed


def kth_best(scores: NDArray[np.float64], k: int) -> float:
    """The `k`-th best of the scores that are above 0, or the least of these if they are fewer.

    Most are 0 or equal, with which numpy's partition takes up to twenty times as long; so it gets few of them: where
    scores stand in columns, at least `k` are no lower than the `k`-th best of the columns' best.
    """
    n_columns = len(scores) // _ROWS_OF_COLUMNS
    floor = _LEAST
    if n_columns > k > 0:
        best = scores[: n_columns * _ROWS_OF_COLUMNS].reshape(_ROWS_OF_COLUMNS, n_columns).max(axis=0)
        floor = max(floor, float(np.partition(best, n_columns - k)[n_columns - k]))
    high = scores[scores >= floor]
    return float(np.partition(high, len(high) - k)[len(high) - k]) if 0 < k < len(high) else floor


def _followed(places: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    """What both hold; both ascend, and the shorter is looked up in the longer."""
    short, long = sorted((places, others), key=len)
    return short[_are_in(short, long)[1]]


def _within(
    postings: NDArray[np.int32], rows: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64] | NDArray[np.int32], NDArray[np.int64] | slice]:
    """The positions among `rows` that have postings, and the positions of those postings."""
    if rows is None:
        return postings, slice(None)
    if len(rows) * _SPARSE < len(postings):
        at, found = _are_in(rows, postings)
        return np.flatnonzero(found), at[found]
    at, found = _are_in(postings, rows)
    return at[found], np.flatnonzero(found)


def _are_in(values: NDArray[np.integer], others: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each value would stand among `others`, which ascend, and whether it does."""
    if not len(others):
        return np.zeros(len(values), dtype=np.int64), np.zeros(len(values), dtype=np.bool_)
    at = np.minimum(np.searchsorted(others, values), len(others) - 1)
    return at, others[at] == values
