"""Reading a question before anything is looked up: its medicines, classes, aspects and carrying words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from knowledge_base.aspects import JOINING, AspectTable, mask
from knowledge_base.drug_classes import ClassMention, DrugClasses
from knowledge_base.drug_names import DrugLexicon, Resolution
from knowledge_base.lay_terms import Meaning, meanings_of
from knowledge_base.query_adapter import MASK, QueryAdapter
from knowledge_base.question_words import content_words
from knowledge_base.types import DrugMention, Query
from knowledge_base.words import Word, name_key, spans_free

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LIKELY: Final = 0.25
"""An aspect this likely is asked about, whatever the cues say; below it, the cues' order holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A question as it was understood.

    `text` has the medicines' own names in the place of brands and misspellings: what is embedded.
    `masked` has one stand-in for each medicine: what says which aspect is asked about.
    `words` carry the question, medicines left out; `meanings` are the same with what labels write for them.
    `shares` are the probabilities of the aspects, the likeliest first; empty where only cues were read.
    """

    text: str
    masked: str
    drugs: tuple[DrugMention, ...]
    unknown: tuple[str, ...]
    classes: tuple[ClassMention, ...]
    aspects: tuple[str, ...]
    words: tuple[Word, ...]
    meanings: tuple[Meaning, ...]
    fits: Mapping[str, float] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)

    @property
    def doubt(self) -> float:
        """How likely it is that not the first aspect is asked about; 0 where only cues were read."""
        return 1.0 - max(self.shares.values()) if self.shares else 0.0

    def with_shares(self, adapter: QueryAdapter, vector: NDArray[np.float32]) -> Reading:
        """The reading with what the adapter makes of the vector of `masked`; the likely aspects come first.

        An aspect that it does not know is asked about if its cues say so.
        """
        sure = [name for name, fit in self.fits.items() if fit == 1.0 and name not in adapter.aspects]
        if sure:
            return replace(self, shares={sure[0]: 1.0}, aspects=tuple(sure))
        shares = adapter.shares(vector, self.fits)
        likely = [name for name, share in shares.items() if share >= _LIKELY]
        return replace(self, shares=shares, aspects=tuple(dict.fromkeys((*likely, *self.aspects))))


def read_question(
    query: Query,
    lexicon: DrugLexicon,
    classes: DrugClasses,
    aspects: AspectTable,
    unread: Callable[[str], tuple[str, ...]] | None = None,
) -> Reading:
    """What a query asks; drugs and aspects given with it are taken as they are.

    Args:
        query: the question and what is known of it.
        lexicon: which medicines are held, and under which names.
        classes: the classes of medicines.
        aspects: what may be asked.
        unread: finds names that were not read, in a text without a medicine.
    """
    resolved = lexicon.resolve(query.text) if query.drugs is None else Resolution(query.drugs, ())
    drugs, unknown = resolved
    if not drugs and query.drugs is None and unread is not None:
        unknown = unread(query.text) or unknown
    drug_spans = [(drug.start, drug.end) for drug in drugs if query.text[drug.start : drug.end] == drug.mention]
    drug_spans += [span for word in unknown for span in _spans_of(query.text, word)]
    named = tuple(one for one in classes.mentions(query.text) if spans_free(drug_spans, one.start, one.end))
    n_drugs = len({drug.ingredients or drug.candidates for drug in drugs}) + len(unknown)
    if named and JOINING.search(query.text) is not None:
        n_drugs += len({one.name for one in named})
    words = content_words(query.text, drug_spans)
    fits = aspects.fits(query.text, drug_spans) if query.aspects is None else {}
    # Of two medicines together, or of none, the rules know better: the adapter has learned from questions of one.
    is_of_one = n_drugs == 1
    return Reading(
        text=_rename(query.text, drugs),
        masked=mask(query.text, drug_spans, MASK),
        drugs=drugs,
        unknown=unknown,
        classes=named,
        aspects=aspects.resolve(query.text, n_drugs, drug_spans, fits) if query.aspects is None else query.aspects,
        words=tuple(words),
        meanings=meanings_of(words),
        fits=fits if is_of_one else {},
    )


def _spans_of(text: str, word: str) -> list[tuple[int, int]]:
    pattern = r"\W+".join(re.escape(part) for part in name_key(word))
    return [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)] if pattern else []


def _rename(text: str, drugs: Iterable[DrugMention]) -> str:
    for drug in sorted(drugs, key=lambda one: -one.start):
        if drug.ingredients and text[drug.start : drug.end] == drug.mention:
            text = f"{text[: drug.start]}{' and '.join(drug.ingredients)}{text[drug.end :]}"
    return text
