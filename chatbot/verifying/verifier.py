"""The verdict on each written sentence: by rule first, then by nearness and, where set up, by entailment.

A sentence and what it cites are embedded only where they share few words, a piece of evidence once an answer. Knows no
prompt, no store and no model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chatbot.injections import speaks_to_machine
from chatbot.types import Citation, Support
from chatbot.verifying.additions import addition_problem, covered
from chatbot.verifying.directions import direction_problem
from chatbot.verifying.entailment import Entails, Odds
from chatbot.verifying.frequencies import frequency_problem, hedge_problem
from chatbot.verifying.names import names_problem
from chatbot.verifying.negations import negation_problem
from chatbot.verifying.numbers import numbers_problem
from chatbot.verifying.places import place_problem
from chatbot.verifying.populations import population_problem
from chatbot.verifying.reply import WrittenSentence
from chatbot.verifying.roles import role_problem
from chatbot.verifying.words import Words, words_of

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

SUPPORTED_COSINE: Final = 0.6
PARTIAL_COSINE: Final = 0.45
_SAME_WORDS: Final = 0.7
"""From here on no cosine was below 0.75 (n = 792, the tuning half of `eval.grounding`, K-QA and MedHallu)."""
_MAX_LINK_WORDS: Final = 8
_NO_WORDS: Final = Words()
"""Nothing that a linking word could leave out."""
_MARKUP: Final = re.compile(r"\w+://\S+|www\.\S+|\]\(|<[/!a-zA-Z]|`")
_REFERENCE: Final = re.compile(
    r"\s*[\[(]\s*(?:please\s+)?(?:see|refer to)\b(?:[^\[\]()]|\([^()]*\))*[\])]"
    r"|\s*\(\s*\d+(?:\.\d+)?(?:\s*,\s*\d+(?:\.\d+)?)*\s*\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the evidence bears a sentence out, and if not, what is wrong."""

    support: Support
    problem: str = ""
    hostile: bool = False
    """Whether the sentence itself is an attempt on the reader or a program, so that not even its source is shown."""


