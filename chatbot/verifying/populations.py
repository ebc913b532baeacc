"""Does a sentence speak of the same people as its source: age, sex, pregnancy, kidneys, liver?"""

from __future__ import annotations

from typing import Final

from chatbot.verifying.markers import dropped, exchanged, lexicon, moved
from chatbot.verifying.words import Words

_AGES: Final = lexicon(
    (
        "elderly",
        r"older (?:patients?|people|persons?|adults?|individuals?|men|women)|elderly|geriatrics?|seniors?|old age",
    ),
    ("newborn", r"newborns?|neonat(?:es?|al)|premature|preterm"),
    ("infant", r"infants?|bab(?:y|ies)|toddlers?"),
    ("adolescent", r"adolescents?|teen(?:ager)?s?"),
    ("child", r"child(?:ren)?|p(?:a)?ediatrics?|kids?|boys?|girls?"),
    ("adult", r"adults?"),
)
_SEXES: Final = lexicon(
    ("pregnant", r"pregnan\w*|fetus|fetal|unborn|trimesters?"),
    ("nursing", r"breast-?fe(?:e)?d\w*|lactat\w*|nursing|human milk|breast milk"),
    ("women", r"wom[ae]n|females?|mothers?"),
    ("men", r"m[ae]n|males?"),
)
_ORGANS: Final = lexicon(
    ("renal", r"renal\w*|kidneys?|nephro\w*|creatinine|dialysis|hemodialysis"),
    ("hepatic", r"hepat\w*|liver|cirrho\w*"),
)
_IMPLIED: Final = frozenset(
    {("pregnant", "women"), ("nursing", "women"), ("newborn", "infant"), ("infant", "child"), ("adolescent", "child")}
)
"""(narrower, wider): a source that speaks of the first lets a sentence name the second beside it."""
_MARGIN: Final = 0.3


def population_problem(sentence: Words, source: Words, core: Words) -> str:
    """What is wrong with whom the sentence is about; empty if nothing is."""
    for kind in (_AGES, _SEXES, _ORGANS):
        mine, theirs = kind.find(sentence), kind.find(source)
        held, said = ({marker.value for marker in markers} for markers in (theirs, mine))
        for marker in mine:
            implied = any((value, marker.value) in _IMPLIED for value in held & said)
            if marker.value not in held and not implied:
                return f"speaks of '{marker.said}' where the cited sentence does not"
        if (one := exchanged(mine, theirs) or moved(mine, theirs, _MARGIN)) is not None:
            return f"speaks of '{one.said}' in another place than the cited sentence"
        if not said and (one := dropped((), kind.find(core), sentence.content)) is not None:
            return f"leaves out the '{one.said}' of the cited sentence"
    return ""
