"""Words that look like a medicine nobody holds: by their stem, or by where they stand in the question.

Stems are those of international nonproprietary names (WHO "stem book") that few other words end in. A
made-up medicine must come out as unknown, so that nothing is answered from another one's label.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Final

from knowledge_base.common_words import edits_to_common, is_common
from knowledge_base.name_slots import ends_like_illness, in_drug_slot, in_illness_slot
from knowledge_base.words import Word

_STEM: Final = re.compile(
    r"^\w{2,}(?:pril|sartan|olol|statin|mab|tinib|anib|enib|ciclib|parib|zomib|degib|cillin|mycin|micin|floxacin|cycline|penem|"
    r"conazole|nidazole|prazole|oxetine|triptyline|gliptin|gliflozin|glutide|natide|vir|vudine|xaban|gatran|grel|"
    r"zepam|zolam|barbital|setron|triptan|gepant|lukast|tidine|semide|thiazide|dipine|zosin|caine|curium|"
    r"platin|rubicin|taxel|trexate|dronate|fenac|profen|oxicam|coxib|fylline|terol|sone|solone|onide|"
    r"ezumab|nersen|leucel|(?:ner|ata|lata|ber|lo)cept|kinra|parin|plase|fibrate|glitazone|gabalin|racetam|peridol|piprazole|"
    r"apine|idone|azine|orphan|codone|morphone|stigmine|tropium|nacin|lutamide|relix|tadine|astine|trizine)$"
)
_MIN_CHARS: Final = 5
_JOINERS: Final = frozenset({"and", "or", "plus"})
_PARTNERS_APART: Final = 3
"""Words between a joiner and the medicine on its other side: "ibuprofen 200 mg and ..."."""


def looks_like_medicine(word: str) -> bool:
    """Whether a folded word ends like the generic name of a medicine."""
    return len(word) >= 7 and _STEM.match(word) is not None


def unknown_words(
    words: Sequence[Word], free: Collection[int], n_known: int, is_text_word: Callable[[str], bool]
) -> list[Word]:
    """The words among `free` (places in `words`) that stand for a medicine we do not know.

    Args:
        words: the question's words.
        free: places of words that no medicine, class or misspelling has taken.
        n_known: how many medicines the question names that are held.
        is_text_word: whether the knowledge base's own texts use a word.
    """
    found = []
    texts = [word.text for word in words]
    for place in sorted(free):
        word = texts[place]
        if len(word) < _MIN_CHARS or not word.isalpha() or is_common(word):
            continue
        stem = looks_like_medicine(word)
        slip = 1 if len(word) < 8 else 2
        if edits_to_common(word, slip) <= slip and not (stem and len(word) > 8):
            continue
        in_slot = not in_illness_slot(texts, place) and in_drug_slot(texts, place, beside_known=n_known > 0)
        if n_known > 0 and not stem and not _joins_known(texts, place, free):
            # "Which colorings and fillers are in ..." joins two words of the question, and no two medicines.
            continue
        if stem or (in_slot and not ends_like_illness(word) and not is_text_word(word)):
            found.append(words[place])
    return found


def _joins_known(texts: Sequence[str], place: int, free: Collection[int]) -> bool:
    """Whether what joins the word at a place to another has a medicine on its other side, if it only joins words."""
    before, after = place - 1, place + 1
    taken = [one for one in range(len(texts)) if one not in free]
    joined_before = before >= 0 and texts[before] in _JOINERS
    joined_after = after < len(texts) and texts[after] in _JOINERS
    if not joined_before and not joined_after:
        return True
    return any(
        (joined_before and before - _PARTNERS_APART <= one < before)
        or (joined_after and after < one <= after + _PARTNERS_APART)
        for one in taken
    )