class Verifier:
    """Checks the sentences of one answer against its evidence; safe to share between threads."""

    def __init__(
        self,
        evidence: Sequence[Citation],
        drug_names: Collection[str],
        embed: Embed | None = None,
        entails: Entails | None = None,
    ) -> None:
        """Read the evidence.

        Args:
            evidence: everything that was offered; `n` is the number in an id.
            drug_names: every medicine name the knowledge base knows, in lower case.
            embed: sentence embedder, L2-normalised; None leaves nearness unjudged.
            entails: a model of entailment; None leaves it unjudged.
        """
        self._offered = {one.n: one for one in evidence}
        self._drug_names = drug_names
        self._embed = embed
        self._entails = entails
        self._vectors: dict[int, NDArray[np.float32]] = {}

    def check(self, sentence: WrittenSentence) -> Verdict:
        """The verdict on one sentence against the evidence it cites."""
        if not sentence.cited or any(n not in self._offered for n in sentence.cited):
            return Verdict(support="unsupported", problem="cites no evidence that was given")
        cited = [self._offered[n] for n in sorted(sentence.cited)]
        text = sentence.text
        source_text = " . ".join(one.quote for one in cited)
        written, source, core = words_of(text), words_of(source_text), words_of(_REFERENCE.sub("", source_text))
        if problem := _markup_problem(text, source_text):
            return Verdict(support="unsupported", problem=problem, hostile=True)
        if any(one.quote == text for one in cited):
            return Verdict(support="supported")
        for problem in (*self._problems(text, cited, written, source, core), addition_problem(written, source)):
            if problem:
                return Verdict(support="unsupported", problem=problem)
        if is_quoted(text, cited):
            return Verdict(support="supported")
        verdict = self._meaning(sentence, written, source)
        if verdict.support == "supported" and (hedge := hedge_problem(written, core)):
            return Verdict(support="partial", problem=hedge)
        return verdict

    def is_link(self, choice: WrittenSentence, question: str) -> bool:
        """Whether words before a chosen sentence only link it: few, and each from the sentence or the question."""
        cited = [self._offered[n] for n in choice.cited if n in self._offered]
        written = words_of(choice.text)
        if not cited or not 0 < len(written.tokens) <= _MAX_LINK_WORDS or any(one.is_number for one in written.tokens):
            return False
        quotes = " . ".join(one.quote for one in cited)
        source = words_of(f"{quotes} . {question}")
        if _markup_problem(choice.text, quotes) or covered(written, source) < 1:
            return False
        return not any(self._problems(choice.text, cited, written, words_of(quotes), _NO_WORDS))

    def _problems(
        self, text: str, cited: Sequence[Citation], written: Words, source: Words, core: Words
    ) -> Iterator[str]:
        yield numbers_problem(written, source)
        yield names_problem(text, cited, self._drug_names)
        yield negation_problem(written, source, core)
        yield population_problem(written, source, core)
        yield frequency_problem(written, source)
        yield direction_problem(written, source)
        yield role_problem(written, source, self._drug_names)
        yield place_problem(written, source, self._drug_names)

    def _meaning(self, sentence: WrittenSentence, written: Words, source: Words) -> Verdict:
        if self._embed is None:
            return Verdict(support="supported")
        # Nothing is nearer than the same words, and telling so costs the embedder's time.
        cosine = 1.0 if _shared(written, source) >= _SAME_WORDS else self._nearness(self._embed, sentence)
        if cosine < PARTIAL_COSINE:
            return Verdict(support="unsupported", problem=f"far from the cited sentence (cosine {cosine:.2f})")
        if self._entails is not None:
            premise = " ".join(self._offered[n].quote for n in sorted(sentence.cited))
            return _by_entailment(self._entails.judge([(premise, sentence.text)])[0])
        if cosine >= SUPPORTED_COSINE:
            return Verdict(support="supported")
        return Verdict(support="partial", problem=f"only near the cited sentence (cosine {cosine:.2f})")

    def _nearness(self, embed: Embed, sentence: WrittenSentence) -> float:
        """The sentence's cosine with what it cites, the nearest piece or all together."""
        new = [n for n in sentence.cited if n not in self._vectors]
        vector, *rows = embed([sentence.text, *(self._offered[n].quote for n in new)])
        self._vectors.update(zip(new, rows, strict=True))
        cited = [self._vectors[n] for n in sentence.cited]
        joined = np.sum(cited, axis=0)
        return max(float(row @ vector) for row in (*cited, joined / np.linalg.norm(joined)))


def _shared(written: Words, source: Words) -> float:
    """The share of all their content words that both have (Jaccard), in [0, 1]."""
    return len(written.content & source.content) / max(1, len(written.content | source.content))


def is_quoted(text: str, cited: Sequence[Citation]) -> bool:
    """Whether a sentence stands word for word in one of its sources."""
    said = " ".join(text.split()).rstrip(".").lower()
    return any(said in " ".join(one.quote.split()).lower() for one in cited)


def _by_entailment(odds: Odds) -> Verdict:
    if odds.contradiction >= max(odds.entailment, odds.neutral):
        return Verdict(support="unsupported", problem=f"contradicts the cited sentence (odds {odds.contradiction:.2f})")
    if odds.entailment >= odds.neutral:
        return Verdict(support="supported")
    return Verdict(support="partial", problem=f"does not follow from the cited sentence (odds {odds.neutral:.2f})")


def _markup_problem(text: str, source: str) -> str:
    # An address in an answer can carry the question off; markup can make a page load it.
    for match in _MARKUP.finditer(text):
        if match.group() not in source:
            return "has an address or markup that is not in the cited sentence"
    return "speaks to a machine" if speaks_to_machine(text) else ""
