"""Hybrid retrieval: the drug decides where to look, dense and word search and the section decide what comes first.

A question is read (`question_reader.py`), its medicines narrow the documents, FAISS and FTS5 rank what is
left, their ranks are fused, and sections that hold what is asked come first (`ranking.py`). A medicine
that is not held is never answered from another one's label. Writes no answer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from knowledge_base import absence, boxed_warnings
from knowledge_base.aspects import AspectTable, aspect_table
from knowledge_base.catalogue import Catalogue
from knowledge_base.drug_classes import DrugClasses, drug_classes
from knowledge_base.drug_names import DrugLexicon
from knowledge_base.fusion import reciprocal_rank_fusion
from knowledge_base.medicine_table import canonical_ingredient, medicine_table
from knowledge_base.question_reader import Reading, names_of, read_question
from knowledge_base.question_words import any_of, quoted
from knowledge_base.ranking import (
    Interactant,
    asks_for_guideline,
    group_penalty,
    recency,
    relevance,
    section_prior,
    source_prior,
    text_score,
)
from knowledge_base.selection import Ranked, interleave, select
from knowledge_base.types import DocumentInfo, DrugMention, Passage, Query, Retrieval, ScoredPassage
from knowledge_base.words import name_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from knowledge_base.knowledge_base import KnowledgeBase
    from knowledge_base.passage_store import PassageStore

_DEPTH: Final = 200
"""How deep each search goes; the section decides more than the rank, so the right passage may rank low in both."""
_READ: Final = 60
"""How many of the best passages are read for what their words add."""
_NONSENSE: Final = "qzxvwkjquartz"
_CLASS_SECTION_SHARE: Final = 0.6
_OPEN_SECTION_SHARE: Final = 0.3
"""What the section counts when no medicine is named: guidelines have no label sections."""


class _Scope(NamedTuple):
    """Where to look for one medicine: its documents, and the other medicine a passage should name."""

    documents: tuple[DocumentInfo, ...]
    interactants: tuple[Interactant, ...] = ()
    naming: str | None = None
    """An FTS5 expression that every passage must fit, where no document is about the medicine itself."""


class _Opened(NamedTuple):
    """What is made once for a generation of the knowledge base."""

    version: str
    catalogue: Catalogue
    lexicon: DrugLexicon


class HybridRetriever:
    """Searches one knowledge base; safe to share between threads and follows it through `refresh`."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._kb = kb
        self._classes: DrugClasses = drug_classes()
        self._aspects: AspectTable = aspect_table()
        self._lock = threading.Lock()
        self._opened: _Opened | None = None

    @property
    def lexicon(self) -> DrugLexicon:
        """The medicine names of the knowledge base as it is now."""
        return self._open().lexicon

    def resolve(self, text: str) -> tuple[DrugMention, ...]:
        """The medicines a text names."""
        return self.lexicon.resolve(text).mentions

    def boxed_warnings(self, ingredients: Sequence[str]) -> list[tuple[str, Passage, int, int]]:
        """The boxed warning of each ingredient that has one: its passage and span in the document."""
        catalogue = self._open().catalogue
        return boxed_warnings.find(self._kb.store, {one: catalogue.documents_of((one,)) for one in ingredients})

    def section_state(self, ingredient: str, codes: Collection[str], terms: Sequence[str] = ()) -> absence.SectionState:
        """Whether the labels of an ingredient have a section of these codes, and whether it mentions the terms."""
        return absence.section_state(self._kb.store, self._open().catalogue.documents_of((ingredient,)), codes, terms)

    def search(self, query: Query) -> Retrieval:
        """The best passages for a query, and how it was understood."""
        started = time.perf_counter()
        opened = self._open()
        reading = read_question(query, opened.lexicon, self._classes, self._aspects)
        understood = time.perf_counter()
        scopes = self._scopes(reading, opened)
        vector = self._kb.embedder.embed_queries([reading.text])[0] if scopes else None
        embedded = time.perf_counter()
        rankings = [self._rank(query, reading, scope, vector, opened) for scope in scopes if vector is not None]
        chosen = select(interleave(rankings), query.k)
        passages = self._scored(chosen, vector)
        searched = {info.id for scope in scopes for info in scope.documents}
        return Retrieval(
            query=query,
            passages=passages,
            drugs=reading.drugs,
            aspects=reading.aspects,
            unknown_drugs=reading.unknown,
            n_documents_searched=len(searched),
            timings_seconds={
                "understand": understood - started,
                "embed": embedded - understood,
                "search": time.perf_counter() - embedded,
            },
        )

    # Where to look

    def _scopes(self, reading: Reading, opened: _Opened) -> list[_Scope]:
        mentions = {drug.ingredients: drug for drug in reading.drugs if drug.ingredients}
        if not mentions:
            unclear = any(drug.match == "ambiguous" for drug in reading.drugs)
            return [] if unclear else self._scopes_without_drug(reading, opened)
        scopes = []
        for ingredients in mentions:
            others = [self._interactant(opened, other) for other in mentions if other != ingredients]
            others += [self._unheld(word) for word in reading.unknown]
            others += [self._class(name) for name in dict.fromkeys(one.name for one in reading.classes)]
            documents = opened.catalogue.documents_of(ingredients)
            if documents:
                scopes.append(_Scope(documents, tuple(others)))
            else:
                names = names_of(opened.lexicon, ingredients)
                scopes.append(_Scope(opened.catalogue.documents, tuple(others), _naming(names)))
        return scopes

    def _scopes_without_drug(self, reading: Reading, opened: _Opened) -> list[_Scope]:
        everything = opened.catalogue.documents
        if reading.unknown:
            names = [name for word in reading.unknown for name in (word, *medicine_table().stands_for(word))]
            return [_Scope(everything, (), _naming(names))]
        classes = dict.fromkeys(one.name for one in reading.classes)
        return [_Scope(everything, tuple(self._class(name) for name in classes))]

    def _interactant(self, opened: _Opened, ingredients: Iterable[str]) -> Interactant:
        ingredients = tuple(ingredients)
        return self._called(names_of(opened.lexicon, ingredients), map(canonical_ingredient, ingredients))

    def _unheld(self, word: str) -> Interactant:
        stands_for = medicine_table().stands_for(word)
        return self._called((word, *stands_for), stands_for)

    def _called(self, names: Iterable[str], ingredients: Iterable[str]) -> Interactant:
        close: list[str] = []
        broad: list[str] = []
        for one in ingredients:
            close += self._classes.phrases_of(one)
            broad += self._classes.phrases_of(one, broad=True)
        return Interactant(names=_folded(names), phrases=_folded(close), broad=_folded(broad))

    def _class(self, name: str) -> Interactant:
        return Interactant(names=_folded(self._classes.phrases(name)), phrases=_folded(self._classes.members(name)))

    # What comes first

    def _rank(
        self, query: Query, reading: Reading, scope: _Scope, vector: NDArray[np.float32], opened: _Opened
    ) -> list[Ranked]:
        catalogue, store = opened.catalogue, self._kb.store
        is_everything = len(scope.documents) == len(catalogue.documents)
        ids = None if is_everything else {info.id for info in scope.documents}
        numbers = catalogue.numbers_of(ids, query.kinds)
        if scope.naming is not None:
            named = [number for number, _ in store.lexical(scope.naming, _DEPTH, ids, query.kinds)]
            numbers = np.sort(np.array(named, dtype=np.int64))
        if not len(numbers):
            return []
        among = None if len(numbers) == len(catalogue.numbers) else numbers
        dense = [hit.number for hit in self._kb.dense.search(vector, _DEPTH, among)]
        lexical = self._lexical(reading, ids, query, numbers if scope.naming is not None else None)
        calling = self._calling(scope, ids, query, numbers)
        fused = reciprocal_rank_fusion([dense, lexical])
        prior = self._prior(query, reading, opened, about_drug=not is_everything or scope.naming is not None)
        # A small scope is read whole: a passage of the right section may be in neither ranking.
        candidates = numbers if not is_everything else np.array(list(dict.fromkeys([*fused, *calling])), dtype=np.int64)
        candidates = np.sort(candidates)
        scores = prior[catalogue.rows(candidates)] + relevance(fused, candidates)
        order = np.argsort(-scores, kind="stable")[:_READ]
        best = dict(zip(candidates[order].tolist(), scores[order].tolist(), strict=True))
        at = dict(zip(candidates.tolist(), scores.tolist(), strict=True))
        best.update({number: at[number] for number in calling if number in at})
        passages = store.passages(list(best))
        said = {
            number: text_score(passage, reading, self._aspects, scope.interactants)
            for number, passage in passages.items()
        }
        ranked = [
            Ranked(passage, best[number] + said[number].score, said[number].names_other)
            for number, passage in passages.items()
        ]
        return sorted(ranked, key=lambda one: (-one.score, one.passage.number))

    def _lexical(
        self, reading: Reading, ids: Collection[str] | None, query: Query, among: NDArray[np.int64] | None
    ) -> list[int]:
        expression = any_of(reading.words, (phrase for one in reading.meanings for phrase in one.phrases))
        if not expression:
            return []
        found = [number for number, _ in self._kb.store.lexical(expression, _DEPTH, ids, query.kinds)]
        if among is None:
            return found
        allowed = set(among.tolist())
        return [number for number in found if number in allowed]

    def _calling(
        self, scope: _Scope, ids: Collection[str] | None, query: Query, numbers: NDArray[np.int64]
    ) -> list[int]:
        """The passages that name the other medicine, by name first, then by class."""
        allowed = set(numbers.tolist())
        found: dict[int, None] = {}
        for interactant in scope.interactants:
            for phrases in (interactant.names, (*interactant.phrases, *interactant.broad)):
                expression = _naming(phrases)
                if expression:
                    hits = self._kb.store.lexical(expression, _READ // 2, ids, query.kinds)
                    found.update((number, None) for number, _ in hits if number in allowed)
        return list(found)

    def _prior(self, query: Query, reading: Reading, opened: _Opened, *, about_drug: bool) -> NDArray[np.float32]:
        catalogue = opened.catalogue
        section = section_prior(catalogue, reading.aspects, self._aspects)
        share = 1.0 if about_drug else _CLASS_SECTION_SHARE if reading.classes else _OPEN_SECTION_SHARE
        if not about_drug and asks_for_guideline(query.text):
            share = 0.0
        penalty = group_penalty(catalogue, reading.aspects) if about_drug else np.float32(0.0)
        prior: NDArray[np.float32] = (
            share * section - penalty + source_prior(catalogue, query.text, about_drug=about_drug) + recency(catalogue)
        )
        return prior

    def _scored(self, chosen: Sequence[Ranked], vector: NDArray[np.float32] | None) -> tuple[ScoredPassage, ...]:
        if vector is None or not chosen:
            return ()
        vectors = self._kb.dense.vectors(np.array([one.passage.number for one in chosen], dtype=np.int64))
        cosines = (vectors @ vector).tolist()
        return tuple(
            ScoredPassage(passage=one.passage, score=float(one.score), rank=rank, similarity=float(cosine))
            for rank, (one, cosine) in enumerate(zip(chosen, cosines, strict=True), start=1)
        )

    # What is made once

    def _open(self) -> _Opened:
        version = self._kb.index_version
        with self._lock:
            if self._opened is None or self._opened.version != version:
                store = self._kb.store
                lexicon = DrugLexicon.build(store.drug_names(), is_text_word=self._text_words(store))
                self._opened = _Opened(version, Catalogue(store), lexicon)
            return self._opened

    def _text_words(self, store: PassageStore) -> _TextWords:
        return _TextWords(store, self._kb)


class _TextWords:
    """Whether the documents' texts use a word, or the embedder knows it whole: no misspelling and no made-up name."""

    def __init__(self, store: PassageStore, kb: KnowledgeBase) -> None:
        self._store = store
        self._count = kb.embedder.count_tokens
        # A tokenizer that keeps even nonsense whole tells nothing about words.
        self._splits = self._n_pieces(_NONSENSE) > 1
        self._known = lru_cache(maxsize=4096)(self._look_up)

    def __call__(self, word: str) -> bool:
        return self._known(word)

    def _n_pieces(self, word: str) -> int:
        return self._count(word) - self._count("")

    def _look_up(self, word: str) -> bool:
        if self._splits and self._n_pieces(word) == 1:
            return True
        return len(self._store.lexical(f"text : {quoted(word)}", 2)) > 1


def _naming(names: Iterable[str]) -> str:
    return " OR ".join(quoted(name) for name in dict.fromkeys(names) if name_key(name))


def _folded(names: Iterable[str]) -> tuple[str, ...]:
    keys = (" ".join(name_key(name)) for name in names)
    return tuple(dict.fromkeys(form for key in keys if key for form in (key, f"{key}s")))
