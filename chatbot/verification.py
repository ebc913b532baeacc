"""Does the cited evidence say what the model wrote? Code decides, sentence by sentence.

Checked: the ids exist; every number stands with the same unit in the cited sentences; every medicine named is named
there; "not", words of frequency and of direction agree; the meaning is near (cosine of the sentence embeddings).
Knows no prompt, no store and no model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from chatbot.injections import speaks_to_machine
from chatbot.types import Citation, Support
from knowledge_base.unknown_drugs import looks_like_medicine

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

SUPPORTED_COSINE: Final = 0.6
PARTIAL_COSINE: Final = 0.45
_IDS: Final = re.compile(r"\[\s*(E\d+(?:\s*[,;]\s*E\d+)*)\s*\]")
_SENTENCE: Final = re.compile(
    r".+?\[\s*E\d+(?:\s*[,;]\s*E\d+)*\s*\](?:\s*\[\s*E\d+\s*\])*[.!]?|\S[^\[\]]*?[.!?](?=\s|$)", re.S
)
_NUMBER: Final = re.compile(
    r"(?<![\w.])(?P<n>\d[\d,]*(?:\.\d+)?)[\s-]*(?P<unit>%|percent|mg/kg|mg/day|mcg|[\u00b5\u03bc]g|kg|micrograms?|mg|milligrams?|g|grams?|ml|milliliters?"
    r"|units?|iu|meq|mmol|years?|months?|weeks?|days?|hours?|minutes?|times|tablets?|capsules?|puffs?|doses?|°?\s?[cf]\b)?",
    re.IGNORECASE,
)
_UNITS: Final = {
    "percent": "%",
    "milligram": "mg",
    "microgram": "mcg",
    "\u00b5g": "mcg",
    "\u03bcg": "mcg",
    "gram": "g",
    "milliliter": "ml",
}
_NUMBER_WORDS: Final = {
    word: str(value)
    for value, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], start=1
    )
}
_WORD: Final = re.compile(r"[a-z]{4,}")
_MARKUP: Final = re.compile(r"\w+://\S+|www\.\S+|\]\(|<[/!a-zA-Z]|`")
_SCREEN_MARK: Final = re.compile(r"\[\s*\d+(?:\s*[,;-]\s*\d+)*\s*\]")
"""A number in brackets would be shown as a citation that nobody checked."""
_NEGATION: Final = re.compile(
    r"\b(?:not|no|never|without|cannot|can't|don't|doesn't|shouldn't|isn't|aren't|nor|neither|avoid\w*|contraindicat\w*|unsafe)\b",
    re.IGNORECASE,
)
_FREQUENCY: Final = {
    "rare": re.compile(r"\b(?:rare(?:ly)?|uncommon(?:ly)?|infrequent(?:ly)?|seldom|isolated)\b", re.I),
    "common": re.compile(r"\b(?:(?<!un)common(?:ly)?|frequent(?:ly)?|often|most|usual(?:ly)?)\b", re.I),
    "always": re.compile(r"\b(?:always|all patients|every patient|everyone|guarantee[ds]?)\b", re.I),
    "safe": re.compile(r"\b(?:safe|safely|harmless)\b", re.I),
    "once": re.compile(r"\bonce\b|\b(?:one|1) time\b", re.I),
    "twice": re.compile(r"\btwice\b|\b(?:two|2) times\b", re.I),
    "daily": re.compile(r"\bdaily\b|\b(?:a|per|each|every) day\b|/day\b", re.I),
    "weekly": re.compile(r"\bweekly\b|\b(?:a|per|each|every) week\b|/week\b", re.I),
    "monthly": re.compile(r"\bmonthly\b|\b(?:a|per|each|every) month\b|/month\b", re.I),
    "hourly": re.compile(r"\bhourly\b|\b(?:an|per|each|every) hour\b|/h(?:ou)?r?\b", re.I),
    "half": re.compile(r"\bhal(?:f|ve[ds]?|ving)\b", re.I),
    "double": re.compile(r"\bdoubl(?:e[ds]?|ing)\b", re.I),
}
_DIRECTIONS: Final = tuple(
    (re.compile(one, re.I), re.compile(other, re.I))
    for one, other in (
        (
            r"\b(?:more|greater|higher|longer|older) than\b|\babove\b",
            r"\b(?:less|fewer|lower|shorter|younger) than\b|\bbelow\b",
        ),
        (r"\b(?:increas|rais|elevat|potentiat)\w*", r"\b(?:decreas|reduc|lower|diminish)\w*"),
        (r"\bbefore\b|\bprior to\b", r"\bafter\b"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSentence:
    """A sentence of the model with the evidence numbers it cites; its text is without the markers."""

    text: str
    cited: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the evidence bears a sentence out, and if not, what is wrong."""

    support: Support
    problem: str = ""


