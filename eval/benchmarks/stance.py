"""Does evidence say yes, no or maybe to a question? Rules, for systems that have no language model.

The end of each text decides, where a study's findings stand: a text denies if one of its last sentences does, and the
texts say no if more than a fifth of them deny. Both numbers and the cues were chosen on the questions of PubMedQA
outside its test split and on BioASQ 7 to 9. Knows no benchmark, and no meaning: it reads words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from chatbot.sentences import split_sentences

Stance = Literal["yes", "no", "maybe"]

_N_LAST: Final = 3
_SHARE: Final = 0.2
_DENIES: Final = re.compile(
    r"\b(?:no (?:significant|statistical\w*|difference\w*|association|correlation|relationship|effect|evidence|benefit"
    r"|impact|change|improvement|increase|role)|not (?:significant\w*|associated|correlate\w*|differ\w*|affect\w*"
    r"|improve\w*|increase\w*|reduce\w*|predict\w*|support\w*|found|recommended|effective|indicated|related|influence\w*)"
    r"|did(?:n't| not)|does(?:n't| not)|do not|failed to|neither|lack of|without (?:significant|any)|cannot|ineffective"
    r"|unlikely|(?:were|was) (?:similar|comparable|not)|(?:similar|comparable) (?:between|in both))\b",
    re.IGNORECASE,
)
_HEDGES: Final = re.compile(
    r"\b(?:unclear|uncertain|inconclusive|controversial|conflicting|mixed results|insufficient (?:evidence|data)"
    r"|(?:further|more) (?:stud(?:y|ies)|research|investigations?|trials?) (?:is|are|will be|may be)? ?(?:needed"
    r"|required|necessary|warranted)|remains? to be|not (?:yet )?(?:clear|known|established))\b",
    re.IGNORECASE,
)


def stance(texts: Sequence[str], allowed: Sequence[str]) -> Stance | None:
    """What the texts say to a question that can be answered yes or no; None where there is nothing to read.

    Args:
        texts: the evidence, a text for each source.
        allowed: the stances to choose from; without "maybe" a hedge counts as any other sentence.
    """
    ends = [end for text in texts if (end := _end(text))]
    if not ends:
        return None
    if "maybe" in allowed and any(_HEDGES.search(end) for end in ends):
        return "maybe"
    return "no" if sum(_DENIES.search(end) is not None for end in ends) > _SHARE * len(ends) else "yes"


def sentences_of(texts: Sequence[str]) -> list[str]:
    """The sentences of some texts in order, each once, headings left out."""
    spans = (text[one.start : one.end] for text in texts for one in split_sentences(text) if one.form != "heading")
    return list(dict.fromkeys(" ".join(span.split()) for span in spans))


def _end(text: str) -> str:
    return " ".join(sentences_of([text])[-_N_LAST:])
