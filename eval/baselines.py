"""What ours is measured against: BM25, MiniLM and their reciprocal rank fusion, over exactly the same texts.

BM25 is FTS5's (k1 1.2, b 0.75), any word of the question, Porter stems. MiniLM is the knowledge base's embedder with a
flat cosine. Over passages both see what ours sees: the indexed heading, and the vector with drug and section in front;
so a baseline here is stronger than the same method over bare text. Neither knows drugs, sections or aspects.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from typing import Final

from knowledge_base.embedder import Embedder
from knowledge_base.fusion import reciprocal_rank_fusion
from knowledge_base.knowledge_base import KnowledgeBase
from knowledge_base.question_words import quoted
from knowledge_base.text_ranker import FreeText
from knowledge_base.types import Passage
from knowledge_base.word_index import WordIndex
from knowledge_base.words import words_of

BM25: Final = "BM25"
MINILM: Final = "MiniLM"
RRF: Final = "RRF"
SYSTEMS: Final = (BM25, MINILM, RRF)
_DEPTH: Final = 200
"""How deep each ranking goes before fusion, as in our own search."""


class PassageBaselines:
    """The baselines over all passages of a knowledge base."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb
        self._words = WordIndex(kb.store)

    def rank(self, question: str, k: int) -> dict[str, list[Passage]]:
        """The first `k` passages for each system."""
        lexical = self._words.best_scored(_words(question), _DEPTH).numbers.tolist()
        vector = self._kb.embedder.embed_queries([question])[0]
        dense = self._kb.dense.search(vector, _DEPTH).numbers.tolist()
        return {
            name: list(self._kb.store.passages(ranking[:k]).values())
            for name, ranking in _with_fusion(lexical, dense).items()
        }


class TextBaselines:
    """The baselines over some free texts; BM25 counts words over all of them. Safe to share between threads."""

    def __init__(self, texts: Sequence[FreeText], embedder: Embedder) -> None:
        self._places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        self._embedder = embedder
        self._vectors = embedder.embed_passages([f"{one.heading}\n{one.text}".strip() for one in self._places])
        # Questions come from several threads; one at a time asks the index.
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._lock = threading.Lock()
        self._db.execute("CREATE VIRTUAL TABLE texts USING fts5(text, tokenize = 'porter unicode61')")
        rows = [(place, f"{text.heading}\n{text.text}") for text, place in self._places.items()]
        self._db.executemany("INSERT INTO texts(rowid, text) VALUES (?, ?)", rows)

    def rank(self, question: str, texts: Sequence[FreeText]) -> dict[str, list[int]]:
        """The places of all given texts, best first, for each system; equal scores keep their order."""
        expression = _any_word(question)
        query = "SELECT rowid, -bm25(texts) FROM texts WHERE texts MATCH ?"
        with self._lock:
            words: Mapping[int, float] = dict(self._db.execute(query, (expression,)).fetchall()) if expression else {}
        near = self._vectors @ self._embedder.embed_queries([question])[0]
        rows = [self._places[text] for text in texts]
        lexical = sorted(range(len(texts)), key=lambda place: -words.get(rows[place], 0.0))
        dense = sorted(range(len(texts)), key=lambda place: -float(near[rows[place]]))
        return _with_fusion(lexical, dense)


def _with_fusion(lexical: list[int], dense: list[int]) -> dict[str, list[int]]:
    return {BM25: lexical, MINILM: dense, RRF: list(reciprocal_rank_fusion([lexical, dense]))}


def _any_word(question: str) -> str:
    return " OR ".join(map(quoted, _words(question)))


def _words(question: str) -> list[str]:
    return list(dict.fromkeys(word.text for word in words_of(question)))