def parse_sentences(reply: str) -> list[WrittenSentence]:
    """The sentences of a reply; one without ids has an empty `cited`."""
    found: list[WrittenSentence] = []
    for match in _SENTENCE.finditer(reply):
        cited = tuple(
            dict.fromkeys(int(one[1:]) for ids in _IDS.findall(match.group()) for one in re.findall(r"E\d+", ids))
        )
        text = re.sub(r"\s+([.,!?])", r"\1", " ".join(_SCREEN_MARK.sub("", _IDS.sub("", match.group())).split())).strip(
            " -*"
        )
        if text.strip(".!? "):
            found.append(WrittenSentence(text=text, cited=cited))
    return found


def verify(
    sentence: WrittenSentence, evidence: Sequence[Citation], drug_names: Collection[str], embed: Embed | None
) -> Verdict:
    """The verdict on one sentence against the evidence it cites.

    Args:
        sentence: what the model wrote.
        evidence: everything that was offered; `n` is the number in an id.
        drug_names: every medicine name the knowledge base knows, in lower case.
        embed: sentence embedder, L2-normalised; None leaves nearness unjudged.
    """
    offered = {one.n: one for one in evidence}
    if not sentence.cited or any(n not in offered for n in sentence.cited):
        return Verdict(support="unsupported", problem="cites no evidence that was given")
    cited = [offered[n] for n in sentence.cited]
    source = " ".join(one.quote for one in cited)
    for problem in (
        _markup_problem(sentence.text, source),
        _numbers_problem(sentence.text, source),
        _names_problem(sentence.text, cited, drug_names),
        _negation_problem(sentence.text, source),
        _frequency_problem(sentence.text, source),
        _direction_problem(sentence.text, source),
    ):
        if problem:
            return Verdict(support="unsupported", problem=problem)
    return _nearness(sentence.text, cited, embed)


def _nearness(text: str, cited: Sequence[Citation], embed: Embed | None) -> Verdict:
    if embed is None:
        return Verdict(support="supported")
    vectors = embed([text, *(one.quote for one in cited), " ".join(one.quote for one in cited)])
    cosine = float(np.max(vectors[1:] @ vectors[0]))
    if cosine >= SUPPORTED_COSINE:
        return Verdict(support="supported")
    if cosine >= PARTIAL_COSINE:
        return Verdict(support="partial", problem=f"only near the cited sentence (cosine {cosine:.2f})")
    return Verdict(support="unsupported", problem=f"far from the cited sentence (cosine {cosine:.2f})")


def _numbers(text: str) -> set[tuple[str, str]]:
    text = re.sub(r"\b(" + "|".join(_NUMBER_WORDS) + r")\b", lambda m: _NUMBER_WORDS[m[1].lower()], text, flags=re.I)
    found = set()
    for match in _NUMBER.finditer(text):
        unit = (match["unit"] or "").lower().replace(" ", "").replace("°", "")
        unit = unit.removesuffix("s") if len(unit) > 2 else unit
        found.add((match["n"].replace(",", "").rstrip("."), _UNITS.get(unit, unit)))
    return found


def _markup_problem(text: str, source: str) -> str:
    # An address in an answer can carry the question off; markup can make a page load it.
    for match in _MARKUP.finditer(text):
        if match.group() not in source:
            return "has an address or markup that is not in the cited sentence"
    return "speaks to a machine" if speaks_to_machine(text) else ""


def _numbers_problem(text: str, source: str) -> str:
    held = _numbers(source)
    bare = {number for number, _ in held}
    for number, unit in sorted(_numbers(text)):
        if (number, unit) not in held and (unit or number not in bare):
            return f"{number} {unit} is not in the cited sentence".replace("  ", " ")
    return ""


def _names_problem(text: str, cited: Sequence[Citation], drug_names: Collection[str]) -> str:
    # Whole words: "ephedrine" is not borne out by "pseudoephedrine".
    held = {
        word
        for one in cited
        for said in (one.quote, *one.passage.document.ingredients, *one.passage.document.brands)
        for word in _WORD.findall(said.lower())
    }
    for word in dict.fromkeys(_WORD.findall(text.lower())):
        if word not in held and (word in drug_names or looks_like_medicine(word)):
            return f"{word} is not in the cited sentence"
    return ""


def _negation_problem(text: str, source: str) -> str:
    mine, theirs = bool(_NEGATION.search(text)), bool(_NEGATION.search(source))
    if mine and not theirs:
        return "says 'not' where the cited sentence does not"
    if theirs and not mine and len(re.findall(r"[.!?](?:\s|$)", source)) <= 1:
        return "leaves out the 'not' of the cited sentence"
    return ""


def _direction_problem(text: str, source: str) -> str:
    for pair in _DIRECTIONS:
        for one, other in (pair, pair[::-1]):
            if one.search(text) and not one.search(source) and other.search(source) and not other.search(text):
                return "turns round what the cited sentence says"
    return ""


def _frequency_problem(text: str, source: str) -> str:
    for name, pattern in _FREQUENCY.items():
        if pattern.search(text) and not pattern.search(source):
            return f"says '{name}' where the cited sentence does not"
    return ""
