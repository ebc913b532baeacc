"""Hybrid retrieval: the drug decides where to look, dense and word search and the section decide what comes first.

A question is read (`question_reader.py`), its medicines narrow the documents (`scopes.py`), FAISS and FTS5 rank what
is left, their ranks are fused, and sections that hold what is asked come first (`ranking.py`). A medicine that
is not held is never answered from another one's label. Writes no answer.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from knowledge_base import boxed_warnings
from knowledge_base.aspects import aspect_table
from knowledge_base.catalogue import Catalogue
from knowledge_base.drug_classes import drug_classes
from knowledge_base.drug_names import DrugLexicon, Resolution
from knowledge_base.query_adapter import QueryAdapter, query_adapter
from knowledge_base.question_core import core_of
from knowledge_base.question_parts import parts_of
from knowledge_base.question_reader import Reading, read_question
from knowledge_base.question_words import all_phrases, any_of
from knowledge_base.ranking import Tables, prior, relevance, text_score
from knowledge_base.read_passages import ReadPassages
from knowledge_base.scopes import Scope, find_scopes
from knowledge_base.selection import Ranked, interleave, select, spread, take_turns
from knowledge_base.text_ranker import score_texts
from knowledge_base.text_table import TextTable
from knowledge_base.text_words import TextWords
from knowledge_base.types import Passage, Query, Retrieval, ScoredPassage
from knowledge_base.unread_names import UnreadNames
from knowledge_base.word_index import WordIndex
from knowledge_base.wording import detail, wording

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from knowledge_base.dense_index import DenseIndex
    from knowledge_base.knowledge_base import KnowledgeBase
    from knowledge_base.passage_store import PassageStore
    from knowledge_base.reranker import Reranker

_DEPTH: Final = 200
"""How deep each search goes; the section decides more than the rank, so the right passage may rank low in both."""
_READ: Final = 32
"""How many of the best passages are read for what their words add."""
_RERANKED: Final = 1.0
"""A reranker's best verdict is worth as much as the right section, so it cannot overrule medicine and section both."""
_TEXTS: Final = 16
"""How many of them are weighed as free texts where no medicine is named."""
_CALLED: Final = 30
"""How many passages that name the other medicine are read besides, for each way of naming it."""


class _Opened(NamedTuple):
    """One generation of the knowledge base, and what is made once for it."""

    version: str
    store: PassageStore
    dense: DenseIndex
    catalogue: Catalogue
    words: WordIndex
    lexicon: DrugLexicon
    unread: UnreadNames
    read: ReadPassages


class _Found(NamedTuple):
    """How a question was understood, and what was found for it and for each of its parts."""

    reading: Reading
    vector: NDArray[np.float32] | None
    scopes: Sequence[Scope]
    ranked: Sequence[Ranked]
    parts: Sequence[_Found]


