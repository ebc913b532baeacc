"""Words that look like a medicine nobody holds: by their stem, or by where they stand in the question.

Stems are those of international nonproprietary names (WHO "stem book") that few other words end in. A
made-up medicine must come out as unknown, so that nothing is answered from another one's label.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Final

from knowledge_base.common_words import edits_to_common, is_common
from knowledge_base.words import Word, word_set

_STEM: Final = re.compile(
    r"^\w{2,}(?:pril|sartan|olol|statin|mab|tinib|anib|enib|ciclib|parib|zomib|degib|cillin|mycin|micin|floxacin|cycline|penem|"
    r"conazole|nidazole|prazole|oxetine|triptyline|gliptin|gliflozin|glutide|natide|vir|vudine|xaban|gatran|grel|"
    r"zepam|zolam|barbital|setron|triptan|gepant|lukast|tidine|semide|thiazide|dipine|zosin|caine|curium|"
    r"platin|rubicin|taxel|trexate|dronate|fenac|profen|oxicam|coxib|fylline|terol|sone|solone|onide|"
    r"ezumab|nersen|leucel|(?:ner|ata|lata|ber|lo)cept|kinra|parin|plase|fibrate|glitazone|gabalin|racetam|peridol|piprazole|"
    r"apine|idone|azine|orphan|codone|morphone|stigmine|tropium|nacin|lutamide|relix|tadine|astine|trizine)$"
)
_ILLNESS: Final = re.compile(
    r"(?:itis|osis|oses|emia|aemia|opathy|plasia|oma|omas|algia|uria|penia|rrhea|ectomy|otomy|oscopy|ology|phobia|plegia|"
    r"trophy|iasis|ism|edema|cardia|tension|ness|tion|sion|ment|ship|ity|ing|ly|ful|less|able|ible|ally|ence|ance)$"
)
_PASS_OVER: Final = word_set(
    """
    the a an my your his her our their some any this that taking using called named drug medicine medication
    generic
    """
)
_BEFORE: Final = word_set(
    """
    take taking took taken takes use using used on with is does do can prescribed prescribe give given giving
    dose started start starting stop stopping stopped and or vs versus plus about without while mix mixing
    combine between than into to was are has will much many
    """
)
_OF: Final = word_set(
    """
    dose doses dosage dosing effect effects overdose interactions interaction safety use uses mechanism action
    half life warning warnings contraindications storage ingredients pharmacokinetics mg milligrams tablets
    pills capsules amount much many purpose benefits risks generic brand price side adverse reactions class
    stopping missed maximum max mcg units
    """
)
_AFTER: Final = word_set(
    """
    side dose dosage dosing doses tablet tablets capsule capsules pill pills mg mcg interaction interactions
    overdose injection injections cream ointment gel syrup inhaler patch drops xr er sr cr warnings warning
    contraindications uses safe and with vs or pregnancy breastfeeding prescription mechanism indications work
    works used label boxed black adverse storage
    """
)
_MIN_CHARS: Final = 5


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
    for place in sorted(free):
        word = words[place].text
        if len(word) < _MIN_CHARS or not word.isalpha() or is_common(word):
            continue
        stem = looks_like_medicine(word)
        slip = 1 if len(word) < 8 else 2
        if edits_to_common(word, slip) <= slip and not (stem and len(word) > 8):
            continue
        if not stem and (is_text_word(word) or _ILLNESS.search(word)):
            continue
        if stem or _in_slot([one.text for one in words], place, n_known):
            found.append(words[place])
    return found


def _in_slot(words: Sequence[str], place: int, n_known: int) -> bool:
    before = place - 1
    while before >= 0 and words[before] in _PASS_OVER:
        before -= 1
    previous = words[before] if before >= 0 else ""
    following = words[place + 1] if place + 1 < len(words) else ""
    earlier = words[max(0, before - 3) : before]
    if previous in ("of", "for", "to", "from", "in") and any(word in _OF for word in earlier):
        return True
    if n_known:
        return previous in {"with", "and", "plus", "vs", "versus", "or"} or following in {"with", "and", "plus", "vs"}
    return previous in _BEFORE or following in _AFTER or len(words) <= 2
