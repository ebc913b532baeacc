"""Does a sentence deny or forbid exactly what its source does, under the same conditions?"""

from __future__ import annotations

from typing import Final

from chatbot.verifying.markers import Marker, added, dropped, lexicon, overlap
from chatbot.verifying.words import Words

_NEGATIONS: Final = lexicon(
    ("not", r"neither|not only"),
    (
        "not",
        r"not|no|never|without|cannot|nor|none|\w+n't|avoid\w*|contraindicat\w*|prohibited|forbidden|refrain\w*|unsafe"
        r"|lack(?:s|ing)?|absence|fail(?:s|ed)? to",
    ),
)
_CONDITIONS: Final = lexicon(
    ("unless", r"unless|except|excluding|other than"),
    ("only", r"only|solely|exclusively"),
    ("until", r"until"),
    after=False,
)
_NEAR: Final = 0.34
"""A "not" belongs to a source's "not" if it shares at least a third of the words around it."""


def negation_problem(sentence: Words, source: Words, core: Words) -> str:
    """What is wrong with the sentence's "not", "only" and "unless"; empty if nothing is.

    Args:
        sentence: what was written.
        source: the cited sentences.
        core: the same without cross-references and headings in brackets.
    """
    mine, theirs = _NEGATIONS.find(sentence), _NEGATIONS.find(source)
    if mine and (not theirs or _stands_elsewhere(mine, theirs)):
        return "says 'not' where the cited sentence does not"
    if dropped(mine, _NEGATIONS.find(core), sentence.content):
        return "leaves out the 'not' of the cited sentence"
    conditions = _CONDITIONS.find(sentence)
    if (one := added(conditions, _CONDITIONS.find(source))) is not None:
        return f"says '{one.said}' where the cited sentence does not"
    if (one := dropped(conditions, _CONDITIONS.find(core), sentence.content)) is not None:
        return f"leaves out the '{one.said}' of the cited sentence"
    return ""


def _stands_elsewhere(mine: tuple[Marker, ...], theirs: tuple[Marker, ...]) -> bool:
    if len(mine) > len(theirs):
        return True
    return any(max(overlap(one.around, other.around) for other in theirs) < _NEAR for one in mine)
