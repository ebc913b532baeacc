"""Does a sentence say as often, as surely and as strongly as its source: "rarely", "daily", "may", "at least"?"""

from __future__ import annotations

from typing import Final

from chatbot.verifying.markers import added, dropped, exchanged, lexicon, moved
from chatbot.verifying.words import Words

_OFTEN: Final = lexicon(
    ("rare", r"rare(?:ly)?|uncommon(?:ly)?|infrequent(?:ly)?|seldom|isolated|unusual(?:ly)?"),
    ("common", r"common(?:ly)?|frequent(?:ly)?|often|most|usual(?:ly)?|generally"),
    ("sometimes", r"sometimes|occasional(?:ly)?"),
    ("always", r"always|all patients|every patient|everyone|guarantee[ds]?|invariably|certainly|definitely"),
    ("continuous", r"continuous(?:ly)?|constantly"),
    ("periodic", r"periodic(?:ally)?|regular(?:ly)?"),
    ("safe", r"safe|safely|harmless"),
)
_HOW_MANY: Final = lexicon(
    ("once", r"once|1 time"),
    ("twice", r"twice|2 times"),
    ("daily", r"daily|(?:a|per|each|every) day|/ day"),
    ("weekly", r"weekly|(?:a|per|each|every) week|/ week"),
    ("monthly", r"monthly|(?:a|per|each|every) month|/ month"),
    ("yearly", r"yearly|annual(?:ly)?|(?:a|per|each|every) year"),
    ("hourly", r"hourly|(?:an|per|each|every) hour|/ h(?:ou)?r?"),
    ("other day", r"every other|alternate"),
    ("half", r"hal(?:f|ve[ds]?|ving)"),
    ("double", r"doubl(?:e[ds]?|ing)"),
    ("triple", r"tripl(?:e[ds]?|ing)"),
    ("single", r"single"),
)
_BOUNDS: Final = lexicon(
    ("at most", r"at most|no more than|not more than|up to|not (?:to )?exceed(?:ing)?|maximum|maximal"),
    ("at least", r"at least|no less than|not less than|minimum|minimal|or more"),
)
_SURE: Final = lexicon(("will", r"will(?! be (?:used|given))|sure to|bound to"))
_MAY: Final = lexicon(("may", r"may|might|can|could|possib(?:le|ly)|potential(?:ly)?"))
_OUGHT: Final = lexicon(("must", r"should|must|shall|(?:is|are) to be|need(?:s|ed)?|requir\w+|recommend\w*|necessary"))
_MARGIN: Final = 0.3


def frequency_problem(sentence: Words, source: Words) -> str:
    """What is wrong with how often or how surely the sentence says it; empty if nothing is."""
    for kind in (_OFTEN, _HOW_MANY, _BOUNDS):
        mine, theirs = kind.find(sentence), kind.find(source)
        if (one := added(mine, theirs)) is not None:
            return f"says '{one.said}' where the cited sentence does not"
        if (one := exchanged(mine, theirs) or moved(mine, theirs, _MARGIN)) is not None:
            return f"says '{one.said}' in another place than the cited sentence"
    may, may_be = _MAY.find(sentence), _MAY.find(source)
    if may_be and not may and added(_SURE.find(sentence), _SURE.find(source)) is not None:
        return "is sure of what the cited sentence calls possible"
    if may and not may_be and _OUGHT.find(source) and not _OUGHT.find(sentence):
        return "allows what the cited sentence demands"
    return ""


def hedge_problem(sentence: Words, source: Words) -> str:
    """Whether "may" or "rarely" of the source is missing, which makes a sentence say more than it may; else empty."""
    for kind in (_MAY, _OFTEN):
        mine, theirs = kind.find(sentence), kind.find(source)
        if not mine and (one := dropped(mine, theirs, sentence.content)) is not None and one.value in {"may", "rare"}:
            return f"leaves out the '{one.said}' of the cited sentence"
    return ""
