"""Where in a question a medicine's name stands, and where an illness's does.

The words around a name tell the two apart: "a dose of ...", "on ... since May"; "... syndrome", "is ...
inherited". Knows no names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from knowledge_base.words import word_set

_PASS_OVER: Final = word_set(
    """
    the a an my your his her our their some any this that taking using called named drug medicine medication
    generic
    """
)
_BEFORE: Final = word_set(
    """
    take taking took taken takes use using used on prescribed prescribe give given giving
    dose started start starting stop stopping stopped vs versus plus without mix mixing
    combine much many
    """
)
_MAYBE_BEFORE: Final = word_set("with does do can and or about while between than into to has will should is was")
"""Before anything; before a medicine where the question also speaks as people speak of medicines."""
_OF_MEDICINES: Final = word_set(
    """
    take taking taken took dose doses dosage mg mcg tablet tablets pill pills capsule capsules medicine medicines
    medication medications drug drugs effects interact interacts interaction interactions mix mixed combine
    prescribed prescription safe overdose alcohol food empty cause causes make raise raises lower lowers help helps
    work works used stay system expire addictive drowsiness sleepy generic label
    """
)
_OF: Final = word_set(
    """
    dose doses dosage dosing effect effects overdose interactions interaction safety use uses mechanism action
    half life warning warnings contraindications storage ingredients pharmacokinetics mg milligrams tablets
    pills capsules amount much many purpose benefits risks generic brand price side adverse reactions class
    stopping missed maximum max mcg units adjustment
    """
)
_OWN: Final = word_set("my his her their your our")
_AFTER: Final = word_set(
    """
    side dose dosage dosing doses tablet tablets capsule capsules pill pills mg mcg interaction interactions
    overdose injection injections cream ointment gel syrup inhaler patch drops xr er sr cr warnings warning
    contraindications uses safe vs pregnancy breastfeeding prescription mechanism indications work
    works used label boxed black adverse storage
    """
)
_ILLNESS: Final = word_set(
    """
    syndrome syndromes disease diseases disorder disorders deficiency deficiencies dysplasia dystrophy
    degeneration cancer cancers tumor tumors tumour tumours anomaly anomalies malformation malformations palsy
    atrophy fever infection infections inherited sign lesion lesions cyst cysts defect defects virus
    """
)
_ILLNESS_ENDING: Final = re.compile(
    r"(?:itis|osis|oses|emia|aemia|opathy|plasia|oma|omas|algia|uria|penia|rrhea|ectomy|otomy|oscopy|ology|phobia|plegia|"
    r"trophy|iasis|ism|edema|cardia|tension|ness|tion|sion|ment|ship|ity|ing|ly|ful|less|able|ible|ally|ence|ance)$"
)
_OF_ILLNESS: Final = re.compile(
    r"\b(?:symptoms of|(?:is|being) done for|outlook for|complications of|risk for|treatments? for|diagnos\w+"
    r"|genetic changes related to|people (?:with|are affected by)|see a doctor for|prevent|causes) (?:the )?$"
)
_SHORT: Final = 4
"""Words of a question that asks of nothing but a name: "what about ..."."""
_REACH: Final = 3
"""Words between a name and the word that says what it is: "GRACILE bone dysplasia"."""


def in_drug_slot(words: Sequence[str], place: int, *, beside_known: bool) -> bool:
    """Whether the word at a place stands where a medicine's name does.

    Args:
        words: the question's folded words.
        place: which of them.
        beside_known: the question names a medicine that is held; then only its partner is looked for.
    """
    before = place - 1
    while before >= 0 and words[before] in _PASS_OVER:
        before -= 1
    previous = words[before] if before >= 0 else ""
    following = words[place + 1] if place + 1 < len(words) else ""
    earlier = words[max(0, before - 3) : before]
    if previous in ("of", "for", "to", "from", "in") and any(word in _OF for word in earlier):
        return True
    if beside_known:
        return previous in {"with", "and", "plus", "vs", "versus", "or"} or following in {"with", "and", "plus", "vs"}
    if previous in _BEFORE or following in _AFTER or len(words) <= 2:
        return True
    is_last = place == len(words) - 1
    if is_last and (previous == "is" or (previous == "about" and len(words) <= _SHORT)):
        return True
    return previous in _MAYBE_BEFORE and not _OF_MEDICINES.isdisjoint(words)


def is_owned(words: Sequence[str], place: int) -> bool:
    """Whether a word is somebody's: "I forgot my ..."."""
    return place > 0 and words[place - 1] in _OWN


def in_illness_slot(words: Sequence[str], place: int) -> bool:
    """Whether the word at a place is part of an illness's name."""
    if _ILLNESS.intersection(words[place + 1 : place + 1 + _REACH]):
        return True
    return _OF_ILLNESS.search(" ".join(words[max(0, place - 5) : place]) + " ") is not None


def ends_like_illness(word: str) -> bool:
    """Whether a folded word ends as illnesses, findings and plain English words do ("hemangioma")."""
    return _ILLNESS_ENDING.search(word) is not None
