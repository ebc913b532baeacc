"""Does a sentence turn round what its source says: more for less, before for after, mild for severe?"""

from __future__ import annotations

from typing import Final

from chatbot.verifying.markers import Lexicon, added, exchanged, lexicon, moved
from chatbot.verifying.words import Words

_OPPOSITES: Final[tuple[Lexicon, ...]] = (
    lexicon(
        ("less than", r"(?:less|fewer|lower|shorter|younger|smaller) than|below|under"),
        ("more than", r"(?:more|greater|higher|longer|older|larger) than|above|over|exceed\w*"),
    ),
    lexicon(
        ("up", r"increas\w*|rais\w*|rise[sn]?|elevat\w*|potentiat\w*|enhanc\w*|higher|greater|augment\w*|prolong\w*"),
        ("down", r"decreas\w*|reduc\w*|lower\w*|diminish\w*|less(?:en\w*)?|fall(?:s|en)?|fell|attenuat\w*|shorten\w*"),
    ),
    lexicon(("before", r"before|prior to|preced\w*"), ("after", r"after|following|post")),
    lexicon(
        ("stop", r"stop(?:s|ped|ping)?|discontinu\w*|withh\w+|withdraw\w*|interrupt\w*|cease\w*"),
        ("go on", r"continu(?:e[ds]?|ing|ation)|resum\w*|maintain\w*"),
    ),
    lexicon(
        ("mild", r"mild(?:ly|er)?|minor|slight(?:ly)?"),
        ("moderate", r"moderate(?:ly)?"),
        ("severe", r"severe(?:ly)?|serious(?:ly)?|severity"),
    ),
    lexicon(("inhibit", r"inhibit\w*|block\w*"), ("induce", r"induc\w*|stimulat\w*")),
    lexicon(("agonist", r"agonists?"), ("antagonist", r"antagonists?")),
    lexicon(("high", r"high(?:ly)?|hyper\w+"), ("low", r"low|hypo\w+")),
    lexicon(("likely", r"likely|probabl[ey]"), ("unlikely", r"unlikely|improbable")),
    lexicon(("better", r"better|improv\w*|superior"), ("worse", r"wors\w*|inferior|deteriorat\w*|exacerbat\w*")),
    lexicon(("gain", r"gain\w*"), ("loss", r"loss(?:es)?|lose|lost")),
    lexicon(("acute", r"acute(?:ly)?|short-term"), ("chronic", r"chronic(?:ally)?|long-term")),
    lexicon(
        ("slow", r"slow(?:ly|er)?|gradual(?:ly)?"), ("fast", r"fast(?:er)?|rapid(?:ly)?|abrupt(?:ly)?|quick(?:ly)?")
    ),
    lexicon(("effective", r"effective"), ("ineffective", r"ineffective")),
    lexicon(("first", r"first"), ("second", r"second"), ("third", r"third"), ("last", r"last|final")),
)
_CLOSED: Final[tuple[Lexicon, ...]] = (
    lexicon(
        ("oral", r"oral(?:ly)?|by mouth|swallow\w*"),
        ("intravenous", r"intravenous(?:ly)?|iv"),
        ("intramuscular", r"intramuscular(?:ly)?|im"),
        ("subcutaneous", r"subcutaneous(?:ly)?|under the skin"),
        ("topical", r"topical(?:ly)?"),
        ("rectal", r"rectal(?:ly)?"),
        ("sublingual", r"sublingual(?:ly)?"),
        ("inhaled", r"inhal\w*"),
    ),
    lexicon(
        ("without food", r"empty stomach|without food|before (?:a )?meals?|before eating"),
        ("with food", r"with (?:a )?(?:food|meals?)"),
    ),
    lexicon(("morning", r"mornings?"), ("evening", r"evenings?|bedtime|at night")),
)
"""Kinds in which a sentence may say nothing that its source does not."""
_MARGIN: Final = 0.3


def direction_problem(sentence: Words, source: Words) -> str:
    """What the sentence turns round; empty if nothing."""
    for kind in _OPPOSITES:
        mine, theirs = kind.find(sentence), kind.find(source)
        if theirs and (added(mine, theirs) or exchanged(mine, theirs) or moved(mine, theirs, _MARGIN)):
            return "turns round what the cited sentence says"
    for kind in _CLOSED:
        if (one := added(kind.find(sentence), kind.find(source))) is not None:
            return f"says '{one.said}' where the cited sentence does not"
    return ""
