"""From ranked candidates to the passages that are shown: no repeats, several sources, every medicine.

Pure; the order of equal scores is kept.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Final, NamedTuple

from knowledge_base.read_passages import ReadPassage
from knowledge_base.types import DocumentInfo, Passage

_PER_DOCUMENT: Final = 3
_FEW_DOCUMENTS: Final = 3
"""With so few documents to choose from there is nothing to make room for."""
_PER_SECTION: Final = 2
"""A long section does not push out the other places where a question is answered."""
_ALIKE_CHARS: Final = 0.7
"""The shorter of two repeats has at least this share of the other's characters; their medicine's names may differ."""
_CLEARLY_BETTER: Final = 0.3


_SPREAD: Final = 10
"""So many first places are shared among sections and among the words of a question."""
_SAME_SECTION_LOSS: Final = 0.8
"""What a further passage of a section already shown loses when nothing is known of what is asked."""
_DETAILED_DOUBT: Final = 0.5
"""A question of many words may need a second section however sure it is what the first one is."""
_NEW_WORDS: Final = 3.0
"""What a passage gains that alone has all the words a detailed question still waits for."""
_WAIT: Final = 2
"""So many passages of each other medicine, at most, come between two of the same."""


class Ranked(NamedTuple):
    """A passage, its score in one ranking, whether it names the other medicine, and which meanings of the question."""

    read: ReadPassage
    score: float
    names_other: bool = False
    says: frozenset[int] = frozenset()

    @property
    def passage(self) -> Passage:
        """The passage alone."""
        return self.read.passage


def interleave(rankings: Sequence[Sequence[Ranked]]) -> list[Ranked]:
    """One ranking of several: the best passage of each medicine, then by score, none waiting long for its next.

    One that names the other comes before one that does not; then the first named, unless another fits clearly better.
    """
    filled = [ranking for ranking in rankings if ranking]
    if len(filled) < 2:
        return list(filled[0]) if filled else []
    best = max(ranking[0].score for ranking in filled)
    filled.sort(key=lambda ranking: (not ranking[0].names_other, best - ranking[0].score > _CLEARLY_BETTER))
    merged: dict[int, Ranked] = {}
    left = [list(reversed(ranking)) for ranking in filled]
    due = list(range(len(left)))
    turn = 0
    while any(left):
        open_ = [one for one in range(len(left)) if left[one]]
        waiting = [one for one in open_ if turn >= due[one]]
        one = waiting[0] if waiting else max(open_, key=lambda one: left[one][-1].score)
        best_left = left[one].pop()
        merged.setdefault(best_left.passage.number, best_left)
        turn += 1
        due[one] = turn + _WAIT * (len(left) - 1)
    return list(merged.values())


def take_turns(rankings: Sequence[Sequence[Ranked]]) -> list[Ranked]:
    """One ranking in which the given ones take turns, each passage once."""
    merged: dict[int, Ranked] = {}
    for place in range(max(map(len, rankings), default=0)):
        for ranking in rankings:
            if place < len(ranking):
                merged.setdefault(ranking[place].passage.number, ranking[place])
    return list(merged.values())


def spread(ranked: Sequence[Ranked], doubt: float, detail: float = 0.0) -> list[Ranked]:
    """The first places given to different kinds of sections, and to passages that say what is not said yet.

    The very first stays first. After Carbonell and Goldstein's maximal marginal relevance (SIGIR 1998), with the
    section's code as likeness, and Santos, Macdonald and Ounis's xQuAD (WWW 2010), with the question's meanings as
    what is to be covered.

    Args:
        ranked: best first.
        doubt: how likely another section is asked for than the likeliest, in [0, 1].
        detail: how specific the question is, in [0, 1].
    """
    loss = _SAME_SECTION_LOSS * max(doubt, _DETAILED_DOUBT * detail)
    if loss <= 0 or not ranked:
        return list(ranked)
    gain = {meaning: _NEW_WORDS * detail * rarity for meaning, rarity in _rarities(ranked).items()}
    worth = [one.score for one in ranked]
    left = list(range(len(ranked)))
    first: list[int] = []
    while left and len(first) < _SPREAD:
        best = max(left, key=lambda place: worth[place] + sum(gain[one] for one in ranked[place].says)) if first else 0
        first.append(best)
        left.remove(best)
        gain.update(dict.fromkeys(ranked[best].says, 0.0))
        for place in left:
            if ranked[place].passage.section_code == ranked[best].passage.section_code:
                worth[place] -= loss
    return [ranked[place] for place in (*first, *left)]


def _rarities(ranked: Sequence[Ranked]) -> dict[int, float]:
    """For each meaning how few of the passages have it; together 1."""
    n_having = Counter(chain.from_iterable(one.says for one in ranked))
    rarities = {meaning: math.log((len(ranked) + 1) / n) for meaning, n in n_having.items()}
    total = sum(rarities.values())
    return {meaning: rarity / total for meaning, rarity in rarities.items()}


def select(ranked: Sequence[Ranked], k: int) -> list[Ranked]:
    """The first `k`, what is said twice once, few of one section, and of one document unless there are few documents.

    Of passages on the same medicines that repeat each other the best-dated source is kept, in the first one's place.
    """
    n_documents = len({one.passage.document.id for one in ranked})
    cap = _PER_DOCUMENT if n_documents > _FEW_DOCUMENTS else k
    counts: Counter[str] = Counter()
    of_section: Counter[tuple[str, tuple[str, ...]]] = Counter()
    chosen: list[Ranked] = []
    spare: list[Ranked] = []
    for one in _without_repeats(ranked):
        document = one.passage.document.id
        section = (document, one.passage.section_path)
        if counts[document] < cap and (not section[1] or of_section[section] < _PER_SECTION):
            counts[document] += 1
            of_section[section] += 1
            chosen.append(one)
        else:
            spare.append(one)
        if len(chosen) == k:
            break
    return [*chosen, *spare[: k - len(chosen)]]


def _without_repeats(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Each said once; only passages on the same medicines and with the same numbers can repeat each other."""
    kept: list[Ranked] = []
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[tuple[int, ReadPassage]]] = {}
    for one in ranked:
        info = one.passage.document
        # "Store below 25 C" of two medicines is two facts.
        group = alike.setdefault((info.ingredients, one.read.fingerprint.numbers), [])
        same = next((place for place, first in group if _repeats(one.read, first)), None)
        if same is None:
            group.append((len(kept), one.read))
            kept.append(one)
        elif _is_better_dated(info, kept[same].passage.document):
            kept[same] = kept[same]._replace(read=one.read)
    return kept


def _repeats(one: ReadPassage, other: ReadPassage) -> bool:
    """Whether both say the same; texts of very different lengths never do, and need not be compared."""
    shorter, longer = sorted((len(one.passage.text), len(other.passage.text)))
    return shorter >= _ALIKE_CHARS * longer and one.fingerprint.repeats(other.fingerprint)


def _is_better_dated(info: DocumentInfo, other: DocumentInfo) -> bool:
    """Whether a source has a set id and a date where the other has none, or is newer."""
    return _dating(info) > _dating(other)


def _dating(info: DocumentInfo) -> tuple[bool, str]:
    return info.set_id is not None, info.effective_date or ""
