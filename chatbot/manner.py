"""How a label sentence is made, whatever it is about: does it lean on another, report a study, only send elsewhere?

All functions take the sentence in lower case. Knows words, no medicine and no question.
"""

from __future__ import annotations

import re
from typing import Final

_LEANING: Final = re.compile(
    r"^(?:other|also|in addition|additional(?:ly)?|these|this|such|those|it|they|however|therefore|thus|similarly"
    r"|for example|in comparison|moreover|the (?:same|latter|above|increases?|differences?|results?|ranges?)|both)\b"
)
_POINTING: Final = re.compile(
    r"^(?:(?:they|them|those|their|he|she|such|its)\b"
    r"|this\b(?! (?:medicines?|medications?|drugs?|products?|preparation|leaflet|guide|label|insert|section))"
    r"|these\b(?! (?:medicines?|medications?|drugs?|products?|tablets|capsules|highlights|instructions))"
    r"|(?:however|therefore|thus|hence|consequently|moreover|furthermore|nevertheless|otherwise|for example"
    r"|in (?:this|these|that|such) |for (?:this|these|that|such) |the (?:latter|former|same|above)\b)"
    r"|it\b(?! (?:is|was|has been|may be|might be|can be|should be|would be|must be|will be)"
    r"(?: also| still| therefore)?(?: not)?(?: yet| always| very| highly| often| usually| generally)? (?:been )?"
    r"(?:known|unknown|important|recommended"
    r"|possible|advisable|advised|best|essential|necessary|imperative|preferable|desirable|prudent|appropriate|suggested"
    r"|reported|noted|emphasi[sz]ed|considered|stated|estimated|believed|thought|expected|remembered|recogni[sz]ed"
    r"|unclear|unlikely|likely|established|good|useful|helpful|safe to|okay to|ok to|critical|vital|difficult|common)"
    r"| (?:seems|appears|takes|follows) ))"
)
"""How a sentence opens that means nothing without the one before it; "it is not known" is none."""
_STUDY: Final = re.compile(
    r"\b(?:prospective|retrospective|cohort|case[- ]control|randomi[sz]ed|double-blind|open-label|relapse|n ?= ?\d+"
    r"|healthy (?:[a-z]+ (?:and [a-z]+ )?)?(?:subjects|volunteers)|study followed"
    r"|(?:were|patients|subjects) (?:enrolled|followed|exposed|received)"
    r"|web appendix|\bepoc\b|before-after|systematic review|(?:studies|study) (?:was|were|met|did)\b"
    r"|meta-analys[ei]s|95% ci|confidence interval|trials? (?:were )?conducted|-year[- ]old (?:male|female))\b"
)
_BOILERPLATE: Final = re.compile(
    r"\b(?:manufactured|distributed|packaged|marketed|repackaged) (?:by|for)\b|^what to do (?:if|when)\b"
    r"|^(?:please )?read (?:the|this|all)\b|to report (?:suspected|side effects|adverse)|may report side effects"
    r"|medical advice about side effects|^keep a list|^show it to|approved by the|these are not all the"
    r"|this (?:leaflet|guide|medication guide) (?:does not|summari[sz]es)|what is the most important information"
    r"|\b(?:discussed|described) (?:elsewhere|in (?:greater|more) detail)\b"
    r"|^see (?:the )?full prescribing information\b"
    r"|^for (?:more|additional) (?:information|details|guidance)\b"
    r"|(?:guidance|information|details)\b.{0,60}\bcan be found"
    r"|^ask your (?:doctor|pharmacist) (?:or pharmacist )?(?:for more information"
    r"|if you (?:have any questions|are not sure))"
)
_TOGETHER: Final = re.compile(
    r"concomitant|co-?administ|combin|together|concurrent|receiving|\btaking\b|\buse (?:of|with)\b|given with|interact"
    r"|taken with|\bavoid\b|contraindicated"
)
_HELP: Final = re.compile(
    r"\bstop (?:taking|using|use)\b|\bstop [a-z-]+ and\b|call (?:your|a|the) (?:doctor|healthcare provider)"
    r"|get (?:emergency|medical) help"
)


def leans(sentence: str) -> bool:
    """Whether it opens with a word that points to a sentence before it ("These patients…")."""
    return _LEANING.match(sentence) is not None


def points_back(sentence: str) -> bool:
    """Whether it can not be read without the sentence before it ("They should be stopped.", "However, …")."""
    return _POINTING.match(sentence) is not None


def talks_of_a_study(sentence: str) -> bool:
    """Whether it tells how a study was made or what befell its subjects."""
    return _STUDY.search(sentence) is not None


def is_boilerplate(sentence: str) -> bool:
    """Whether it is about the leaflet, the manufacturer or the reporting line and answers nothing."""
    return _BOILERPLATE.search(sentence) is not None


def says_when_to_call(sentence: str) -> bool:
    """Whether it tells the reader to stop, to call a doctor or to get help."""
    return _HELP.search(sentence) is not None


def speaks_of_taking_together(sentence: str) -> bool:
    """Whether it is about medicines given with each other."""
    return _TOGETHER.search(sentence) is not None