class HybridRetriever:
    """Searches one knowledge base; safe to share between threads and follows it through `refresh`.

    With `adapt` false the cues alone say what is asked, as for an embedder that the query adapter was not made for.
    """

    def __init__(self, kb: KnowledgeBase, reranker: Reranker | None = None, *, adapt: bool = True) -> None:
        self._kb = kb
        self._reranker = reranker
        self._adapt = adapt
        self._tables = Tables(aspect_table(), drug_classes())
        self._texts = TextTable()
        self._lock = threading.Lock()
        self._opened: _Opened | None = None

    @property
    def lexicon(self) -> DrugLexicon:
        """The medicine names of the knowledge base as it is now."""
        return self._open().lexicon

    def resolve(self, text: str) -> Resolution:
        """The medicines a text names, held or not."""
        return self.lexicon.resolve(text)

    def boxed_warnings(self, ingredients: Sequence[str]) -> list[tuple[str, Passage, int, int]]:
        """The boxed warning of each ingredient that has one: its passage and span in the document."""
        opened = self._open()
        return boxed_warnings.find(opened.store, {one: opened.catalogue.documents_of((one,)) for one in ingredients})

    def search(self, query: Query) -> Retrieval:
        """The best passages for a query, and how it was understood; looks in what was published last."""
        self._kb.refresh()
        opened = self._open()
        found = self._find(query, opened)
        chosen = select(take_turns([*(part.ranked for part in found.parts), found.ranked]), query.k)
        aspects = [part.reading.aspects[:1] for part in found.parts]
        return Retrieval(
            query=query,
            passages=_scored(chosen, found.vector, opened),
            drugs=found.reading.drugs,
            aspects=self._tables.aspects.spoken(name for some in (*aspects, found.reading.aspects) for name in some),
            unknown_drugs=found.reading.unknown,
            n_documents_searched=_n_documents(found.scopes, opened.catalogue),
        )

    def _find(self, query: Query, opened: _Opened) -> _Found:
        """One question's ranking, and those of its parts if it asks two things of one medicine."""
        reading = self._read(query, opened)
        scopes = find_scopes(reading, opened.catalogue, opened.lexicon, self._tables.classes)
        vector: NDArray[np.float32] | None = None
        if scopes:
            vector, reading = self._embed(reading)
        rankings = [self._rank(query, reading, scope, vector, opened) for scope in scopes if vector is not None]
        asks_of_one = len(scopes) == 1 and scopes[0].about_drug and query.drugs is None and query.aspects is None
        parts = parts_of(query.text) if asks_of_one else ()
        asked = [Query(text=part, drugs=reading.drugs, kinds=query.kinds, k=query.k) for part in parts]
        return _Found(reading, vector, scopes, interleave(rankings), [self._find(one, opened) for one in asked])

    def read(self, query: Query) -> Reading:
        """How a query is understood; `search` goes on from there."""
        return self._embed(self._read(query, self._open()))[1]

    def _read(self, query: Query, opened: _Opened) -> Reading:
        return read_question(query, opened.lexicon, self._tables.classes, self._tables.aspects, opened.unread.find)

    @cached_property
    def _adapter(self) -> QueryAdapter | None:
        return query_adapter(self._kb.embedder)

    def _embed(self, reading: Reading) -> tuple[NDArray[np.float32], Reading]:
        """The question's vector, of length one, and the reading with what the adapter makes of the masked one."""
        adapter = self._adapter if self._adapt and reading.fits else None
        if adapter is None:
            return self._kb.embedder.embed_question(core_of(reading.text)), reading
        vector = self._kb.embedder.embed_question(core_of(reading.masked))
        return vector, reading.with_shares(adapter, vector)

    def _rank(
        self, query: Query, reading: Reading, scope: Scope, vector: NDArray[np.float32], opened: _Opened
    ) -> list[Ranked]:
        """The passages of one scope, best first."""
        catalogue, words = opened.catalogue, opened.words
        rows = catalogue.rows(scope.document_ids, query.kinds)
        if scope.naming is not None:
            rows = np.sort(words.best(scope.naming, _DEPTH, rows))
        if len(catalogue.numbers if rows is None else rows) == 0:
            return []
        phrases = any_of(reading.words, (phrase for one in reading.meanings for phrase in one.phrases))
        lexical = words.best_scored(phrases, _DEPTH, rows)
        dense = opened.dense.search(vector, _DEPTH, None if rows is None else catalogue.numbers[rows])
        naming = catalogue.numbers[_naming_others(scope, words, rows)]
        found = np.unique(np.concatenate([dense.numbers, lexical.numbers, naming]))
        # A medicine's own documents are weighed whole: a passage of the right section may be in neither ranking.
        part = catalogue.part(np.searchsorted(catalogue.numbers, found) if rows is None else rows)
        scores = prior(part, reading, query.text, self._tables, about_drug=scope.about_drug)
        at_found = np.searchsorted(part.numbers, found)
        scores[at_found] += relevance(dense, lexical, found)
        scores[at_found] += wording(len(reading.words), lexical, found, words.all_said(phrases))
        best = np.argsort(-scores, kind="stable")[:_READ]
        places = np.concatenate([best, np.searchsorted(part.numbers, naming)])
        at = dict(zip(part.numbers[places].tolist(), scores[places].tolist(), strict=True))
        ranked = []
        for read in opened.read(list(at)):
            said = text_score(read, reading, self._tables.aspects, scope.interactants)
            ranked.append(Ranked(read, at[read.passage.number] + said.score, said.names_other, said.says))
        if not scope.about_drug:
            ranked.sort(key=lambda one: (-one.score, one.passage.number))
            ranked = [*self._as_texts(query.text, vector, ranked[:_TEXTS], opened.dense), *ranked[_TEXTS:]]
        if self._reranker is not None:
            again = self._reranker.score(reading.text, [one.passage for one in ranked])
            ranked = [
                one._replace(score=one.score + _RERANKED * score) for one, score in zip(ranked, again, strict=True)
            ]
        ranked.sort(key=lambda one: (-one.score, one.passage.number))
        return spread(ranked, reading.doubt, detail(len(reading.words)) if scope.about_drug else 0.0)

    def _as_texts(
        self, question: str, vector: NDArray[np.float32], ranked: Sequence[Ranked], dense: DenseIndex
    ) -> list[Ranked]:
        """Passages for a question without a medicine, scored by heading and text too: no section says enough."""
        near = dense.vectors(np.array([one.passage.number for one in ranked], dtype=np.int64)) @ vector
        scores = score_texts(question, [one.read.free_text for one in ranked], near.tolist(), self._texts)
        return [one._replace(score=one.score + score) for one, score in zip(ranked, scores, strict=True)]

    def _open(self) -> _Opened:
        with self._lock:
            while self._opened is None or self._opened.version != self._kb.index_version:
                # Read again if the knowledge base moved on between the first line and the last.
                version, store, dense = self._kb.index_version, self._kb.store, self._kb.dense
                names, in_use = store.drug_names(), TextWords(store, self._kb.embedder)
                lexicon, unread = DrugLexicon.build(names, is_text_word=in_use), UnreadNames(names, in_use)
                self._opened = _Opened(
                    version, store, dense, Catalogue(store), WordIndex(store), lexicon, unread, ReadPassages(store)
                )
            return self._opened


def _naming_others(scope: Scope, words: WordIndex, rows: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """The rows that name another medicine of the question, by name or by class, each once."""
    found: dict[int, None] = {}
    for other in scope.interactants:
        for phrases in (other.names, (*other.phrases, *other.broad)):
            found.update(dict.fromkeys(words.best(all_phrases(phrases), _CALLED, rows).tolist()))
    return np.fromiter(found, dtype=np.int64)


def _n_documents(scopes: Sequence[Scope], catalogue: Catalogue) -> int:
    if any(scope.documents is None for scope in scopes):
        return len(catalogue.documents)
    return len({info.id for scope in scopes for info in scope.documents or ()})


def _scored(chosen: Sequence[Ranked], vector: NDArray[np.float32] | None, opened: _Opened) -> tuple[ScoredPassage, ...]:
    if vector is None or not chosen:
        return ()
    numbers = [one.passage.number for one in chosen]
    cosines = (opened.dense.vectors(np.array(numbers, dtype=np.int64)) @ vector).tolist()
    labels = opened.store.comparison.sharing(numbers)
    return tuple(
        ScoredPassage(
            passage=one.passage,
            score=float(one.score),
            rank=rank,
            similarity=float(cosine),
            labels=labels.get(one.passage.number),
        )
        for rank, (one, cosine) in enumerate(zip(chosen, cosines, strict=True), start=1)
    )
