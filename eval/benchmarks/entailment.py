"""Does evidence support a claim, refute it, or neither? The program's own check of sentences, used as a judge.

It is a rule judge: numbers, names, "not", frequency and direction must agree and the meaning must be near (cosine of
MiniLM). What it calls refuted is near the evidence and differs in a "not". It knows no world and no synonyms, so its
verdicts are shown with their agreement with people (`healthver`, `kqa`), never alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from chatbot.types import Citation
from chatbot.verifying.reply import WrittenSentence
from chatbot.verifying.verifier import PARTIAL_COSINE, Verifier
from eval.benchmarks.stance import sentences_of
from eval.judges import Entailment
from knowledge_base.medicine_table import medicine_table
from knowledge_base.types import DocumentInfo, Passage
from knowledge_base.words import folded_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from knowledge_base.embedder import Embedder

_N_NEAR: Final = 3
"""Sentences of the evidence that are held against a claim one by one: the nearest ones."""
_N_EMBEDDED: Final = 8
"""Those that share most words with the claim are embedded; the rest is hardly the nearest."""
_MAX_READ: Final = 80
_NOT: Final = re.compile(r"\b(?:not|no|never|without|cannot|\w+n't|nor|neither|lack|fail(?:s|ed)?|unlikely)\b", re.I)


class RuleJudge:
    """The rule judge with one embedder, for the claims on one item: it remembers the vectors of their evidence."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def judge(self, evidence: Sequence[str], claim: str) -> Entailment:
        """The verdict on one claim against some texts."""
        claim = " ".join(claim.split())
        sentences = _sharing_most(sentences_of(evidence)[:_MAX_READ], claim)
        if not sentences or not claim:
            return "neutral"
        vector = self._embedder.embed_queries([claim])[0]
        cosines = dict(zip(sentences, (self._embed(sentences) @ vector).tolist(), strict=True))
        near = sorted(sentences, key=lambda one: -cosines[one])[:_N_NEAR]
        written = WrittenSentence(text=claim, cited=(1,))
        held = [
            Verifier([_citation(one)], _drug_names(), self._embed).check(written).support == "supported" for one in near
        ]
        if held[0]:
            return "supports"
        # What the nearest sentence denies is refuted, whatever a sentence further off seems to say.
        turned = bool(_NOT.search(claim)) is not bool(_NOT.search(near[0]))
        if turned and cosines[near[0]] >= PARTIAL_COSINE:
            return "refutes"
        return "supports" if any(held) else "neutral"

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        if new := [one for one in dict.fromkeys(texts) if one not in self._vectors]:
            self._vectors.update(zip(new, self._embedder.embed_passages(new), strict=True))
        return np.stack([self._vectors[text] for text in texts])


def _sharing_most(sentences: Sequence[str], claim: str) -> list[str]:
    words = frozenset(folded_words(claim))
    return sorted(sentences, key=lambda one: -len(words.intersection(folded_words(one))))[:_N_EMBEDDED]


@cache
def _drug_names() -> frozenset[str]:
    return frozenset(medicine_table().ingredients)


def _citation(text: str) -> Citation:
    info = DocumentInfo(id="evidence", source_path="", format="text", kind="other", title="", sha256="")
    passage = Passage(
        id="evidence#1",
        number=1,
        document=info,
        kind="other",
        section_code=None,
        section_title="",
        section_path=(),
        start=0,
        end=len(text),
        text=text,
    )
    return Citation(n=1, passage=passage, quote=text, quote_start=0, quote_end=len(text))
